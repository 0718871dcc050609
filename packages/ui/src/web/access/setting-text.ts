import type { SettingView } from "@hub/api";

/** The value of a setting as it would be written into its variable; undefined when it has none. */
export function settingText({ value }: Pick<SettingView, "value">): string | undefined {
  if (value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  return Array.isArray(value) ? value.join(", ") : String(value);
}

const times = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

const sizes = [
  ["GiB", 1_024 ** 3],
  ["MiB", 1_024 ** 2],
  ["KiB", 1_024],
] as const;

/** The same for people: `12 h`, `64 MiB`. Undefined where the value itself is as easy to read. */
export function settingGloss({
  value,
  unit,
}: Pick<SettingView, "value" | "unit">): string | undefined {
  if (typeof value !== "number" || unit === undefined || unit === "items") return undefined;
  const units = unit === "bytes" ? sizes : times;
  const found = units.find(([, amount]) => value >= amount);
  if (found === undefined) return unit === "bytes" ? "bytes" : "ms";
  const [word, amount] = found;
  return `${Number((value / amount).toFixed(1)).toLocaleString()} ${word}`;
}

/** Where it came from. */
export function sourceText({ source, from }: Pick<SettingView, "source" | "from">): string {
  if (source === "file") return `file ${from}`;
  return from === undefined ? source : `${source} ${from}`;
}

/** Whether all words of a search occur in it. */
export function fitsSearch(setting: SettingView, search: string): boolean {
  const text = `${setting.name} ${setting.meaning} ${settingText(setting)}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
