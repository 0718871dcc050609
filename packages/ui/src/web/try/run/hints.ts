import { isObject, type JsonObject } from "../schema/schema.js";

/** What a tool says of itself; a server may say anything, so this is a reason to ask, not to trust. */
export type Hint = "destructive" | "unknown" | "harmless";

export function hintOf(tool: JsonObject): Hint {
  const { destructiveHint, readOnlyHint } = isObject(tool.annotations) ? tool.annotations : {};
  if (destructiveHint === true) return "destructive";
  if (destructiveHint === false || readOnlyHint === true) return "harmless";
  // A tool that changes something destroys something unless it says otherwise, by the protocol.
  return readOnlyHint === false ? "destructive" : "unknown";
}
