import { numberOf, type Schema } from "./schema.js";

const mostPattern = 200;
const mostTested = 1_000;
/** A repeated group with a repetition inside it can take for ever on a short text. */
const canRunAway = /\([^)]*[*+}][^)]*\)[*+{?]|\(.*\|.*\)[*+{]|\\\d/;

/** Whether a text fits a server's pattern; true for a pattern that is better left to the server. */
function fitsPattern(pattern: string, text: string): boolean {
  if (pattern.length > mostPattern || text.length > mostTested || canRunAway.test(pattern))
    return true;
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

const formats: Readonly<Record<string, readonly [fits: (text: string) => boolean, what: string]>> =
  {
    email: [(text) => /^[^\s@]+@[^\s@]+$/.test(text), "an e-mail address"],
    uri: [URL.canParse, "a URI, such as https://example.org"],
    date: [(text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)), "a date"],
    "date-time": [
      (text) =>
        /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text)),
      "a date and time, such as 2026-07-28T12:00:00Z",
    ],
  };

/** What is wrong with a text; at most one thing at a time. */
export function textProblem(schema: Schema, text: string): readonly string[] {
  const length = [...text].length;
  const least = numberOf(schema.minLength);
  const most = numberOf(schema.maxLength);
  if (least !== undefined && length < least) return [`This needs at least ${least} characters.`];
  if (most !== undefined && length > most) return [`This can have at most ${most} characters.`];
  if (typeof schema.pattern === "string" && !fitsPattern(schema.pattern, text))
    return [`This must fit the pattern ${schema.pattern}`];
  const format = typeof schema.format === "string" ? schema.format : "";
  const known = Object.hasOwn(formats, format) ? formats[format] : undefined;
  return known === undefined || known[0](text) ? [] : [`This must be ${known[1]}.`];
}
