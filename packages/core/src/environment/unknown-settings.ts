import { type Environment, givenVariables } from "./given-variables.js";
import { nearestName } from "./nearest-name.js";
import { hubSettings, settingsOfOthers } from "./setting-names.js";

/** A variable that looks like a setting but is not one. */
export type UnknownSetting = { readonly variable: string; readonly nearest: string | undefined };

const known: readonly string[] = [...hubSettings, ...settingsOfOthers];

/**
 * The variables named `MCP_HUB_…`, in any case, that neither the hub nor its servers and clients read, which
 * share an environment often.
 */
export function unknownSettings(env: Environment): readonly UnknownSetting[] {
  return givenVariables(env)
    .filter(([name]) => /^MCP_HUB_/i.test(name) && !known.includes(name))
    .map(([name]) => ({ variable: name, nearest: nearestName(name, known) }));
}

/** The warning for a person. It leaves out the value of the variable, which may be a secret. */
export function unknownSettingText({ variable, nearest }: UnknownSetting): string {
  const advice =
    nearest === undefined
      ? "docs/reference/settings.md lists all settings"
      : `The nearest setting is ${nearest}`;
  return `${JSON.stringify(variable)} is not a setting of MCP Hub and has no effect. ${advice}.`;
}
