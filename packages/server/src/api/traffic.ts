import type { CallRecord, TrafficMinute } from "@hub/gateway";
import { z } from "zod";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { readQuery } from "./query.js";
import { instant } from "./views.js";

const outcomes = z.enum(["ok", "tool-error", "error", "cancelled", "hub-error"]);

const figures = {
  calls: z.number(),
  callsPerMinute: z.number().describe("Calls that ended in the last 60 seconds, smoothed."),
  errors: z.number().describe("All calls that failed, for any reason."),
  inFlight: z.number(),
  bytes: z.number().describe("Bytes of answers."),
  p50Ms: z.number(),
  p95Ms: z.number(),
  maxMs: z.number(),
};

const rowView = z
  .object({
    serverId: z.string(),
    method: z.string().describe("What was asked for, such as tools/call."),
    name: z.string().optional().describe("The tool or prompt, as its server calls it."),
    ...figures,
  })
  .meta({ id: "TrafficRow" });

const serverRowView = z.object({ serverId: z.string(), ...figures }).meta({ id: "ServerTraffic" });

const minuteView = z
  .object({
    at: z.iso.datetime().describe("When the minute began."),
    calls: z.number(),
    errors: z.number(),
  })
  .meta({ id: "TrafficMinute" });

const callView = z
  .object({
    at: z.iso.datetime(),
    serverId: z.string(),
    instanceId: z.string().optional(),
    method: z.string(),
    name: z.string().optional(),
    client: z.string().optional().describe("The name the client gave itself."),
    durationMs: z.number(),
    bytes: z.number(),
    params: z
      .string()
      .optional()
      .describe(
        "What was asked, as JSON cut to 4,096 characters. Only with MCP_HUB_KEEP_PARAMS=on.",
      ),
    outcome: outcomes.describe(
      "`tool-error`: the tool itself failed; `error`: the server refused; `hub-error`: the hub could not get an answer.",
    ),
  })
  .meta({ id: "Call" });

/** What the hub counts of the calls that go through its gateway. */
export type TrafficSource = {
  rows(serverId?: string): readonly z.infer<typeof rowView>[];
  /** The rows of each server as one. */
  servers(serverId?: string): readonly z.infer<typeof serverRowView>[];
  /** The last hour, the oldest minute first. */
  minutes(serverId?: string): readonly TrafficMinute[];
  /** The last calls, newest first. */
  recent(limit: number, serverId?: string): readonly CallRecord[];
};

const rowsQuery = z.strictObject({ server: z.string().max(40).optional() });
const callsQuery = z.strictObject({
  server: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export function addTrafficRoutes(app: HubApp, { traffic }: AppDeps): void {
  document(app, {
    method: "get",
    path: "/traffic",
    tag: "Gateway",
    summary: "Calls by server and tool since the hub started",
    query: rowsQuery,
    responses: {
      200: {
        description:
          "One row for each tool, prompt or other request, one for each server, and one for each of the last 60 minutes, of all servers or the one you ask for. The last minute is still running.",
        content: {
          "application/json": z.object({
            rows: z.array(rowView),
            servers: z.array(serverRowView),
            minutes: z.array(minuteView),
          }),
        },
      },
    },
    errors: ["INVALID_REQUEST"],
  });
  app.get("/traffic", (context) => {
    const { server } = readQuery(context, rowsQuery);
    const minutes = traffic
      .minutes(server)
      .map((minute) => ({ ...minute, at: instant(minute.at) }));
    return context.json({ rows: traffic.rows(server), servers: traffic.servers(server), minutes });
  });

  document(app, {
    method: "get",
    path: "/calls",
    tag: "Gateway",
    summary: "The last calls through the gateway, newest first",
    query: callsQuery,
    responses: {
      200: {
        description: "Kept in memory: at most 1,000, and none from before the hub started.",
        content: { "application/json": z.object({ calls: z.array(callView) }) },
      },
    },
    errors: ["INVALID_REQUEST"],
  });
  app.get("/calls", (context) => {
    const { server, limit } = readQuery(context, callsQuery);
    const calls = traffic.recent(limit, server).map((call) => ({ ...call, at: instant(call.at) }));
    return context.json({ calls });
  });
}
