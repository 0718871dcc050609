import { z } from "zod";
import { instant } from "./fields.js";
import { defineRoute } from "./route.js";

const budgetSchema = z
  .object({
    name: z.string(),
    setting: z.string().describe("The environment variable that changes it."),
    per: z.string().describe("Who has this budget each; `hub` means all together."),
    unit: z.enum(["bytes", "items"]),
    limit: z.number(),
    used: z.number().describe("The highest use by any one of them, for a budget that each has."),
    by: z.string().optional().describe("Who uses most."),
    refused: z
      .number()
      .describe("How often the hub has refused, cut or left out something since its start."),
  })
  .meta({ id: "Budget" });

const healthSchema = z.object({
  status: z.literal("ok"),
  memory: z.object({ residentBytes: z.number(), heapBytes: z.number() }).optional(),
  budgets: z.array(budgetSchema).optional(),
});

const readinessSchema = z.object({
  status: z.literal("ready"),
  servers: z.number().optional().describe("Absent for whoever may not read all servers."),
  protection: z
    .object({ isActive: z.boolean(), since: instant.optional() })
    .optional()
    .describe("Absent for whoever may not read all servers."),
});

const versionSchema = z.object({
  name: z.literal("mcp-hub"),
  version: z.string(),
  startedAt: instant,
  pid: z.number(),
});

export const getHealth = defineRoute({
  method: "get",
  path: "/healthz",
  tag: "Operations",
  access: "public",
  summary: "The process runs",
  query: z.object({
    verbose: z
      .enum(["", "true", "false"])
      .optional()
      .describe("Also say how much of each budget is in use, which needs `admin`."),
  }),
  answers: {
    200: {
      description: "The process runs. With `verbose`, its memory and the use of every budget.",
      content: { "application/json": healthSchema },
    },
  },
  errors: ["INVALID_REQUEST"],
});

export const getReadiness = defineRoute({
  method: "get",
  path: "/readyz",
  tag: "Operations",
  access: "public",
  summary: "The hub can do its work",
  answers: {
    200: {
      description: "The store answers and the hub is not stopping.",
      content: { "application/json": readinessSchema },
    },
  },
  errors: ["STORE_UNAVAILABLE", "SHUTTING_DOWN"],
});

export const getVersion = defineRoute({
  method: "get",
  path: "/version",
  tag: "Operations",
  access: "public",
  summary: "Which hub this is",
  answers: {
    200: {
      description: "Name, version and process.",
      content: { "application/json": versionSchema },
    },
  },
});

export type Health = z.output<typeof healthSchema>;
export type Readiness = z.output<typeof readinessSchema>;
export type HubVersion = z.output<typeof versionSchema>;
