import { isDeepStrictEqual } from "node:util";
import {
  applyEdits,
  type Edit,
  type Entry,
  type EntryValue,
  leadingMembers,
  memberOf,
  type Place,
} from "./entry.js";
import { insertChild, propertyText, removeChild, type Style, valueText } from "./json-members.js";
import {
  type JsonNode,
  type JsonText,
  jsonValue,
  propertyOf,
  readJson,
  valueNode,
} from "./json-text.js";
import { EditRefused, positionAt } from "./refusal.js";

/** Puts an entry in its place, or brings the one that is there up to date. Changes nothing else. */
export function putInJson(text: string, place: Place): string {
  if (place.kind === "item") return putItem(text, place);
  const file = readJson(text);
  return putMember(file, place.path, place.value);
}

/** Takes an entry out. The same text where there is none. */
export function removeFromJson(text: string, place: Place): string {
  const file = readJson(text);
  if (place.kind === "member") return withoutMember(file, place.path);
  const found = itemAt(file, place);
  if (found === undefined) return text;
  return applyEdits(text, removeChild(file, found.container, found.child));
}

/** What stands at a place; undefined for nothing. */
export function readFromJson(text: string, place: Place): unknown {
  readJson(text);
  const at = place.path.reduce(memberOf, jsonValue(text));
  if (place.kind === "member") return at;
  return Array.isArray(at)
    ? at.find((one) => memberOf(one, place.by) === place.value[place.by])
    : undefined;
}

type Found = { readonly container: JsonNode; readonly child: JsonNode };

function memberAt(file: JsonText, path: readonly string[]): Found | undefined {
  let container = file.root;
  for (const [index, name] of path.entries()) {
    if (container?.type !== "object") return undefined;
    const property = propertyOf(file, container, name);
    if (property === undefined) return undefined;
    if (index === path.length - 1) return { container, child: property };
    container = valueNode(property);
  }
  return undefined;
}

function itemAt(file: JsonText, { path, by, value }: Place & { kind: "item" }): Found | undefined {
  const property = memberAt(file, path)?.child;
  const list = valueNode(property);
  if (list?.type !== "array") return undefined;
  const child = list.children?.find(
    (item) => item.type === "object" && valueNode(propertyOf(file, item, by))?.value === value[by],
  );
  return child === undefined ? undefined : { container: list, child };
}

/** A value in objects of the rest of its path, as they are made where nothing is yet. */
function wrapped(path: readonly string[], value: EntryValue): EntryValue {
  return path.reduceRight<EntryValue>((inner, name) => ({ [name]: inner as Entry }), value);
}

function putMember(file: JsonText, path: readonly string[], value: EntryValue): string {
  const { text, root, lineEnd } = file;
  if (root === undefined) {
    const style: Style = { isInline: false, isSpaced: true, indent: "" };
    const written = valueText(wrapped(path, value), style, file);
    const gap = text === "" || /[\r\n]$/.test(text) ? "" : lineEnd;
    return `${text}${gap}${written}${lineEnd}`;
  }
  let container = root;
  for (const [index, name] of path.entries()) {
    const property = propertyOf(file, container, name);
    if (property === undefined) {
      const rest = wrapped(path.slice(index + 1), value);
      return applyEdits(
        text,
        insertChild(file, container, (style) => propertyText(name, rest, style, file)),
      );
    }
    const inner = valueNode(property);
    if (index === path.length - 1 || inner === undefined)
      return updated(file, path, property, value);
    if (inner.type !== "object")
      throw new EditRefused(
        "unclear",
        `Expected ${JSON.stringify(name)} to be an object, found ${inner.type}`,
        positionAt(text, inner.offset),
      );
    container = inner;
  }
  return text;
}

/** Members are set one by one, so that those a person added stay, with their comments. */
function updated(
  file: JsonText,
  path: readonly string[],
  property: JsonNode,
  value: EntryValue,
): string {
  const { text } = file;
  const node = valueNode(property);
  if (node === undefined) return text;
  const present = path.reduce(memberOf, jsonValue(text));
  if (isDeepStrictEqual(present, value)) return text;
  if (node.type !== "object" || typeof value !== "object" || Array.isArray(value)) {
    const style: Style = { isInline: false, isSpaced: true, indent: lineIndent(file, property) };
    return applyEdits(text, [replacement(node, valueText(value, style, file))]);
  }
  let result = text;
  for (const [name, member] of Object.entries(value))
    result = putMember(readJson(result), [...path, name], member);
  for (const name of Object.keys(present ?? {}))
    if (leadingMembers.has(name) && !Object.hasOwn(value, name))
      result = withoutMember(readJson(result), [...path, name]);
  return result;
}

function withoutMember(file: JsonText, path: readonly string[]): string {
  const found = memberAt(file, path);
  return found === undefined
    ? file.text
    : applyEdits(file.text, removeChild(file, found.container, found.child));
}

function replacement(node: JsonNode, text: string): Edit {
  return { at: node.offset, length: node.length, text };
}

function lineIndent({ text }: JsonText, node: JsonNode): string {
  const start = Math.max(
    text.lastIndexOf("\n", node.offset - 1),
    text.lastIndexOf("\r", node.offset - 1),
  );
  return /^[ \t]*/.exec(text.slice(start + 1, node.offset))?.[0] ?? "";
}

/** An item that is there already is left as it is: what names it says what it is. */
function putItem(text: string, place: Place & { kind: "item" }): string {
  const file = readJson(text);
  const property = memberAt(file, place.path)?.child;
  const list = valueNode(property);
  if (list === undefined) return putList(file, place);
  if (list.type !== "array")
    throw new EditRefused(
      "unclear",
      `Expected ${JSON.stringify(place.path.join("."))} to be a list, found ${list.type}`,
      positionAt(text, list.offset),
    );
  if (itemAt(file, place) !== undefined) return text;
  return applyEdits(
    text,
    insertChild(file, list, (style) => valueText(place.value, style, file)),
  );
}

function putList(file: JsonText, { path, value }: Place): string {
  const [name = "", ...more] = path;
  if (more.length > 0) throw new Error("lists stand in the outermost object only");
  const { root, text, lineEnd } = file;
  if (root === undefined) {
    const gap = text === "" || /[\r\n]$/.test(text) ? "" : lineEnd;
    return putList(readJson(`${text}${gap}{}${lineEnd}`), { kind: "item", path, value, by: "" });
  }
  return applyEdits(
    text,
    insertChild(file, root, (style) => {
      const gap = style.isSpaced ? " " : "";
      return `${JSON.stringify(name)}:${gap}${listText(value, style, file)}`;
    }),
  );
}

/** A list of one item. */
function listText(value: Entry, style: Style, file: JsonText): string {
  if (style.isInline) return `[${valueText(value, style, file)}]`;
  const inner = style.indent + file.indent;
  const item = valueText(value, { ...style, indent: inner }, file);
  return `[${file.lineEnd}${inner}${item}${file.lineEnd}${style.indent}]`;
}
