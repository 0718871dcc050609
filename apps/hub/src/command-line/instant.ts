import { CommandError } from "./command-error.js";

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * An instant as people type it for an option: so long from now or ago (`90m`, `12h`, `30d`), or a date or time such
 * as 2027-01-31 or 2027-01-31T12:00:00Z. `now` is in milliseconds since 1970.
 * @throws CommandError for anything else.
 */
export function instantOf(
  option: string,
  given: string,
  side: "from now" | "ago",
  now: number,
): string {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  const sign = side === "ago" ? -1 : 1;
  if (count !== undefined)
    return new Date(now + sign * Number(count) * (units[unit] ?? 0)).toISOString();
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(given);
  const at = isTime ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new CommandError(
    "usage",
    `${option} must be so long ${side}, such as 90m, 12h or 30d, or a date such as 2027-01-31, got ${JSON.stringify(given)}.`,
  );
}
