import type { Entry, Toolset } from "@hub/core";
import { isJsonObject } from "@hub/core/json";

/**
 * With `true` in `_meta`, a client allows that its call is repeated where the tool says that this is safe, and
 * forbids it with `false`. What it does not say, its toolset does.
 */
const repeatKey = "mcp-hub/repeat";

/**
 * Whether a call may be sent again that was sent and may have run: its tool says that it changes nothing, or
 * nothing more the second time, and its client or its toolset allows it.
 */
export function mayRepeat(
  { snapshot }: Entry,
  method: string,
  name: string | undefined,
  params: unknown,
  toolset: Toolset | undefined,
): boolean {
  const meta = isJsonObject(params) ? params._meta : undefined;
  const said = isJsonObject(meta) ? meta[repeatKey] : undefined;
  const isAllowed = said === true || (said === undefined && toolset?.repeat === "safe");
  if (method !== "tools/call" || !isAllowed) return false;
  const tool = snapshot?.tools.find(({ key }) => key === name);
  const annotations = tool?.definition.annotations;
  return (
    isJsonObject(annotations) &&
    (annotations.readOnlyHint === true || annotations.idempotentHint === true)
  );
}
