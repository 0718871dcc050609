import { unknownSettings, unknownSettingText } from "@hub/core/environment";
import type { Log } from "./log.js";

/** A program may register many servers; a slip in its environment is one. */
const told = new Set<string>();

/** Says, once in a process, of each `MCP_HUB_…` variable that it is none that anybody reads. */
export function tellMisspeltSettings(
  environment: Readonly<Record<string, string | undefined>>,
  log: Log,
): void {
  for (const setting of unknownSettings(environment)) {
    if (told.has(setting.variable)) continue;
    told.add(setting.variable);
    log({ level: "warn", message: unknownSettingText(setting) });
  }
}
