import type { CallToolResult } from "@modelcontextprotocol/server";

/** A tool result of one text. */
export function textResult(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}
