import { HubClientError } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { confirmed } from "../command-line/context.js";
import { findServer } from "../command-line/find-server.js";
import { toned } from "../command-line/styled.js";
import { counted } from "../command-line/words.js";

const registersAgain =
  "Where it still runs and registers itself, its helper registers it again within one heartbeat interval: stop it first, or hide it instead.";

export const command = defineCommand({
  args: { server: { summary: "the id or the name of a server", completes: "servers" } },
  options: {
    yes: { summary: "do not ask", short: "y" },
    force: { summary: "remove a server that is alive too, without proof that it is yours" },
  },
  details: [
    "It removes a server with its history and its edits. One that is gone needs no proof. One that is alive needs its service key in MCP_HUB_SERVICE_KEY, or --force.",
    registersAgain,
  ],
  examples: ["remove weather", "remove weather --force --yes"],
  async run(context, { args, options }) {
    const { environment, hub, interrupted, output } = context;
    const client = await hub();
    const { id, name, status, instances } = await findServer(client, args.server, context);
    const isGone = instances.length === 0 || status === "down";
    const whole = `${name} (${id}, ${status}, ${counted(instances.length, "instance")})`;
    if (!options.yes) {
      if (!isGone) output.note(toned(registersAgain, "warning"));
      const question = `Remove ${whole} with its history and its edits?`;
      if (!(await confirmed(context, question)))
        throw new CommandError("failed", "Nothing was removed: the answer was not yes.", {
          code: "NOT_CONFIRMED",
        });
    }
    try {
      const serviceKey = environment.MCP_HUB_SERVICE_KEY;
      if (options.force) await client.removeByForce(id, interrupted);
      else await client.remove(id, serviceKey === "" ? undefined : serviceKey, interrupted);
    } catch (error) {
      if (!HubClientError.is(error) || error.code !== "NOT_OWNER") throw error;
      throw new CommandError(
        "refused",
        `${name} (${id}) is alive. Stop it first, or give its service key in MCP_HUB_SERVICE_KEY. As an operator, give --force: if it still runs, its helper registers it again.`,
        { code: error.code, cause: error },
      );
    }
    output.answer({ removed: id, status }, () => [
      ["Removed ", toned(id, "name"), "."],
      ...(isGone ? [] : [toned(registersAgain, "warning")]),
    ]);
  },
});
