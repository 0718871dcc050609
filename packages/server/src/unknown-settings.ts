import { type Environment, givenVariables } from "./environment.js";
import { nearestName } from "./nearest-name.js";
import { hubSettings, settingsOfOthers } from "./settings.js";

/** A variable that looks like a setting of the hub and is none. */
export type UnknownSetting = { readonly variable: string; readonly nearest: string | undefined };

const known: readonly string[] = [...hubSettings, ...settingsOfOthers];

/** The variables named `MCP_HUB_…`, in any case, that neither the hub nor its servers and clients read. */
export function unknownSettings(env: Environment): readonly UnknownSetting[] {
  return givenVariables(env)
    .filter(([name]) => /^MCP_HUB_/i.test(name) && !known.includes(name))
    .map(([name]) => ({ variable: name, nearest: nearestName(name, known) }));
}

/** What a person is told of it. Not its value: that may be a secret. */
export function unknownSettingText({ variable, nearest }: UnknownSetting): string {
  const advice =
    nearest === undefined
      ? "docs/reference/settings.md has all it knows"
      : `The nearest name it knows is ${nearest}`;
  return `${JSON.stringify(variable)} is no setting of this hub and does nothing. ${advice}.`;
}
