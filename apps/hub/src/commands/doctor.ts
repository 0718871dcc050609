import { HubClient } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { exitCodes } from "../command-line/exit-codes.js";
import { consult } from "../doctor/consult.js";
import { shownAnswer } from "../doctor/shown-answer.js";

/** The hub needs 3 s at most for one question. */
const timeoutMs = 10_000;

export const command = defineCommand({
  args: {
    server: {
      summary: "the URL, id or name of a server (default: the hub and all servers that are not up)",
      isOptional: true,
      completes: "servers",
    },
  },
  details: [
    "It asks the hub what is wrong, and looks from this machine too: whether the hub is there, and whether a server is reached from here and from the hub. It changes nothing.",
    "The exit code is 1 when it found a fault.",
  ],
  examples: ["doctor", "doctor weather", "doctor http://localhost:8002/mcp"],
  async run(context, { args }) {
    const { output, environment, interrupted } = context;
    output.progress("Looking …");
    const answer = await consult(
      {
        hub: await context.hub({ timeoutMs }),
        option: context.hubOption,
        environment,
        signal: interrupted,
        other: (url) => new HubClient({ url, timeoutMs, token: "" }),
      },
      args.server,
    );
    output.answer(answer, () => shownAnswer(answer, new Date()));
    return answer.ok ? exitCodes.ok : exitCodes.failed;
  },
});
