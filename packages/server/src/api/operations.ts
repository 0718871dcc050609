import { HubError } from "@hub/core";
import { z } from "zod";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { readQuery } from "./query.js";
import { instant } from "./views.js";

const json = (schema: z.ZodType) => ({ "application/json": schema });

const verboseQuery = z.object({
  verbose: z
    .enum(["", "true", "false"])
    .optional()
    .describe("Also say how much of each budget is in use."),
});

const budgetView = z
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

export function addOperationRoutes(
  app: HubApp,
  { budgets, registry, info, stopping }: AppDeps,
): void {
  document(app, {
    method: "get",
    path: "/healthz",
    tag: "Operations",
    summary: "The process runs",
    query: verboseQuery,
    responses: {
      200: {
        description: "The process runs. With `verbose`, its memory and the use of every budget.",
        content: json(
          z.object({
            status: z.literal("ok"),
            memory: z.object({ residentBytes: z.number(), heapBytes: z.number() }).optional(),
            budgets: z.array(budgetView).optional(),
          }),
        ),
      },
    },
  });
  app.get("/healthz", (context) => {
    const { verbose = "false" } = readQuery(context, verboseQuery);
    if (verbose === "false") return context.json({ status: "ok" });
    const { rss, heapUsed } = process.memoryUsage();
    return context.json({
      status: "ok",
      memory: { residentBytes: rss, heapBytes: heapUsed },
      budgets: budgets.report(),
    });
  });

  document(app, {
    method: "get",
    path: "/readyz",
    tag: "Operations",
    summary: "The hub can do its work",
    responses: {
      200: {
        description: "The store answers and the hub is not stopping.",
        content: json(
          z.object({
            status: z.literal("ready"),
            servers: z.number(),
            protection: z.object({ isActive: z.boolean(), since: z.iso.datetime().optional() }),
          }),
        ),
      },
    },
    errors: ["STORE_UNAVAILABLE", "SHUTTING_DOWN"],
  });
  app.get("/readyz", async (context) => {
    if (stopping.aborted)
      throw new HubError("SHUTTING_DOWN", "The hub is stopping.", { retryAfterMs: 5_000 });
    await registry.oldestSeq();
    const { isActive, since } = registry.protection;
    return context.json({
      status: "ready",
      servers: registry.list().length,
      protection: { isActive, ...(since === undefined ? {} : { since: instant(since) }) },
    });
  });

  document(app, {
    method: "get",
    path: "/version",
    tag: "Operations",
    summary: "Which hub this is",
    responses: {
      200: {
        description: "Name, version and process.",
        content: json(
          z.object({
            name: z.literal("mcp-hub"),
            version: z.string(),
            startedAt: z.iso.datetime(),
            pid: z.number(),
          }),
        ),
      },
    },
  });
  app.get("/version", (context) =>
    context.json({
      name: "mcp-hub",
      version: info.version,
      startedAt: instant(info.startedAt),
      pid: info.pid,
    }),
  );
}
