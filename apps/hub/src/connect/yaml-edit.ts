import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import {
  applyEdits,
  type Edit,
  type Entry,
  type EntryValue,
  leadingMembers,
  lineEndOf,
  memberOf,
  type Place,
} from "./entry.js";
import { EditRefused, positionAt } from "./refusal.js";

type Item = Place & { readonly kind: "item" };

/** Reads a text. Throws `EditRefused` with line and column for one that is broken. */
function readYaml(text: string): Document.Parsed {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined)
    throw new EditRefused(
      fault.code === "MULTIPLE_DOCS" ? "unclear" : "broken",
      fault.message,
      positionAt(text, fault.pos[0]),
    );
  const { contents } = document;
  if (contents !== null && !isMap(contents) && !(isScalar(contents) && contents.value === null))
    throw new EditRefused("broken", "Expected a YAML mapping");
  return document;
}

/** The value of a text that `readYaml` takes; without anything in it an empty object. */
export function yamlValue(text: string): unknown {
  return readYaml(text).toJS({ maxAliasCount: 100 }) ?? {};
}

/** What stands at a place; undefined for nothing. */
export function readFromYaml(text: string, place: Place): unknown {
  const item = asItem(place);
  const list = memberOf(yamlValue(text), listName(item));
  return Array.isArray(list)
    ? list.find((one) => memberOf(one, item.by) === item.value[item.by])
    : undefined;
}

/** Puts an item at the end of its list, or brings the one that is there up to date. */
export function putInYaml(text: string, place: Place): string {
  const item = asItem(place);
  const present = readFromYaml(text, item);
  if (present === undefined) return inserted(text, item);
  if (isDeepStrictEqual(present, item.value)) return text;
  return updated(text, item, present);
}

/** A member of an item as it is written, from its name to the end of its last line. */
type Written = {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Where its value stands, when that is a text or the like on one line. */
  readonly inLine: { readonly start: number; readonly end: number } | undefined;
};

/** The item in its place: members that are equal stay as they are written, with the comments before them. */
function updated(text: string, item: Item, present: unknown): string {
  const { list, node } = itemIn(text, item);
  const members = node.items.map((pair) => writtenMember(text, pair));
  const [first] = members;
  if (first === undefined || node.flow === true) throw unclear(text, list);
  const indent = " ".repeat(first.start - startOfLine(text, first.start));
  const lineEnd = lineEndOf(text);
  const written = (name: string, value: EntryValue) =>
    memberLines(name, value, "", indent).join(lineEnd);

  const pieces: string[] = [];
  const left = new Map(Object.entries(item.value));
  for (const [index, { name, start, end, inLine }] of members.entries()) {
    const wanted = left.get(name);
    left.delete(name);
    if (wanted === undefined && leadingMembers.has(name)) continue;
    // Comments may stand between two members.
    if (pieces.length > 0) pieces.push(text.slice(members[index - 1]?.end, start));
    if (wanted === undefined || isDeepStrictEqual(wanted, memberOf(present, name)))
      pieces.push(text.slice(start, end));
    else if (inLine !== undefined && typeof wanted !== "object")
      pieces.push(
        text.slice(start, inLine.start),
        JSON.stringify(wanted),
        text.slice(inLine.end, end),
      );
    else pieces.push(written(name, wanted));
  }
  for (const [name, value] of left) pieces.push(`${lineEnd}${indent}${written(name, value)}`);
  const end = members.at(-1)?.end ?? first.end;
  return applyEdits(text, [{ at: first.start, length: end - first.start, text: pieces.join("") }]);
}

function writtenMember(text: string, { key, value }: Pair): Written {
  if (!isScalar(key) || key.range == null)
    throw new EditRefused("unclear", "Expected names of texts");
  const range = isNode(value) && value.range != null ? value.range : key.range;
  const isInLine =
    isScalar(value) && /^(?:PLAIN|QUOTE_)/.test(value.type ?? "") && value.source !== "";
  return {
    name: String(key.value),
    start: key.range[0],
    end: Math.max(key.range[1], lastLineEnd(text, range[1])),
    inLine: isInLine ? { start: range[0], end: range[1] } : undefined,
  };
}

/** The item that is there, as it stands in the text. */
function itemIn(text: string, item: Item): { readonly list: YAMLSeq; readonly node: YAMLMap } {
  const list = listOf(text, item);
  const node = list?.items.find((one) => isMap(one) && one.get(item.by) === item.value[item.by]);
  if (list === undefined || !isMap(node)) throw new Error("the item was read before");
  return { list, node };
}

