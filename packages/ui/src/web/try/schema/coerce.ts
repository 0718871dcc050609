import { brokenAt } from "./broken-at.js";
import { Unreadable } from "./draft.js";
import { inexactIn, isExact } from "./exact.js";

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number a text says. A text that says none, or none that can be kept exactly, stays a text. */
export function numberFromText(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (!numeral.test(trimmed)) return text;
  return isExact(trimmed) ? Number(trimmed) : text;
}

/** Whether a text says a number, but one that would be sent as another. */
export const isInexactNumeral = (text: string) =>
  numeral.test(text.trim()) && !isExact(text.trim());

export function textFromNumber(value: unknown): string {
  return value === undefined || value === null
    ? ""
    : typeof value === "string"
      ? value
      : JSON.stringify(value);
}

/** The JSON a text says; `Unreadable` keeps a text that says none, or none that can be sent as it is. */
export function jsonFromText(text: string): unknown {
  if (text.trim() === "") return undefined;
  const read = readJson(text);
  return read.isRead ? read.value : new Unreadable(text, read.problem);
}

export function textFromJson(value: unknown): string {
  if (value === undefined) return "";
  return value instanceof Unreadable ? value.text : JSON.stringify(value, null, 2);
}

const padded = (value: number, length = 2) => String(value).padStart(length, "0");

/** An instant as the browser's field for date and time wants it, in the time of this place. */
export function localFromInstant(value: string): string | undefined {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return undefined;
  // From its parts: the offset of a place to UTC has seconds in early years, which are not told.
  const year = at.getFullYear();
  if (year < 0) return undefined;
  const date = [padded(year, 4), padded(at.getMonth() + 1), padded(at.getDate())].join("-");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((one) => padded(one));
  return `${date}T${time.join(":")}`;
}

/** The instant, in UTC, as RFC 3339 writes it. */
export function instantFromLocal(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

export type ReadText =
  | { readonly isRead: true; readonly value: unknown }
  | { readonly isRead: false; readonly problem: string };

/** Reads JSON, or says where it stops being JSON or has a number that would be sent as another. */
export function readJson(text: string): ReadText {
  try {
    const value: unknown = JSON.parse(text);
    const inexact = inexactIn(text);
    return inexact === undefined
      ? { isRead: true, value }
      : { isRead: false, problem: inexactAt(text, inexact.at, inexact.numeral) };
  } catch {
    return { isRead: false, problem: brokenText(text, brokenAt(text) ?? text.length) };
  }
}

function brokenText(text: string, at: number): string {
  const found =
    at >= text.length ? "ends too early" : `does not go on with ${[...text.slice(at)][0]}`;
  return `This is not JSON: it ${found} at ${placeOf(text, at)}.`;
}

const mostDigits = 40;

function inexactAt(text: string, at: number, numeral: string): string {
  const short = numeral.length > mostDigits ? `${numeral.slice(0, mostDigits)}…` : numeral;
  return `The number ${short} at ${placeOf(text, at)} cannot be sent exactly: another number would arrive.`;
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
