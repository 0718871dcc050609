import { serverStatuses } from "@hub/core";
import { z } from "zod";
import { instant, serverParams } from "./fields.js";
import { defineRoute, type Unchanging } from "./route.js";

/** Steps in which a history can be asked for, and how long each is. */
export const historySteps = {
  "1m": 60_000,
  "5m": 5 * 60_000,
  "15m": 15 * 60_000,
  "1h": 3_600_000,
  "6h": 6 * 3_600_000,
  "1d": 24 * 3_600_000,
} as const;

/** One of them. */
export type HistoryStep = keyof typeof historySteps;

const steps = Object.keys(historySteps) as HistoryStep[]; // all of its keys
/** In one answer. */
export const mostHistorySlots = 1_500;

const figures = {
  calls: z.number(),
  errors: z.number().describe("All calls that failed, for any reason."),
  toolErrors: z.number().describe("Of them, those in which the tool itself failed."),
  refusals: z.number().describe("Of them, those that the server refused, for example with 401."),
  unanswered: z.number().describe("Of them, those to which the hub could not get an answer."),
  cancelled: z.number().describe("Calls that their clients took back. They are no errors."),
  bytes: z.number().describe("Bytes of answers."),
  p50Ms: z.number(),
  p95Ms: z.number().describe("Of all calls of the time, to within a quarter; no mean of others."),
  p99Ms: z.number(),
  maxMs: z.number(),
};

const callFiguresSchema = z.object(figures).meta({ id: "CallFigures" });
const callSlotSchema = z
  .object({ at: instant.describe("When the step began."), ...figures })
  .meta({ id: "CallSlot" });

const timeOf = {
  from: instant,
  until: instant,
  stepMs: z.number().describe("How long a step is."),
};

const query = (least: string, range: string) =>
  z.strictObject({
    from: instant.optional().describe(`From this instant. Default: ${range} before \`until\`.`),
    until: instant.optional().describe("Before this instant. Default: now."),
    step: z
      .enum(steps)
      .optional()
      .describe(`${least} Default: the shortest with which there are at most 120 steps.`),
  });

const callsQuery = query(
  "Minutes are kept for a day, and hours for 30 days: steps of less than an hour are made of minutes, others of hours.",
  "one hour",
);

const callHistorySchema = z.object({
  ...timeOf,
  isWhole: z
    .boolean()
    .describe(
      "Whether you see all of it. If not, there are no steps, and the sum is of what you see.",
    ),
  slots: z.array(callSlotSchema).describe("The oldest first. Steps without calls are left out."),
  sum: callFiguresSchema,
});

const hubHistorySchema = callHistorySchema
  .extend({
    servers: z
      .array(z.object({ serverId: z.string(), ...figures }))
      .describe("Servers with calls, those with the most first."),
  })
  .meta({ id: "HubHistory" });

const serverHistorySchema = callHistorySchema
  .extend({
    items: z
      .array(z.object({ method: z.string(), name: z.string().optional(), ...figures }))
      .describe(
        "Tools, prompts and other requests with calls, those with the most first. They are kept by hour, so these are sums of the hours of which some part was asked for.",
      ),
  })
  .meta({ id: "ServerHistory" });

const statusTimesSchema = z
  .partialRecord(z.enum(serverStatuses), z.number())
  .describe(
    "Milliseconds in each status. What is missing to the length of the time is not known: the hub did not run, or had not reached the server.",
  );

const uptimeSchema = z
  .object({
    ...timeOf,
    upShare: z
      .number()
      .optional()
      .describe(
        "The share of the time known in which it was `up` or `degraded`, from 0 to 1. `pending` counts as not known. Missing when nothing is known.",
      ),
    times: statusTimesSchema,
    slots: z
      .array(z.object({ at: instant, times: statusTimesSchema }))
      .describe("Every step, the oldest first."),
    spans: z
      .array(z.object({ from: instant, to: instant, times: statusTimesSchema }))
      .describe(
        "When it was what, the oldest first. A span has one status; of a server that changes very often, old ones are summed up.",
      ),
  })
  .meta({ id: "Uptime" });

export const getHistory = defineRoute({
  method: "get",
  path: "/history",
  tag: "Gateway",
  access: "read",
  summary: "Calls over time, of all servers together",
  description:
    "They survive a restart of the hub: all but those of its last seconds, if it is killed.",
  query: callsQuery,
  answers: {
    200: {
      description:
        "Calls in steps and their sum, and a sum for each server. Calls of servers that are gone are in the steps and not in the list.",
      content: { "application/json": hubHistorySchema },
    },
  },
  errors: ["INVALID_REQUEST", "STORE_UNAVAILABLE"],
});

export const getServerHistory = defineRoute({
  method: "get",
  path: "/servers/{id}/history",
  tag: "Catalogue",
  access: "read",
  summary: "Calls to one server over time",
  params: serverParams,
  query: callsQuery,
  answers: {
    200: {
      description: "Calls in steps, their sum, and a sum for each tool, prompt and other request.",
      content: { "application/json": serverHistorySchema },
    },
  },
  errors: ["INVALID_REQUEST", "SERVER_NOT_FOUND", "STORE_UNAVAILABLE"],
});

export const getServerUptime = defineRoute({
  method: "get",
  path: "/servers/{id}/uptime",
  tag: "Catalogue",
  access: "read",
  summary: "What a server was, and when, in the last 90 days",
  params: serverParams,
  query: query("Days are those of UTC.", "90 days"),
  answers: {
    200: {
      description: "Its statuses in steps and in spans.",
      content: { "application/json": uptimeSchema },
    },
  },
  errors: ["INVALID_REQUEST", "SERVER_NOT_FOUND", "STORE_UNAVAILABLE"],
});

export type CallFigures = Unchanging<z.output<typeof callFiguresSchema>>;
export type HistorySlot = Unchanging<z.output<typeof callSlotSchema>>;
export type HubHistory = Unchanging<z.output<typeof hubHistorySchema>>;
export type ServerHistory = Unchanging<z.output<typeof serverHistorySchema>>;
export type Uptime = Unchanging<z.output<typeof uptimeSchema>>;
