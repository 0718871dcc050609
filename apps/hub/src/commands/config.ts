import type { ClientList } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { nearestAdvice } from "../command-line/nearest.js";
import { selectionOf, selectionOptions } from "../command-line/selection.js";
import { toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";

type Client = ClientList["clients"][number];

function findClient(clients: readonly Client[], id: string): Client {
  const client = clients.find((one) => one.id === id);
  if (client !== undefined) return client;
  const ids = clients.map((one) => one.id);
  const advice = nearestAdvice(id, ids, "mcp-hub config lists them");
  throw new CommandError(
    "notFound",
    `There is no configuration for a client ${JSON.stringify(id)}. ${advice}`,
    { code: "CLIENT_NOT_FOUND" },
  );
}

export const command = defineCommand({
  args: {
    client: {
      summary: "a client or framework, as claude-code (default: list them)",
      isOptional: true,
      completes: "clients",
    },
  },
  options: {
    server: selectionOptions.server,
    tag: selectionOptions.tag,
    toolset: selectionOptions.toolset,
    via: {
      summary: "through the hub, or to each server at its own endpoint",
      value: "way",
      choices: ["gateway", "direct"],
    },
    mode: selectionOptions.mode,
  },
  details: [
    "stdout has the file or the commands, ready to use and without a secret; what to do with them is on stderr.",
  ],
  examples: ["config", "config claude-code", "config vscode --toolset support > .vscode/mcp.json"],
  async run({ hub, interrupted, output }, { args, options }) {
    const client = await hub();
    const { clients } = await client.clients(interrupted);
    if (args.client === undefined) {
      output.answer({ clients }, () =>
        table(
          [
            { title: "CLIENT", keeps: "all" },
            { title: "NAME" },
            { title: "FORMAT" },
            { title: "FILE" },
          ],
          clients.map(({ id, title, format, file }) => [
            toned(id, "name"),
            title,
            format,
            file ?? "",
          ]),
          output.columns,
        ),
      );
      return;
    }
    const { servers, tags, toolset, mode } = selectionOf(options);
    const query = { servers, tags, toolset, via: options.via, mode };
    // The hub has just listed it.
    const id = findClient(clients, args.client).id as Parameters<typeof client.config>[0];
    const config = await client.config(id, query, interrupted);
    if (output.isJson) {
      output.answer(config, () => []);
      return;
    }
    output.text(config.text);
    for (const [at, step] of config.steps.entries())
      output.note(toned(`${at + 1}. ${step}`, "dim"));
    for (const note of config.notes) output.note(toned(note, "warning"));
  },
});
