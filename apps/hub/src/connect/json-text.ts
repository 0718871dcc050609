import * as jsonc from "jsonc-parser";
import { lineEndOf } from "./entry.js";
import { EditRefused, positionAt } from "./refusal.js";

export type JsonNode = jsonc.Node;

/** Deeper nesting is nothing that a person wrote, and walking it would need as much stack. */
const mostDepth = 200;

/** JSON as people write it into the files of their programs: comments and commas at the end are allowed. */
export type JsonText = {
  readonly text: string;
  /** The outermost object; undefined for a text without any value. */
  readonly root: JsonNode | undefined;
  readonly lineEnd: string;
  /** One level of indentation. Default: two spaces. */
  readonly indent: string;
};

/** Reads a text. Throws `EditRefused` with line and column for one that is broken or no object. */
export function readJson(text: string): JsonText {
  const depth = deepestAt(text, mostDepth);
  if (depth !== undefined)
    throw new EditRefused(
      "unclear",
      `It is nested more than ${mostDepth} levels deep`,
      positionAt(text, depth),
    );
  const errors: jsonc.ParseError[] = [];
  const root = jsonc.parseTree(text, errors, {
    allowTrailingComma: true,
    disallowComments: false,
    allowEmptyContent: true,
  });
  const [first] = errors;
  if (first !== undefined)
    throw new EditRefused("broken", faultText(first.error), positionAt(text, first.offset));
  if (root !== undefined && root.type !== "object")
    throw new EditRefused(
      "broken",
      `Expected a JSON object, found ${root.type}`,
      positionAt(text, root.offset),
    );
  return { text, root, lineEnd: lineEndOf(text), indent: indentUnit(text, root) };
}

/** The value of a text that `readJson` takes. */
export function jsonValue(text: string): unknown {
  return jsonc.parse(text, [], { allowTrailingComma: true, disallowComments: false }) ?? {};
}

/** Every comment of a text, in order. */
export function commentsOf(text: string): string[] {
  const scanner = jsonc.createScanner(text, false);
  const comments: string[] = [];
  for (let kind = scanner.scan(); kind !== endOfFile; kind = scanner.scan()) {
    if (kind !== lineComment && kind !== blockComment) continue;
    const from = scanner.getTokenOffset();
    comments.push(text.slice(from, from + scanner.getTokenLength()));
  }
  return comments;
}

// `SyntaxKind` is a const enum of types only, which single-file compilers cannot read.
const lineComment = 12 as jsonc.SyntaxKind;
const blockComment = 13 as jsonc.SyntaxKind;
const endOfFile = 17 as jsonc.SyntaxKind;

function faultText(code: jsonc.ParseErrorCode): string {
  const name = jsonc.printParseErrorCode(code).replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  return name.charAt(0) + name.slice(1).toLowerCase();
}

function deepestAt(text: string, most: number): number | undefined {
  const scanner = jsonc.createScanner(text, true);
  let depth = 0;
  for (let kind = scanner.scan(); kind !== endOfFile; kind = scanner.scan()) {
    const token = scanner.getTokenLength() === 1 ? text[scanner.getTokenOffset()] : undefined;
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    if (depth > most) return scanner.getTokenOffset();
  }
  return undefined;
}

function indentUnit(text: string, root: JsonNode | undefined): string {
  for (const property of root?.children ?? []) {
    const indent = indentIfFirst(text, property.offset);
    if (indent !== undefined && indent !== "") return indent;
  }
  return "  ";
}

/** The white space before a place, when nothing else stands before it on its line. */
export function indentIfFirst(text: string, offset: number): string | undefined {
  const from = startOfLine(text, offset);
  const before = text.slice(from, offset);
  return /^[ \t]*$/.test(before) && from > 0 ? before : undefined;
}

/** The white space that the line of a place begins with. */
export function indentOfLine(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(startOfLine(text, offset), offset))?.[0] ?? "";
}

function startOfLine(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text[at - 1] !== "\n" && text[at - 1] !== "\r") at -= 1;
  return at;
}

/** The property of an object by its name. Throws `EditRefused` where it is there twice: readers differ then. */
export function propertyOf(file: JsonText, object: JsonNode, name: string): JsonNode | undefined {
  const found = (object.children ?? []).filter(({ children }) => children?.[0]?.value === name);
  const [first, second] = found;
  if (second !== undefined)
    throw new EditRefused(
      "unclear",
      `${JSON.stringify(name)} is there twice, and programs differ in which one they read`,
      positionAt(file.text, second.offset),
    );
  return first;
}

/** The value of a property. */
export function valueNode(property: JsonNode | undefined): JsonNode | undefined {
  return property?.children?.[1];
}
