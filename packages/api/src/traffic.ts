import { z } from "zod";
import { instant, pageSize } from "./fields.js";
import { defineRoute } from "./route.js";

const figures = {
  calls: z.number(),
  callsPerMinute: z.number().describe("Calls that ended in the last 60 seconds, smoothed."),
  errors: z.number().describe("All calls that failed, for any reason."),
  toolErrors: z.number().describe("Of them, those in which the tool itself failed."),
  refusals: z.number().describe("Of them, those that the server refused, for example with 401."),
  unanswered: z.number().describe("Of them, those to which the hub could not get an answer."),
  inFlight: z.number(),
  bytes: z.number().describe("Bytes of answers."),
  p50Ms: z.number(),
  p95Ms: z.number(),
  maxMs: z.number(),
};

const trafficRowSchema = z
  .object({
    serverId: z.string(),
    method: z.string().describe("What was asked for, such as tools/call."),
    name: z.string().optional().describe("The tool or prompt, as its server calls it."),
    ...figures,
  })
  .meta({ id: "TrafficRow" });

const serverTrafficSchema = z
  .object({ serverId: z.string(), ...figures })
  .meta({ id: "ServerTraffic" });

const trafficMinuteSchema = z
  .object({
    at: instant.describe("When the minute began."),
    calls: z.number(),
    errors: z.number(),
  })
  .meta({ id: "TrafficMinute" });

const trafficSchema = z.object({
  rows: z.array(trafficRowSchema),
  servers: z.array(serverTrafficSchema),
  minutes: z.array(trafficMinuteSchema),
});

export const callSchema = z
  .object({
    at: instant,
    serverId: z.string(),
    instanceId: z.string().optional(),
    method: z.string(),
    name: z.string().optional(),
    client: z.string().optional().describe("The name the client gave itself."),
    principal: z
      .object({ id: z.string(), name: z.string().optional() })
      .optional()
      .describe("Who called, by the token or the person that it is. Not on a hub that is open."),
    durationMs: z.number(),
    bytes: z.number(),
    params: z
      .string()
      .optional()
      .describe(
        "What was asked, as JSON cut to 4,096 characters. Only with MCP_HUB_KEEP_PARAMS=on.",
      ),
    outcome: z
      .enum(["ok", "tool-error", "error", "cancelled", "hub-error"])
      .describe(
        "`tool-error`: the tool itself failed; `error`: the server refused; `hub-error`: the hub could not get an answer.",
      ),
  })
  .meta({ id: "Call" });

const callListSchema = z.object({ calls: z.array(callSchema) });

const server = z.string().max(40).optional();

export const getTraffic = defineRoute({
  method: "get",
  path: "/traffic",
  tag: "Gateway",
  access: "read",
  summary: "Calls by server and tool since the hub started",
  query: z.strictObject({ server }),
  answers: {
    200: {
      description:
        "One row for each tool, prompt or other request, one for each server, and one for each of the last 60 minutes, of all servers or the one you ask for. The last minute is still running.",
      content: { "application/json": trafficSchema },
    },
  },
  errors: ["INVALID_REQUEST"],
});

export const listCalls = defineRoute({
  method: "get",
  path: "/calls",
  tag: "Gateway",
  access: "read",
  summary: "The last calls through the gateway, newest first",
  query: z.strictObject({
    server,
    limit: pageSize(1_000).default(100),
  }),
  answers: {
    200: {
      description: "Kept in memory: at most 1,000, and none from before the hub started.",
      content: { "application/json": callListSchema },
    },
  },
  errors: ["INVALID_REQUEST"],
});

/** What every row of traffic says. */
export type TrafficFigures = Omit<ServerTraffic, "serverId">;
export type TrafficRow = z.output<typeof trafficRowSchema>;
export type ServerTraffic = z.output<typeof serverTrafficSchema>;
export type TrafficMinute = z.output<typeof trafficMinuteSchema>;
export type Traffic = z.output<typeof trafficSchema>;
export type Call = z.output<typeof callSchema>;
export type CallList = z.output<typeof callListSchema>;
