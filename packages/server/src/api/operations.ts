import { HubError } from "@hub/core";
import { z } from "zod";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { instant } from "./views.js";

const json = (schema: z.ZodType) => ({ "application/json": schema });

export function addOperationRoutes(app: HubApp, { registry, info, stopping }: AppDeps): void {
  document(app, {
    method: "get",
    path: "/healthz",
    tag: "Operations",
    summary: "The process runs",
    responses: {
      200: { description: "It does.", content: json(z.object({ status: z.literal("ok") })) },
    },
  });
  app.get("/healthz", (context) => context.json({ status: "ok" }));

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
