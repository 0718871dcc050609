import type { JsonObject } from "@hub/core/json";

/** What one of the hub's tools found, as text and as data: clients read the one or the other. */
export const toolResult = (found: JsonObject): JsonObject => ({
  content: [{ type: "text", text: JSON.stringify(found) }],
  structuredContent: found,
});

/** A tool error, which a model reads and mends; protocol errors often never reach it. */
export const toolError = (text: string): JsonObject => ({
  content: [{ type: "text", text }],
  isError: true,
});
