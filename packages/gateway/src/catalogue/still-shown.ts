import type { Entry } from "@hub/core";
import { callableTools, mayCallWhole } from "./callable.js";
import { type Selection, selects } from "./selection.js";
import { allows } from "./toolset-part.js";

/**
 * Whether something that a selection showed may still be asked for by it: a toolset, a server's tags and what
 * somebody may call can change while a call waits. Whether its server still offers it, that says itself. `name`: as the
 * server has it.
 */
export function isStillShown(
  selection: Selection,
  entry: Entry,
  method: string,
  name: string | undefined,
): boolean {
  if (!selects(selection, entry)) return false;
  const { record } = entry;
  if (method.startsWith("tasks/")) return true;
  if (method !== "tools/call" || name === undefined) return mayCallWhole(selection, record);
  const { toolset } = selection;
  const isAllowed = toolset === undefined || allows(toolset, record.id, name);
  return isAllowed && callableTools(selection, record)(name);
}
