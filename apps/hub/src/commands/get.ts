import type { InstanceDetail, ServerDetail } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { findServer } from "../command-line/find-server.js";
import { statusPiece } from "../command-line/status.js";
import { type Line, type Piece, toned } from "../command-line/styled.js";
import { ago, counted } from "../command-line/words.js";

const labelWidth = 14;

/** Labels and what they are of; those without a value are left out. */
function facts(pairs: readonly (readonly [string, Piece | undefined])[]): readonly Line[] {
  return pairs.flatMap(([label, value]) =>
    value === undefined || value === ""
      ? []
      : [[toned(`  ${label.padEnd(labelWidth)}`, "dim"), value]],
  );
}

function offersOf({ capabilities }: ServerDetail): string {
  if (capabilities === null) return "not read yet";
  const { tools, resources, resourceTemplates, prompts, protocolVersion } = capabilities;
  return [
    counted(tools, "tool"),
    counted(resources + resourceTemplates, "resource"),
    counted(prompts, "prompt"),
    `MCP ${protocolVersion}`,
  ].join(", ");
}

function instanceLines(instance: InstanceDetail, now: Date): readonly Line[] {
  const { problem, probe, lease } = instance;
  const beats =
    lease === undefined
      ? "no lease: the hub's probe decides"
      : `lease of ${lease.ttlMs / 1_000} s${lease.isLost ? ", lost" : ""}`;
  return [
    "",
    [toned(instance.endpoint, "strong"), "  ", statusPiece(instance.status)],
    ...facts([
      ["instance", instance.id],
      ["reason", instance.reason],
      ["fix", problem === undefined ? undefined : toned(problem.fix, "warning")],
      ["last seen", ago(instance.lastSeenAt, now)],
      ["liveness", beats],
      [
        "last probe",
        probe === undefined
          ? undefined
          : `${ago(probe.at, now)}, ${probe.ok ? `good, ${Math.round(probe.latencyMs)} ms` : "failed"}`,
      ],
    ]),
    ...instance.warnings.map((warning): Line => ["  ", toned(`! ${warning}`, "warning")]),
  ];
}

const leftLine = ({ id }: ServerDetail): Line => [
  toned("It has no instance now. ", "warning"),
  `mcp-hub doctor ${id} says why.`,
];

export const command = defineCommand({
  args: { server: { summary: "the id or the name of a server", completes: "servers" } },
  examples: ["get weather", "get weather --json"],
  async run(context, { args }) {
    const { hub, output } = context;
    const server = await findServer(await hub(), args.server, context);
    const now = new Date();
    output.answer(server, () => [
      [toned(server.title ?? server.name, "strong"), "  ", statusPiece(server.status)],
      ...(server.description === undefined ? [] : [`  ${server.description}`]),
      ...facts([
        ["id", toned(server.id, "name")],
        ["name", server.name],
        ["offers", offersOf(server)],
        ["tags", server.tags.join(", ")],
        ["version", server.version],
        ["owner", server.owner],
        ["on call", server.onCall],
        ["lifecycle", server.lifecycle],
        ["replaced by", server.replacedBy],
        ["repository", server.repository],
        ["documentation", server.documentation],
        ["registered", ago(server.registeredAt, now)],
        ["hidden", server.hidden === true ? "yes, by an operator" : undefined],
        ["edited", Object.keys(server.edits ?? {}).join(", ")],
      ]),
      ...server.warnings.map((warning): Line => ["  ", toned(`! ${warning}`, "warning")]),
      ...(server.instances.length === 0 ? ["", leftLine(server)] : []),
      ...server.instances.flatMap((instance) => instanceLines(instance, now)),
    ]);
  },
});
