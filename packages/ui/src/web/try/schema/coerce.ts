import { brokenAt } from "./broken-at.ts";
import { Unreadable } from "./draft.ts";

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number a text says. A text that says none, or none that can be kept exactly, stays a text. */
export function numberFromText(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (!numeral.test(trimmed)) return text;
  const value = Number(trimmed);
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value);
  return Number.isFinite(value) && isExact ? value : text;
}

export function textFromNumber(value: unknown): string {
  return value === undefined || value === null
    ? ""
    : typeof value === "string"
      ? value
      : JSON.stringify(value);
}

/** The JSON a text says; `Unreadable` keeps a text that says none. */
export function jsonFromText(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return new Unreadable(text);
  }
}

export function textFromJson(value: unknown): string {
  if (value === undefined) return "";
  return value instanceof Unreadable ? value.text : JSON.stringify(value, null, 2);
}

/** An instant as the browser's field for date and time wants it, in the time of this place. */
export function localFromInstant(value: string): string | undefined {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return undefined;
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return Number.isNaN(shifted.getTime()) ? undefined : shifted.toISOString().slice(0, 19);
}

/** The instant, in UTC, as RFC 3339 writes it. */
export function instantFromLocal(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

export type ReadText =
  | { readonly isRead: true; readonly value: unknown }
  | { readonly isRead: false; readonly problem: string };

/** Reads JSON, or says at which line and column it stops being JSON. */
export function readJson(text: string): ReadText {
  try {
    return { isRead: true, value: JSON.parse(text) };
  } catch {
    return { isRead: false, problem: placed(text, brokenAt(text) ?? text.length) };
  }
}

function placed(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const found =
    at >= text.length ? "ends too early" : `does not go on with ${[...text.slice(at)][0]}`;
  return `This is not JSON: it ${found} at ${place}.`;
}
