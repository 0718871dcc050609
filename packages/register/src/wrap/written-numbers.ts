import { randomBytes } from "node:crypto";
import { endOfText } from "@hub/mcp";

/**
 * Numbers of which JavaScript keeps less than was written (`12345678901234567890`, `1.0`, `-0`, `1e400`)
 * travel inside this process as texts that begin so. Nobody outside knows it.
 */
const mark = `#number-${randomBytes(9).toString("hex")}:`;

const markedText = new RegExp(`"${mark}([-+.0-9eE]+)"`, "g");
const nearNumber = /-?\d[-+.0-9eE]*/g;
const quote = '"';

/** A message as it came. */
export interface ReadJson {
  /** What `JSON.parse` makes of it. */
  readonly plain: unknown;
  /** The same with every number as it was written; the very same value where none would be lost. */
  readonly written: unknown;
}

/** Reads JSON without losing how its numbers were written. @throws SyntaxError as `JSON.parse` does. */
export function readJson(text: string): ReadJson {
  const plain: unknown = JSON.parse(text);
  const marked = withMarks(text);
  return { plain, written: marked === undefined ? plain : JSON.parse(marked) };
}

/** Writes JSON with every number as it was written. */
export function writeJson(value: unknown): string {
  return withNumbers(JSON.stringify(value) ?? "null");
}

/** Whether a piece of JSON holds a text that stands for a number. */
export function holdsMark(json: Buffer): boolean {
  return json.includes(mark);
}

/** The same JSON with the numbers instead of the texts that stand for them. */
export function withNumbers(json: string): string {
  return json.includes(mark) ? json.replace(markedText, "$1") : json;
}

/** A value as `JSON.parse` would have made it. Members of these names, at any depth, stay as they are. */
export function toPlain(value: unknown, except?: ReadonlySet<string>): unknown {
  if (typeof value === "string") return plainText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => toPlain(one, except));
  const members = Object.entries(value).map(([name, member]) => [
    name,
    except?.has(name) === true ? member : toPlain(member, except),
  ]);
  return Object.fromEntries(members);
}

const plainText = (text: string) =>
  text.startsWith(mark) ? Number(text.slice(mark.length)) : text;

/** How a number or a text reads in JSON, without quotes. */
export function literalOf(value: string | number): string {
  return typeof value === "string" && value.startsWith(mark)
    ? value.slice(mark.length)
    : String(value);
}

function isKept(literal: string): boolean {
  return String(Number(literal)) === literal;
}

/** `text` is JSON. Undefined where every number in it is kept. */
function withMarks(text: string): string | undefined {
  let marked = "";
  let copied = 0;
  for (let at = 0; at < text.length; ) {
    const start = text.indexOf(quote, at);
    const end = start === -1 ? text.length : start;
    for (const { 0: literal, index } of text.slice(at, end).matchAll(nearNumber)) {
      if (isKept(literal)) continue;
      marked += `${text.slice(copied, at + index)}"${mark}${literal}"`;
      copied = at + index + literal.length;
    }
    at = start === -1 ? text.length : endOfText(text, start) + 1;
  }
  return copied === 0 ? undefined : marked + text.slice(copied);
}
