import { defineCommand } from "../command-line/command.js";
import { toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";

export const command = defineCommand({
  details: [
    "Hubs on one Postgres database work as one. It shows them as the hub sees them that answers; a hub on a file is the only one.",
  ],
  examples: ["hubs", "hubs --json"],
  async run({ hub, interrupted, output }) {
    const { hubs } = await (await hub()).hubs(interrupted);
    output.answer({ hubs }, () =>
      table(
        [
          { title: "HUB", keeps: 8 },
          { title: "STATE", keeps: "all" },
          { title: "SERVERS", keeps: "all" },
          { title: "VERSION", mayGo: true },
          { title: "STARTED", mayGo: true },
          { title: "ADDRESS", mayGo: true },
        ],
        hubs.map((one) => [
          toned(one.id, "name"),
          [
            one.state,
            one.isSelf ? "answers" : "",
            one.isLeader ? "leads" : "",
            one.hasAnotherKey ? "has another key" : "",
          ]
            .filter((word) => word !== "")
            .join(", "),
          one.servers === undefined ? "" : String(one.servers),
          one.version,
          one.startedAt,
          one.address ?? "",
        ]),
        output.columns,
      ),
    );
  },
});
