import { setTimeout as sleep } from "node:timers/promises";
import type { McpServer } from "@modelcontextprotocol/server";
import { textResult } from "../text.js";

/** Long enough for a client to tell one message from the next, short enough for a test. */
const pauseMs = 50;

/** Tools that say something while they run: logs, progress, and a stream that breaks off. */
export function registerReportingTools(server: McpServer): void {
  server.registerTool(
    "test_tool_with_logging",
    { description: "Logs three lines while it runs." },
    async ({ mcpReq }) => {
      await mcpReq.log("info", "Tool execution started");
      await sleep(pauseMs);
      await mcpReq.log("info", "Tool processing data");
      await sleep(pauseMs);
      await mcpReq.log("info", "Tool execution completed");
      return textResult("Logged three lines.");
    },
  );

  server.registerTool(
    "test_logging_tool",
    { description: "Logs one line, which only a request that asks for logs receives." },
    async ({ mcpReq }) => {
      await mcpReq.log("info", "test_logging_tool ran");
      return textResult("Logged one line.");
    },
  );

  server.registerTool(
    "test_tool_with_progress",
    { description: "Reports its progress at 0, 50 and 100 of 100." },
    async ({ mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        // Without a token nobody asked.
        if (progressToken !== undefined) {
          await mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken, progress, total: 100, message: `${progress} of 100` },
          });
        }
        if (progress < 100) await sleep(pauseMs);
      }
      return textResult("Done, 100 of 100.");
    },
  );

  server.registerTool(
    "test_reconnection",
    {
      description: "Closes the stream of its own call: the answer waits for the client to resume.",
    },
    async ({ http }) => {
      http?.closeSSE?.();
      // The answer comes while no stream is open, so that it has to be stored.
      await sleep(2 * pauseMs);
      return textResult("You resumed the stream.");
    },
  );
}
