import type { Edit, Entry, EntryValue } from "./entry.js";
import { indentIfFirst, indentOfLine, type JsonNode, type JsonText } from "./json-text.js";
import {
  afterCommentsOfLine,
  endsInLineComment,
  isRestOfLineTrivia,
  lineEndBefore,
  triviaBetween,
} from "./json-trivia.js";

/** Edits that put a child (a property or an item, as its text) at the end of an object or a list. */
export function insertChild(
  file: JsonText,
  container: JsonNode,
  written: (style: Style) => string,
): readonly Edit[] {
  const { text, lineEnd } = file;
  const close = container.offset + container.length - 1;
  const last = container.children?.at(-1);
  if (last === undefined) return insertFirst(file, container, written);
  const end = last.offset + last.length;
  const { comma, hasLineEnd } = triviaBetween(text, end, close);
  if (!hasLineEnd) {
    const style = { isInline: true, isSpaced: isSpaced(text, container), indent: "" };
    const child = written(style);
    const gap = style.isSpaced ? " " : "";
    return comma === undefined
      ? [{ at: end, length: 0, text: `,${gap}${child}` }]
      : [{ at: comma + 1, length: 0, text: `${gap}${child},` }];
  }
  const indent = childIndent(file, container);
  const child = written({ isInline: false, isSpaced: true, indent });
  const at = afterCommentsOfLine(text, comma === undefined ? end : comma + 1);
  const line = `${lineEnd}${indent}${child}`;
  return comma === undefined
    ? [
        { at: end, length: 0, text: "," },
        { at, length: 0, text: line },
      ]
    : [{ at, length: 0, text: `${line},` }];
}

/** How a new child is written. */
export type Style = {
  readonly isInline: boolean;
  readonly isSpaced: boolean;
  readonly indent: string;
};

function insertFirst(
  file: JsonText,
  container: JsonNode,
  written: (style: Style) => string,
): readonly Edit[] {
  const { text, lineEnd } = file;
  const open = container.offset + 1;
  const close = container.offset + container.length - 1;
  const inner = text.slice(open, close);
  const root = file.root;
  const isOneLine =
    root !== undefined &&
    root !== container &&
    !/[\r\n]/.test(text.slice(root.offset, root.offset + root.length));
  if (inner.trim() === "") {
    if (isOneLine) {
      const style = { isInline: true, isSpaced: isSpaced(text, root), indent: "" };
      return [{ at: open, length: inner.length, text: written(style) }];
    }
    const indent = childIndent(file, container);
    const child = written({ isInline: false, isSpaced: true, indent });
    const closing = `${lineEnd}${indentOfLine(text, container.offset)}`;
    return [{ at: open, length: inner.length, text: `${lineEnd}${indent}${child}${closing}` }];
  }
  // Only comments: the child comes behind them.
  const indent = childIndent(file, container);
  const child = written({ isInline: false, isSpaced: true, indent });
  const at = open + inner.trimEnd().length;
  const hasLineEnd = /[\r\n]/.test(text.slice(at, close));
  const closing = hasLineEnd ? "" : `${lineEnd}${indentOfLine(text, container.offset)}`;
  return [{ at, length: 0, text: `${lineEnd}${indent}${child}${closing}` }];
}

/** Edits that take a child out of an object or a list. All that is not the child's own stays. */
export function removeChild(file: JsonText, container: JsonNode, child: JsonNode): readonly Edit[] {
  const { text } = file;
  const children = container.children ?? [];
  const index = children.indexOf(child);
  const before = children[index - 1];
  const after = children[index + 1];
  const open = container.offset + 1;
  const close = container.offset + container.length - 1;
  const end = child.offset + child.length;
  const { comma } = triviaBetween(text, end, after?.offset ?? close);
  const behind = comma === undefined ? end : comma + 1;
  if (before === undefined && after === undefined) {
    const rest = text.slice(open, child.offset) + text.slice(behind, close);
    if (rest.trim() === "") return [{ at: open, length: close - open, text: "" }];
  }
  const from = before === undefined ? open : before.offset + before.length;
  const own = ownPart(text, { from, start: child.offset, behind, isLast: after === undefined });
  if (comma !== undefined || before === undefined) return [own];
  // The last one without a comma behind it: the comma before it has nothing to part any more.
  const parting = triviaBetween(text, before.offset + before.length, child.offset).comma;
  return parting === undefined ? [own] : [{ at: parting, length: 1, text: "" }, own];
}

type Part = {
  /** The end of what stands before the child. */
  readonly from: number;
  readonly start: number;
  /** Behind the child and its comma. */
  readonly behind: number;
  readonly isLast: boolean;
};

/** The line of a child with the line end before it, or only the child where a comment would swallow what follows. */
function ownPart(text: string, { from, start, behind, isLast }: Part): Edit {
  const lineStart = lineEndBefore(text, start);
  const isSafe = (at: number) =>
    isRestOfLineTrivia(text, behind) || !endsInLineComment(text, from, at);
  if (lineStart !== undefined && lineStart >= from && isSafe(lineStart))
    return { at: lineStart, length: behind - lineStart, text: "" };
  // The space that parts it from what stands before it or behind it.
  const before = isLast && lineStart === undefined ? spacesBefore(text, start) : 0;
  const after = isLast ? 0 : (/^[ \t]*/.exec(text.slice(behind, behind + 1_000))?.[0].length ?? 0);
  return { at: start - before, length: behind - start + before + after, text: "" };
}

function spacesBefore(text: string, offset: number): number {
  return /[ \t]*$/.exec(text.slice(Math.max(0, offset - 1_000), offset))?.[0].length ?? 0;
}

function childIndent({ text, indent }: JsonText, container: JsonNode): string {
  for (const child of container.children ?? []) {
    const own = indentIfFirst(text, child.offset);
    if (own !== undefined) return own;
  }
  return indentOfLine(text, container.offset) + indent;
}

function isSpaced(text: string, container: JsonNode): boolean {
  const [first] = container.children ?? [];
  if (first === undefined) return true;
  const written = text.slice(first.offset, first.offset + first.length);
  return first.type !== "property" || /^"(?:[^"\\]|\\.)*"\s*:\s/.test(written);
}

/** A property as text. */
export function propertyText(
  name: string,
  value: EntryValue | Entry,
  { isInline, isSpaced, indent }: Style,
  file: JsonText,
): string {
  const gap = isSpaced ? " " : "";
  return `${JSON.stringify(name)}:${gap}${valueText(value, { isInline, isSpaced, indent }, file)}`;
}

/** A value as text, its lines indented as what stands around it. */
export function valueText(value: EntryValue, style: Style, { lineEnd, indent }: JsonText): string {
  if (style.isInline) return style.isSpaced ? inlineText(value) : JSON.stringify(value);
  return JSON.stringify(value, null, indent).replaceAll("\n", `${lineEnd}${style.indent}`);
}

function inlineText(value: EntryValue): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => JSON.stringify(one)).join(", ")}]`;
  const members = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}: ${inlineText(one)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
