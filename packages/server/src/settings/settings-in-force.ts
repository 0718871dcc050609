import { budgetNames, rowOf, settingOf } from "@hub/core/limits";
import { defaultConfig } from "../hub-config.js";
import type { LogLevel } from "../log.js";
import { otherSettings } from "./other-settings.js";
import type { HubInForce, SettingRow, SettingValue } from "./setting-row.js";
import { timeSettings } from "./time-settings.js";

/** What the program that runs a hub knows of its settings, and the hub does not. */
export type SettingSources = {
  /** The variables that say something, of those that the hub reads, with what they say. */
  readonly variables: ReadonlyMap<string, string>;
  readonly logLevel: LogLevel;
  readonly logFormat: string;
};

type Source = "default" | "variable" | "file" | "program";

/** A setting as it is in force. */
export type SettingInForce = {
  /** The variable that changes it. */
  readonly name: string;
  /** A secret is only `set`. */
  readonly value: string | number | string[] | null;
  readonly unit?: "milliseconds" | "bytes" | "items";
  readonly source: Source;
  /** Which variable, where several could say it; or which file. */
  readonly from?: string;
  readonly meaning: string;
};

type Shown = Pick<SettingInForce, "name" | "meaning" | "unit"> & { readonly value: SettingValue };

const rowsIn = (
  rows: Readonly<Record<string, SettingRow>>,
  hub: HubInForce,
  unit?: "milliseconds",
) =>
  Object.entries(rows).map(
    ([name, { meaning, value }]): Shown => ({
      name,
      meaning,
      value: value(hub),
      ...(unit === undefined ? {} : { unit }),
    }),
  );

function shown(hub: HubInForce, sources: SettingSources | undefined): readonly Shown[] {
  const { budgets } = hub.config;
  return [
    ...rowsIn(otherSettings, hub),
    ...(sources === undefined ? [] : ofProgram(sources)),
    ...rowsIn(timeSettings, hub, "milliseconds"),
    ...budgetNames.map((name) => {
      const { meaning, unit } = rowOf(name);
      return { name: settingOf(name), meaning, unit, value: budgets[name] };
    }),
  ];
}

/** What only the program has. */
function ofProgram({ logLevel, logFormat, variables }: SettingSources): readonly Shown[] {
  return [
    {
      name: "LOG_LEVEL",
      meaning: "which lines the log has: silent, fatal, error, warn, info, debug or trace",
      value: logLevel,
    },
    {
      name: "LOG_FORMAT",
      meaning: "how lines of the log are written: pretty for people, json for programs",
      value: logFormat,
    },
    {
      name: "DATABASE_URL",
      meaning: "address of a Postgres database in place of the file",
      // It may hold a password.
      value: variables.has("DATABASE_URL") ? "set" : null,
    },
  ];
}

/** Every setting of a hub with where it came from. Without sources, what is no default is the program's. */
export function settingsInForce(
  hub: HubInForce,
  sources?: SettingSources,
): readonly SettingInForce[] {
  const usual = new Map(
    shown({ ...hub, config: defaultConfig }, undefined).map(({ name, value }) => [
      name,
      JSON.stringify(value),
    ]),
  );
  return shown(hub, sources).map(({ value, ...setting }) => ({
    ...setting,
    value: typeof value === "object" && value !== null ? [...value] : value,
    ...(sources === undefined
      ? { source: usual.get(setting.name) === JSON.stringify(value) ? "default" : "program" }
      : originOf(setting.name, sources)),
  }));
}

/** Other names under which a setting can be set. */
const otherNames: Readonly<Record<string, string>> = { MCP_HUB_PORT: "PORT" };

function originOf(
  name: string,
  { variables }: SettingSources,
): Pick<SettingInForce, "source" | "from"> {
  const own = variables.get(name);
  if (own !== undefined)
    return name.endsWith("_FILE") ? { source: "file", from: own } : { source: "variable" };
  const other = otherNames[name];
  return other !== undefined && variables.has(other)
    ? { source: "variable", from: other }
    : { source: "default" };
}
