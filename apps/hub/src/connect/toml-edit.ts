import { isDeepStrictEqual } from "node:util";
import { parse, TomlError } from "smol-toml";
import {
  applyEdits,
  type Edit,
  type EntryValue,
  leadingMembers,
  lineEndOf,
  memberOf,
  type Place,
} from "./entry.js";
import { EditRefused, positionAt } from "./refusal.js";
import { type TomlStatement, tomlStatements } from "./toml-scan.js";

/** Reads a text. Throws `EditRefused` with line and column for one that is broken. */
export function tomlValue(text: string): unknown {
  try {
    // A byte order mark is taken away before; whole numbers keep all their digits.
    return ordinary(parse(text, { integersAsBigInt: "asNeeded" }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [said = "it cannot be read"] = error.message.split("\n");
    throw new EditRefused("broken", said.replace(/^Invalid TOML document: /, ""), {
      line: error.line,
      column: error.column,
    });
  }
}

/** The same in ordinary objects and lists: the parser's have no prototype, so they equal no others. */
function ordinary(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordinary);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, ordinary(one)]));
}

/** What stands at a place; undefined for nothing. */
export function readFromToml(text: string, { path }: Place): unknown {
  return path.reduce<unknown>(memberOf, tomlValue(text));
}

/** Throws `EditRefused` where something other than tables stands on the way to a place. */
function checkTables(text: string, path: readonly string[]): void {
  let value = tomlValue(text);
  for (const [index, part] of path.entries()) {
    value = memberOf(value, part);
    if (value === undefined) return;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) continue;
    const name = path.slice(0, index + 1);
    const at = tomlStatements(text).find(
      (one) => one.path.length === name.length && isWithin(one.path, name),
    );
    const found = Array.isArray(value) ? `a list, as [[${name.join(".")}]] makes one` : "no table";
    throw new EditRefused(
      "unclear",
      `Expected a table for each server, such as [${path.join(".")}], but ${name.join(".")} is ${found}`,
      at === undefined ? undefined : positionAt(text, at.start),
    );
  }
}

/** Puts a table at the end of the text, or brings the one that is there up to date. */
export function putInToml(text: string, place: Place): string {
  checkTables(text, place.path);
  const present = readFromToml(text, place);
  if (present === undefined) return appended(text, tableText(place, lineEndOf(text)));
  if (isDeepStrictEqual(present, place.value)) return text;
  return updated(text, place);
}

/** The table with an empty line before it. A text that does not end in a line end still does not. */
function appended(text: string, table: string): string {
  const lineEnd = lineEndOf(text);
  if (text === "") return table + lineEnd;
  return /[\r\n]$/.test(text)
    ? `${text}${lineEnd}${table}${lineEnd}`
    : `${text}${lineEnd}${lineEnd}${table}`;
}

const bareKey = /^[A-Za-z0-9_-]+$/;
const keyText = (key: string) => (bareKey.test(key) ? key : JSON.stringify(key));

function tableText({ path, value }: Place, lineEnd: string): string {
  const lines = Object.entries(value).map(([key, one]) => `${keyText(key)} = ${valueText(one)}`);
  return [`[${path.map(keyText).join(".")}]`, ...lines].join(lineEnd);
}

/** JSON's texts, lists and truths are TOML's as well; objects become tables in one line. */
function valueText(value: EntryValue): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => JSON.stringify(one)).join(", ")}]`;
  const members = Object.entries(value).map(([key, one]) => `${keyText(key)} = ${valueText(one)}`);
  return `{ ${members.join(", ")} }`;
}

const isWithin = (path: readonly string[], outer: readonly string[]) =>
  outer.every((part, index) => path[index] === part);

/** The statements of a text, each with the path of the table that it stands in. */
function placed(text: string) {
  let table: readonly string[] = [];
  return tomlStatements(text).map((statement) => {
    if (statement.kind === "table") table = statement.path;
    return { statement, table };
  });
}

function ownHeader(text: string, path: readonly string[]): TomlStatement {
  const header = tomlStatements(text).find(
    (one) => one.kind === "table" && one.path.length === path.length && isWithin(one.path, path),
  );
  if (header !== undefined) return header;
  throw new EditRefused(
    "unclear",
    `${path.join(".")} is there, but not as a table [${path.join(".")}] of its own`,
  );
}

function updated(text: string, { path, value }: Place): string {
  const header = ownHeader(text, path);
  const edits: Edit[] = [];
  const done = new Set<string>();
  for (const { statement, table } of placed(text)) {
    if (!isWithin(table, path)) continue;
    const isOwn = table.length === path.length;
    const key = isOwn ? statement.path[0] : table[path.length];
    if (statement === header || key === undefined) continue;
    const wanted = value[key];
    const isSimple = isOwn && statement.kind === "pair" && statement.path.length === 1;
    if (wanted !== undefined && isSimple) {
      const { valueStart, valueEnd } = statement;
      edits.push({ at: valueStart, length: valueEnd - valueStart, text: valueText(wanted) });
      done.add(key);
    } else if (wanted !== undefined || leadingMembers.has(key))
      edits.push(wholeLines(text, statement));
  }
  const added = Object.entries(value)
    .filter(([key]) => !done.has(key))
    .map(([key, one]) => `${lineEndOf(text)}${keyText(key)} = ${valueText(one)}`)
    .join("");
  return applyEdits(text, [{ at: header.end, length: 0, text: added }, ...edits]);
}

/** A statement with the line end behind it, or the one before it where the text ends. */
function wholeLines(text: string, { start, end }: { start: number; end: number }): Edit {
  const from = start - (/[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0);
  const behind = /^\r\n|^[\r\n]/.exec(text.slice(end, end + 2))?.[0].length ?? 0;
  if (behind > 0) return { at: from, length: end + behind - from, text: "" };
  const before = /(?:\r\n|\n|\r)$/.exec(text.slice(0, from))?.[0].length ?? 0;
  return { at: from - before, length: end - from + before, text: "" };
}

/** Takes a table out, with those below it. Comments behind its last line stay: they may be of what follows. */
export function removeFromToml(text: string, place: Place): string {
  if (readFromToml(text, place) === undefined) return text;
  const { path } = place;
  checkTables(text, path);
  ownHeader(text, path);
  const edits: Edit[] = [];
  let run: { start: number; end: number } | undefined;
  const finish = () => {
    if (run !== undefined) edits.push(withGap(text, wholeLines(text, run)));
    run = undefined;
  };
  for (const { statement, table } of placed(text)) {
    if (!isWithin(table, path)) finish();
    else run = { start: run?.start ?? statement.start, end: statement.end };
  }
  finish();
  return applyEdits(text, edits);
}

/** An empty line before what is taken out goes with it, where an empty line or the end follows. */
function withGap(text: string, edit: Edit): Edit {
  const end = edit.at + edit.length;
  const isFollowed = end < text.length && !/^[ \t]*[\r\n]/.test(text.slice(end, end + 200));
  const gap = /(?:\r\n|\n|\r)$/.exec(text.slice(0, edit.at))?.[0] ?? "";
  const isEmptyLine = edit.at === gap.length || /[\r\n]$/.test(text.slice(0, edit.at - gap.length));
  const isOwnLine = text[edit.at] !== "\n" && text[edit.at] !== "\r";
  if (isFollowed || gap === "" || (isOwnLine && !isEmptyLine)) return edit;
  return { at: edit.at - gap.length, length: edit.length + gap.length, text: "" };
}
