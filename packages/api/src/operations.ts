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

const keptSchema = z
  .object({
    name: z.string(),
    meaning: z.string().describe("What is kept."),
    keptMs: z.number().describe("It is deleted when it is older."),
    setting: z.string().optional().describe("The environment variable that changes the time."),
    budgets: z.array(z.string()).describe("The budgets beyond which it is deleted earlier."),
  })
  .meta({ id: "Kept" });

const healthSchema = z.object({
  status: z.literal("ok"),
  memory: z.object({ residentBytes: z.number(), heapBytes: z.number() }).optional(),
  budgets: z.array(budgetSchema).optional(),
  retention: z.array(keptSchema).optional(),
});

const readinessSchema = z.object({
  status: z.literal("ready"),
  servers: z.number().optional().describe("Absent for whoever may not read all servers."),
  protection: z
    .object({ isActive: z.boolean(), since: instant.optional() })
    .optional()
    .describe("Absent for whoever may not read all servers."),
  anotherKey: z
    .string()
    .optional()
    .describe(
      "What to do about the key of this hub, where it has not the one of its database. Absent for whoever may not read all servers.",
    ),
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
      description:
        "The process runs. With `verbose`, its memory, the use of every budget, and how long what happened is kept.",
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
  description:
    "It can store things, its index of tools is whole, and it does not stop. The store is asked once a second at most.",
  answers: {
    200: {
      description: "It can.",
      content: { "application/json": readinessSchema },
    },
  },
  errors: ["STORE_UNAVAILABLE", "STARTING", "SHUTTING_DOWN"],
});

export const getMetrics = defineRoute({
  method: "get",
  path: "/metrics",
  tag: "Operations",
  access: "read",
  summary: "Figures for Prometheus",
  description:
    "What concerns the whole hub is there for those who may read all servers; of each server, for those who may read all of it.",
  answers: {
    200: {
      description: "The text format of Prometheus.",
      content: { "text/plain": z.string() },
    },
  },
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
