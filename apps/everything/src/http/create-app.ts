import { localhostHostValidation, localhostOriginValidation } from "@modelcontextprotocol/hono";
import { createMcpHandler, isLegacyRequest } from "@modelcontextprotocol/server";
import { Hono } from "hono";
import { createServer } from "../create-server.js";
import type { Shared } from "../shared.js";
import { Sessions } from "./sessions.js";

/** Serves every revision at `/mcp`, to local callers only. */
export function createApp(shared: Shared): Hono {
  const sessions = new Sessions(shared);
  const stateless = createMcpHandler(() => createServer(shared), {
    legacy: "reject",
    bus: shared.changes,
  });

  const app = new Hono();
  app.use(localhostHostValidation(), localhostOriginValidation());
  app.all("/mcp", async ({ req: { raw: request } }) =>
    (await isLegacyRequest(request)) ? sessions.fetch(request) : stateless.fetch(request),
  );
  return app;
}
