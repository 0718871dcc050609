import { createMcpHonoApp } from "@modelcontextprotocol/hono";
import { createMcpHandler, isLegacyRequest } from "@modelcontextprotocol/server";
import type { Hono } from "hono";
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

  // The Hono app of the SDK guards against foreign Host and Origin headers, and reads the body.
  const app = createMcpHonoApp();
  app.all("/mcp", async (context) => {
    const request = context.req.raw;
    // A value that the SDK's own middleware set, which its types do not name.
    const parsedBody: unknown = context.get("parsedBody" as never);
    return (await isLegacyRequest(request, parsedBody))
      ? sessions.handle(request, parsedBody)
      : modern.fetch(request, { parsedBody });
  });
  return app;
}
