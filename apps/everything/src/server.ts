import { McpServer } from "@modelcontextprotocol/server";
import { addAskingTools } from "./asking-tools.js";
import { addContentTools } from "./content-tools.js";
import { addInputRequiredTools } from "./input-required-tools.js";
import { addPrompts } from "./prompts.js";
import { addReportingTools, type Changes } from "./reporting-tools.js";
import { addRequestStateTools, requestStates } from "./request-state-tools.js";
import { addResources } from "./resources.js";

/** One server for a session of the 2025 revisions, or for one request of 2026-07-28. */
export function createEverythingServer(name: string, changes: Changes): McpServer {
  const server = new McpServer(
    { name, version: "1.0.0" },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: requestStates.verify },
    },
  );
  addContentTools(server);
  addReportingTools(server, changes);
  addAskingTools(server);
  addInputRequiredTools(server);
  addRequestStateTools(server);
  addResources(server);
  addPrompts(server);
  return server;
}
