import { setTimeout } from "node:timers/promises";
import type { HubView, ServerSummary, Traffic } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { findServer } from "../command-line/find-server.js";
import { statusPiece } from "../command-line/status.js";
import { type Line, toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { counted, milliseconds } from "../command-line/words.js";

function lines(
  { rows, servers: figures }: Traffic,
  servers: readonly ServerSummary[],
  hubs: readonly HubView[],
  columns: number | undefined,
): readonly Line[] {
  const statuses = new Map(servers.map(({ id, status }) => [id, status]));
  const up = servers.filter(({ status }) => status === "up").length;
  const sum = (of: (row: (typeof figures)[number]) => number) =>
    figures.reduce((total, row) => total + of(row), 0);
  const busiest = [...rows].sort(
    (one, other) => other.callsPerMinute - one.callsPerMinute || other.calls - one.calls,
  );
  return [
    `${counted(servers.length, "server")}, ${up} up.  ${counted(
      sum((row) => row.calls),
      "call",
    )} since the hub started, ${sum((row) => row.errors)} failed, ${sum((row) => row.inFlight)} in flight.`,
    ...(hubs.length > 1 ? [hubLine(hubs)] : []),
    "",
    ...(rows.length === 0
      ? ["No call has come through the hub yet."]
      : table(
          [
            { title: "SERVER", keeps: 12 },
            { title: "STATUS", keeps: "all" },
            { title: "TOOL", keeps: 16 },
            { title: "PER MIN", align: "right", keeps: "all" },
            { title: "NOW", align: "right", keeps: "all" },
            { title: "CALLS", align: "right", keeps: "all" },
            { title: "FAILED", align: "right", keeps: "all" },
            { title: "P50", align: "right", keeps: "all" },
            { title: "P95", align: "right", keeps: "all" },
          ],
          busiest.map((row) => [
            toned(row.serverId, "name"),
            statusPiece(statuses.get(row.serverId) ?? "down"),
            row.name ?? row.method,
            row.callsPerMinute.toFixed(row.callsPerMinute < 10 ? 1 : 0),
            String(row.inFlight),
            String(row.calls),
            row.errors === 0 ? "0" : toned(String(row.errors), "bad"),
            milliseconds(row.p50Ms),
            milliseconds(row.p95Ms),
          ]),
          columns,
        )),
  ];
}

/** All of them, since the figures are those of all; and those that do not work. */
function hubLine(hubs: readonly HubView[]): Line {
  const working = hubs.filter(({ state }) => state === "working");
  const others = hubs
    .filter(({ state }) => state !== "working")
    .map(({ id, state }) => `${id.slice(0, 8)} is ${state}`);
  const text = [`${working.length} of ${counted(hubs.length, "hub")} work`, ...others].join(", ");
  return toned(`${text}.`, others.length === 0 ? "dim" : "warning");
}

export const command = defineCommand({
  args: {
    server: { summary: "only this server, by id or name", isOptional: true, completes: "servers" },
  },
  options: {
    interval: {
      summary: "show it again every so many seconds (default: 2 on a terminal, else once)",
      value: "seconds",
      number: { least: 1, most: 3_600 },
    },
    once: { summary: "show it once" },
  },
  details: [
    "It shows the calls through the hub, the busiest tools first: per minute, in flight now, since the hub started, failed, and how long the middle one and the slowest twentieth took. Of several hubs on one database, it shows the calls of all, and which of them work.",
  ],
  examples: ["top", "top weather --once", "top --json --interval 10"],
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const client = await hub();
    const server =
      args.server === undefined ? undefined : (await findServer(client, args.server, context)).id;
    const isOnce = options.once || (options.interval === undefined && !output.isTerminal);
    const everyMs = (options.interval ?? 2) * 1_000;
    const isScreen = !isOnce && !output.isJson && output.isTerminal;
    if (isScreen) output.openScreen();
    try {
      for (;;) {
        const [traffic, servers, { hubs }] = await Promise.all([
          client.traffic({ server }, interrupted),
          // Calls to a hidden server are calls too.
          client.everyServer({ hidden: true }, interrupted),
          client.hubs(interrupted),
        ]);
        const shown = servers.filter(({ id }) => server === undefined || id === server);
        const draw = () => lines(traffic, shown, hubs, output.columns);
        if (isScreen) output.screen([...draw(), "", toned("Ctrl-C ends it.", "dim")]);
        else if (isOnce) output.answer({ ...traffic, hubs }, draw);
        else output.item({ ...traffic, hubs }, () => [...draw(), ""]);
        if (isOnce || interrupted.aborted) return;
        await setTimeout(everyMs, undefined, { signal: interrupted });
      }
    } finally {
      if (isScreen) output.closeScreen();
    }
  },
});
