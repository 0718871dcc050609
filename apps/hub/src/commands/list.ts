import { everyPage } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { serverStatuses, statusPiece } from "../command-line/status.js";
import { toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";

export const command = defineCommand({
  args: {
    word: {
      summary: "words that must occur in name, description, tags, owner, endpoint or tools",
      isOptional: true,
      isRepeatable: true,
    },
  },
  options: {
    tag: { summary: "only servers with this tag", value: "tag", isRepeatable: true },
    status: {
      summary: "only servers in this state",
      value: "status",
      isRepeatable: true,
      choices: serverStatuses,
    },
    hidden: { summary: "also those that an operator hid" },
  },
  examples: ["list", "list weather --status up", "list --tag internal --json"],
  async run({ hub, hubUrl, interrupted, output }, { args, options }) {
    const q = args.word.length === 0 ? undefined : args.word.join(" ");
    const { tag, status, hidden } = options;
    const query = { q, tag, status, ...(hidden ? { hidden } : {}) };
    const client = await hub();
    const pages = await everyPage(client, (cursor) =>
      client.servers({ ...query, cursor }, interrupted),
    );
    const servers = pages.flatMap((page) => page.servers);
    const protection = pages[0]?.protection;
    if (protection !== undefined) output.note(toned(protection.reason, "warning"));
    if (servers.length === 0) {
      const isNarrowed = q !== undefined || tag.length + status.length > 0;
      output.note(
        isNarrowed
          ? "No server matches."
          : `No server is registered at ${hubUrl()}. mcp-hub add <url> registers one.`,
      );
    }
    const list = { servers, ...(protection === undefined ? {} : { protection }) };
    output.answer(list, () =>
      servers.length === 0
        ? []
        : table(
            [
              { title: "ID", keeps: 16 },
              { title: "STATUS", keeps: "all" },
              { title: "TOOLS", align: "right", keeps: "all" },
              { title: "INSTANCES", align: "right", keeps: "all" },
              { title: "NAME", mayGo: true },
              { title: "ENDPOINT", keeps: 12 },
              { title: "TAGS", mayGo: true },
            ],
            servers.map((server) => [
              toned(server.id, "name"),
              statusPiece(server.status),
              server.capabilities === null ? "?" : String(server.capabilities.tools),
              server.instances.length === 1 ? "" : String(server.instances.length),
              server.title ?? (server.name === server.id ? "" : server.name),
              server.endpoint,
              server.tags.join(", "),
            ]),
            output.columns,
          ),
    );
  },
});
