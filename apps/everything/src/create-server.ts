import { McpServer } from "@modelcontextprotocol/server";
import { registerPrompts } from "./prompts.js";
import { registerResources } from "./resources.js";
import type { Shared } from "./shared.js";
import { registerAskingTools } from "./tools/asking.js";
import { registerChangingTools } from "./tools/changing.js";
import { registerContentTools } from "./tools/content.js";
import { registerInputRequiredTools } from "./tools/input-required.js";
import { registerReportingTools } from "./tools/reporting.js";
import { registerSchemaTools } from "./tools/schemas.js";
import { registerToolsWithNotes } from "./tools/with-notes.js";

/** Makes one instance of the server, for one session or one stateless request. */
export function createServer(shared: Shared): McpServer {
  const server = new McpServer(
    { name: shared.name, version: "1.0.0" },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
      instructions: "Every feature of the protocol once, to test clients and what stands between.",
      requestState: { verify: shared.notes.verify },
    },
  );
  registerContentTools(server);
  registerReportingTools(server);
  registerSchemaTools(server);
  registerChangingTools(server, shared);
  registerAskingTools(server);
  registerInputRequiredTools(server);
  registerToolsWithNotes(server, shared);
  registerPrompts(server);
  registerResources(server);
  return server;
}
