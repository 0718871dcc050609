import { z } from "zod";
import { invisibleInLine, invisibleInText } from "./text.js";

/** Schemas of single fields. Every message continues "`field` ..." and says what was expected and what came. */

type RawIssue = { readonly input?: unknown };

/** A short picture of a value that was refused. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value);
}

/** For values of the wrong type and for missing ones. */
export function expected(what: string) {
  return (issue: RawIssue) =>
    issue.input === undefined
      ? `is missing; expected ${what}`
      : `must be ${what}, got ${shownValue(issue.input)}`;
}

/** For unknown fields, and for what is no object at all. */
export function fieldsError(what: string, fields: string) {
  return (issue: { readonly code?: string; readonly keys?: unknown; readonly input?: unknown }) => {
    if (issue.code !== "unrecognized_keys" || !Array.isArray(issue.keys))
      return expected(what)(issue);
    const unknown = issue.keys.slice(0, 5).map(shownValue).join(", ");
    const note = issue.keys.includes("command")
      ? " The hub starts no programs; `hub-register -- <command>` serves and registers one."
      : "";
    return `must hold no other fields than ${fields}, got ${unknown}.${note}`;
  };
}

function lengthOf(value: unknown): string {
  return typeof value === "string" || Array.isArray(value) ? String(value.length) : "more";
}

export function atMost(most: number, what: string) {
  return {
    error: (issue: RawIssue) => `must have at most ${most} ${what}, got ${lengthOf(issue.input)}`,
  };
}

export function text() {
  return z.string({ error: expected("text") });
}

function refuseInvisible(found: (value: string) => string | undefined) {
  return (value: string, context: z.RefinementCtx<string>) => {
    const character = found(value);
    if (character === undefined) return;
    context.addIssue({
      code: "custom",
      message: `must hold no control, invisible or direction-changing characters, got ${character}`,
    });
  };
}

/** A text of one line that a person will see, or an empty one. */
export function lineOrNothing(longest: number) {
  return text()
    .trim()
    .max(longest, atMost(longest, "characters"))
    .superRefine(refuseInvisible(invisibleInLine));
}

/** A text of one line that a person will see. */
export function line(longest: number) {
  return lineOrNothing(longest).min(1, "must not be empty");
}

/** A text of several lines that a person will see. */
export function prose(longest: number) {
  return text()
    .trim()
    .max(longest, atMost(longest, "characters"))
    .superRefine(refuseInvisible(invisibleInText));
}

/** How deep a JSON value is nested; gives up beyond `most`, so that no input can exhaust the stack. */
function isNestedDeeperThan(most: number, value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((one) =>
      typeof one === "object" && one !== null
        ? Object.values(one).filter((part) => typeof part === "object" && part !== null)
        : [],
    );
  }
  return false;
}

const mostKeys = 64;
const deepest = 8;
const longestKey = 100;
const longestJson = 8_192;

function longestKeyOf(value: object): number {
  return Math.max(0, ...Object.keys(value).map((key) => key.length));
}

/** Free facts about a server, as JSON. The depth is checked first: what follows walks it recursively. */
export const metadataSchema = z
  .record(text(), z.unknown(), { error: expected("an object") })
  .refine((value) => !isNestedDeeperThan(deepest, value), {
    error: `must be nested at most ${deepest} levels deep, got more`,
    abort: true,
  })
  .refine((value) => Object.keys(value).length <= mostKeys, {
    error: (issue) =>
      `must hold at most ${mostKeys} keys, got ${Object.keys(Object(issue.input)).length}`,
    abort: true,
  })
  .refine((value) => longestKeyOf(value) <= longestKey, {
    error: (issue) =>
      `must have keys of at most ${longestKey} characters, got ${longestKeyOf(Object(issue.input))}`,
    abort: true,
  })
  .pipe(z.record(z.string(), z.json()))
  .refine((value) => JSON.stringify(value).length <= longestJson, {
    error: (issue) =>
      `must have at most ${longestJson} characters as JSON, got ${JSON.stringify(issue.input).length}`,
  });
