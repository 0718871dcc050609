import {
  type HubClient,
  HubClientError,
  type HubHistory,
  type ServerHistory,
  type ServerSummary,
  type Uptime,
} from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { findServer } from "../command-line/find-server.js";
import { historyLines, sumText, uptimeBars, uptimePiece } from "../command-line/history-text.js";
import { instantOf } from "../command-line/instant.js";
import { type Line, toned } from "../command-line/styled.js";
import { type Column, table } from "../command-line/table.js";
import { counted, milliseconds } from "../command-line/words.js";

/** So many servers are asked about at a time. */
const atOnce = 8;
/** So many servers are in the table; JSON has all of them. */
const mostRows = 200;

type Time = { readonly from: string; readonly until: string };

type OfServer = Pick<Uptime, "upShare" | "slots"> & { readonly serverId: string };

/** How long each was up, in the order of the servers. One that is removed meanwhile is left out. */
async function uptimesOf(
  client: HubClient,
  servers: readonly ServerSummary[],
  time: Time,
  signal: AbortSignal,
): Promise<readonly OfServer[]> {
  const found: (OfServer | undefined)[] = [];
  for (let at = 0; at < servers.length; at += atOnce)
    found.push(
      ...(await Promise.all(
        servers.slice(at, at + atOnce).map(async ({ id }) => {
          try {
            const { upShare, slots } = await client.uptime(id, time, signal);
            return { serverId: id, slots, ...(upShare === undefined ? {} : { upShare }) };
          } catch (error) {
            if (!HubClientError.is(error) || error.code !== "SERVER_NOT_FOUND") throw error;
            return undefined;
          }
        }),
      )),
    );
  return found.filter((one) => one !== undefined);
}

type Figures = HubHistory["sum"];

const figureColumns: readonly Column[] = [
  { title: "CALLS", align: "right", keeps: "all" },
  { title: "FAILED", align: "right", keeps: "all" },
  { title: "P50", align: "right", keeps: "all" },
  { title: "P95", align: "right", keeps: "all" },
];

const figureCells = (figures: Figures | undefined) =>
  figures === undefined || figures.calls === 0
    ? ["0", "", "", ""]
    : [
        String(figures.calls),
        figures.errors === 0 ? "0" : toned(String(figures.errors), "bad"),
        milliseconds(figures.p50Ms),
        milliseconds(figures.p95Ms),
      ];

/** Where a caller sees a part of the calls only, the hub gives no steps. */
const partLines: readonly Line[] = [
  "You see a part of the calls only, so there is no course of them.",
];

function linesOfAll(
  history: HubHistory,
  servers: readonly ServerSummary[],
  uptimes: readonly OfServer[],
  columns: number | undefined,
): readonly Line[] {
  const calls = new Map(history.servers.map(({ serverId, ...figures }) => [serverId, figures]));
  const ups = new Map(uptimes.map((one) => [one.serverId, one]));
  const rows = [...servers]
    .sort((one, other) => (calls.get(other.id)?.calls ?? 0) - (calls.get(one.id)?.calls ?? 0))
    .slice(0, mostRows);
  return [
    sumText(history.sum),
    "",
    ...(history.isWhole ? historyLines(history, undefined, columns) : partLines),
    ...(rows.length === 0
      ? []
      : [
          "",
          ...table(
            [
              { title: "SERVER", keeps: 12 },
              ...figureColumns,
              { title: "UP", align: "right", keeps: "all" },
              { title: "UPTIME", mayGo: true },
            ],
            rows.map(({ id }) => {
              const up = ups.get(id);
              return [
                toned(id, "name"),
                ...figureCells(calls.get(id)),
                uptimePiece(up?.upShare),
                up === undefined ? "" : uptimeBars(up),
              ];
            }),
            columns,
          ),
        ]),
  ];
}

function linesOfOne(
  history: ServerHistory,
  uptime: Uptime,
  columns: number | undefined,
): readonly Line[] {
  const { items, sum } = history;
  const up = uptimePiece(uptime.upShare);
  return [
    sumText(sum),
    up === "" ? "How it was is not known." : ["Up ", up, " of the time known."],
    "",
    ...(history.isWhole ? historyLines(history, uptime, columns) : partLines),
    ...(items.length === 0
      ? []
      : [
          "",
          ...table(
            [{ title: "TOOL", keeps: 16 }, ...figureColumns],
            items.map((one) => [toned(one.name ?? one.method, "name"), ...figureCells(one)]),
            columns,
          ),
        ]),
  ];
}

export const command = defineCommand({
  args: {
    server: { summary: "only this server, by id or name", isOptional: true, completes: "servers" },
  },
  options: {
    since: { summary: "from: 90m, 12h or 30d ago, or a date (default: 24h)", value: "when" },
    until: { summary: "before: 90m, 12h or 30d ago, or a date (default: now)", value: "when" },
  },
  details: [
    "It shows calls, errors and latency through the hub over time, and how long servers were up; of one server also its tools, which are counted by whole hours. Minutes are kept for a day, hours for 30 days and uptime for 90; they outlive a restart of the hub.",
    "A bar is a step; zero is the lowest, and a dot is what nobody knows, as when the hub did not run.",
  ],
  examples: ["history", "history weather --since 7d", "history --since 30d --json"],
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const now = Date.now();
    const time = {
      from: instantOf("--since", options.since ?? "24h", "ago", now),
      until:
        options.until === undefined
          ? new Date(now).toISOString()
          : instantOf("--until", options.until, "ago", now),
    };
    if (time.from >= time.until) throw new CommandError("usage", "--since must be before --until.");
    const client = await hub();
    if (args.server !== undefined) {
      const { id } = await findServer(client, args.server, context);
      const [history, uptime] = await Promise.all([
        client.serverHistory(id, time, interrupted),
        client.uptime(id, time, interrupted),
      ]);
      output.answer({ history, uptime }, () => linesOfOne(history, uptime, output.columns));
      return;
    }
    const [history, servers] = await Promise.all([
      client.history(time, interrupted),
      client.everyServer({}, interrupted),
    ]);
    const uptimes = await uptimesOf(client, servers, time, interrupted);
    output.answer({ history, uptimes }, () =>
      linesOfAll(history, servers, uptimes, output.columns),
    );
    if (servers.length > mostRows)
      output.note(`${counted(servers.length - mostRows, "more server")}: --json has all.`);
  },
});
