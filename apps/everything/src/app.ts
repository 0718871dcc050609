import { localhostHostValidation, localhostOriginValidation } from "@modelcontextprotocol/hono";
import { createMcpHandler, isLegacyRequest } from "@modelcontextprotocol/server";
import { Hono } from "hono";
import type { Changes } from "./reporting-tools.js";
import { createEverythingServer } from "./server.js";
import { Sessions } from "./sessions.js";

/** The everything server, for all revisions at `/mcp`; only pages and clients of this machine may ask. */
export function createApp(name: string): Hono {
  const changes: Changes = {
    toolsChanged() {
      modern.notify.toolsChanged();
      sessions.tellAll((server) => server.sendToolListChanged());
    },
    promptsChanged() {
      modern.notify.promptsChanged();
      sessions.tellAll((server) => server.sendPromptListChanged());
    },
  };
  const createServer = () => createEverythingServer(name, changes);
  const modern = createMcpHandler(createServer, { legacy: "reject" });
  const sessions = new Sessions(createServer);

  const app = new Hono();
  app.use(localhostHostValidation(), localhostOriginValidation());
  app.all("/mcp", async ({ req: { raw: request } }) =>
    (await isLegacyRequest(request)) ? sessions.handle(request) : modern.fetch(request),
  );
  return app;
}
