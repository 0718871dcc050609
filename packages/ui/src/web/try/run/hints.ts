import { isObject, type JsonObject } from "../schema/schema.ts";

/** What a tool says of itself; a server may say anything, so this is a reason to ask, not to trust. */
export type Hint = "destructive" | "unknown" | "harmless";

export function hintOf(tool: JsonObject): Hint {
  const { destructiveHint, readOnlyHint } = isObject(tool.annotations) ? tool.annotations : {};
  if (destructiveHint === true) return "destructive";
  return destructiveHint === false || readOnlyHint === true ? "harmless" : "unknown";
}
