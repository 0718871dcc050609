import { setTimeout as sleep } from "node:timers/promises";
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { text } from "./content-tools.js";

const nothing = z.object({});
/** Long enough that a client sees the messages one after the other. */
const betweenMessagesMs = 50;
/** Long enough that the client has noticed that its stream is gone. */
const reconnectionMs = 100;

/** Who must hear of a change besides the client that caused it. */
export interface Changes {
  toolsChanged(): void;
  promptsChanged(): void;
}

/** Tools that say something on the way to their result. */
export function addReportingTools(server: McpServer, changes: Changes): void {
  server.registerTool(
    "test_tool_with_logging",
    { description: "Logs three messages on the way.", inputSchema: nothing },
    async (_input, { mcpReq }) => {
      await mcpReq.log("info", "Tool execution started");
      await sleep(betweenMessagesMs);
      await mcpReq.log("info", "Tool processing data");
      await sleep(betweenMessagesMs);
      await mcpReq.log("info", "Tool execution completed");
      return text("Logged three messages");
    },
  );

  server.registerTool(
    "test_logging_tool",
    { description: "Logs one message, if the request asks for logs.", inputSchema: nothing },
    async (_input, { mcpReq }) => {
      await mcpReq.log("info", "Logged because the request asked for it");
      return text("Logged one message");
    },
  );

  server.registerTool(
    "test_tool_with_progress",
    { description: "Reports progress: 0, 50, 100.", inputSchema: nothing },
    async (_input, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      if (progressToken === undefined) return text("Nobody asked for progress");
      for (const progress of [0, 50, 100]) {
        if (progress > 0) await sleep(betweenMessagesMs);
        await mcpReq.notify({
          method: "notifications/progress",
          params: { progressToken, progress, total: 100, message: `${progress} of 100` },
        });
      }
      return text(String(progressToken));
    },
  );

  server.registerTool(
    "test_reconnection",
    {
      description: "Closes its stream; the result waits for the client to come back.",
      inputSchema: nothing,
    },
    async (_input, { http }) => {
      http?.closeSSE?.();
      await sleep(reconnectionMs);
      return text("Reconnection test completed: the stream was resumed");
    },
  );

  server.registerTool(
    "test_streaming_elicitation",
    { description: "Answers without asking anything.", inputSchema: nothing },
    async () => text("Nothing was asked on this stream"),
  );

  server.registerTool(
    "test_trigger_tool_change",
    { description: "Tells everybody who listens that tools changed.", inputSchema: nothing },
    async () => {
      changes.toolsChanged();
      return text("Said that the list of tools changed");
    },
  );

  server.registerTool(
    "test_trigger_prompt_change",
    { description: "Tells everybody who listens that prompts changed.", inputSchema: nothing },
    async () => {
      changes.promptsChanged();
      return text("Said that the list of prompts changed");
    },
  );
}