/** Takes an item out of its list. The same text where there is none. */
export function removeFromYaml(text: string, place: Place): string {
  const item = asItem(place);
  const list = listOf(text, item);
  const node = list?.items.find((one) => isMap(one) && one.get(item.by) === item.value[item.by]);
  if (list === undefined || !isMap(node) || node.range == null) return text;
  if (list.flow === true) throw unclear(text, list);
  const start = startOfLine(text, node.range[0]);
  if (!/^[ \t]*-[ \t]+$/.test(text.slice(start, node.range[0]))) throw unclear(text, list);
  const end = lastLineEnd(text, node.range[1]);
  if (list.items.length === 1) {
    // A name without a list means another thing than an empty list.
    const before = text.slice(0, start).replace(/(?:\r\n|\n|\r)$/, "");
    return `${before} []${text.slice(end)}`;
  }
  return applyEdits(text, [linesBetween(text, start, end)]);
}

function inserted(text: string, item: Item): string {
  const lineEnd = lineEndOf(text);
  const list = listOf(text, item);
  const name = listName(item);
  if (list === undefined) {
    const property = propertyRange(text, name);
    const lines = itemLines(item.value, "  ");
    if (property !== undefined) {
      const at = lastLineEnd(text, property);
      return applyEdits(text, [{ at, length: 0, text: lineEnd + lines.join(lineEnd) }]);
    }
    const added = [`${name}:`, ...lines].join(lineEnd);
    if (text === "" || /[\r\n]$/.test(text)) return `${text}${added}${lineEnd}`;
    return `${text}${lineEnd}${added}`;
  }
  const range = list.range;
  if (range == null) throw unclear(text, list);
  if (list.items.length === 0) {
    const own = `${lineEnd}${itemLines(item.value, "  ").join(lineEnd)}`;
    const gap = /[ \t]*$/.exec(text.slice(0, range[0]))?.[0].length ?? 0;
    return applyEdits(text, [{ at: range[0] - gap, length: range[1] - range[0] + gap, text: own }]);
  }
  const last = list.items.at(-1);
  if (list.flow === true || !isMap(last) || last.range == null) throw unclear(text, list);
  const before = text.slice(startOfLine(text, last.range[0]), last.range[0]);
  const indent = /^([ \t]*)-[ \t]+$/.exec(before)?.[1];
  if (indent === undefined) throw unclear(text, list);
  const at = lastLineEnd(text, last.range[1]);
  const lines = itemLines(item.value, indent).join(lineEnd);
  return applyEdits(text, [{ at, length: 0, text: `${lineEnd}${lines}` }]);
}

function asItem(place: Place): Item {
  if (place.kind === "item" && place.path.length === 1) return place;
  throw new Error("a YAML file has its entries in a list");
}

const listName = ({ path }: Item) => path[0] ?? "";

function listOf(text: string, item: Item): YAMLSeq | undefined {
  const { contents } = readYaml(text);
  if (!isMap(contents)) return undefined;
  const list: unknown = contents.get(listName(item), true);
  if (isSeq(list)) return list;
  if (list === undefined || list === null || (isScalar(list) && list.value === null))
    return undefined;
  throw new EditRefused("unclear", `Expected ${listName(item)} to be a list`);
}

/** Where the name of a list without a list ends. */
function propertyRange(text: string, name: string): number | undefined {
  const { contents } = readYaml(text);
  const pair = (contents as YAMLMap | null)?.items?.find(
    ({ key }) => isScalar(key) && key.value === name,
  );
  const key = pair?.key;
  return isScalar(key) ? (key.range?.[1] ?? undefined) : undefined;
}

function unclear(text: string, { range }: YAMLSeq): EditRefused {
  return new EditRefused(
    "unclear",
    "Expected a list with one item on each line, each after a dash",
    range == null ? undefined : positionAt(text, range[0]),
  );
}

function itemLines(value: Entry, indent: string): string[] {
  return Object.entries(value).flatMap(([name, one], index) =>
    memberLines(name, one, index === 0 ? `${indent}- ` : `${indent}  `, `${indent}  `),
  );
}

/** JSON's texts and lists are YAML's as well. */
function memberLines(name: string, value: EntryValue, first: string, rest: string): string[] {
  const key = /^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name);
  if (typeof value !== "object" || Array.isArray(value))
    return [`${first}${key}: ${JSON.stringify(value)}`];
  const inner = `${rest}  `;
  const members = Object.entries(value).flatMap(([own, one]) =>
    memberLines(own, one, inner, inner),
  );
  return [`${first}${key}:`, ...members];
}

function startOfLine(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text[at - 1] !== "\n" && text[at - 1] !== "\r") at -= 1;
  return at;
}

/** The end of the last line that a value with its end at `offset` is on. */
function lastLineEnd(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && (text[at - 1] === "\n" || text[at - 1] === "\r")) at -= 1;
  while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at += 1;
  return at;
}

/** Whole lines, with the line end before them: there is one, for the name of the list stands above. */
function linesBetween(text: string, start: number, end: number): Edit {
  const before = /(?:\r\n|\n|\r)$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return { at: start - before, length: end - start + before, text: "" };
}

/** Every comment of a text, in order. */
export function yamlComments(text: string): string[] {
  return [...new Lexer().lex(text)].filter((token) => token.startsWith("#"));
}
