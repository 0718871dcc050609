import { randomUUID } from "node:crypto";
import type { JsonRpcRequest } from "./json-rpc.js";
import { endOfText, scanJson } from "./json-scan.js";

/** What is read here was let in, and parsed, before. */
const unlimited = { depth: Number.POSITIVE_INFINITY, values: Number.POSITIVE_INFINITY };
const quote = 34;
const endOfPlain = /[,\]}\s]|$/g;

/**
 * A member of the object that a JSON text is, as it is written: its numbers have all their digits. Of two the
 * last one, as for `JSON.parse`; undefined when there is none.
 */
export function memberText(object: string, name: string): string | undefined {
  let at = -1;
  scanJson(object, unlimited, {
    depth: 1,
    key(_depth, start, end, valueAt) {
      if (isKey(object.slice(start, end), name)) at = valueAt;
    },
  });
  return at === -1 ? undefined : object.slice(at, endOfValue(object, at));
}

/** The member of a member, and so on. */
export function memberAt(object: string | undefined, path: readonly string[]): string | undefined {
  return path.reduce<string | undefined>(
    (text, name) => (text === undefined ? undefined : memberText(text, name)),
    object,
  );
}

/** Whether a key, as it is written between its quotes, is this name. */
export function isKey(written: string, name: string): boolean {
  return written.includes("\\") ? JSON.parse(`"${written}"`) === name : written === name;
}

/** Where the value ends that begins at `start`. */
export function endOfValue(text: string, start: number): number {
  if (text.charCodeAt(start) === quote) return endOfText(text, start) + 1;
  if (!"{[".includes(text[start] ?? "")) {
    endOfPlain.lastIndex = start;
    return endOfPlain.exec(text)?.index ?? text.length;
  }
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === '"') at = endOfText(text, at);
    else if ("{[".includes(character)) depth += 1;
    else if ("}]".includes(character)) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** Stands for the arguments until they are in their place. Nobody outside knows it. */
const place = JSON.stringify(`arguments ${randomUUID()}`);

/** A request as JSON, with its arguments as they are written. Without them as `JSON.stringify` has it. */
export function textWithArguments(message: JsonRpcRequest, written: string | undefined): string {
  if (written === undefined) return JSON.stringify(message);
  const params = { ...message.params, arguments: JSON.parse(place) };
  // A function, for in a text `$` would mean something.
  return JSON.stringify({ ...message, params }).replace(place, () => written);
}
