import { parse } from "smol-toml";

/** One statement of a TOML text. Its end is that of its last line, without the line end. */
export type TomlStatement = {
  readonly kind: "table" | "pair";
  readonly start: number;
  readonly end: number;
  /** Of a table its whole path, of a pair its own key within the table. */
  readonly path: readonly string[];
  /** Of a pair: where its value stands. */
  readonly valueStart: number;
  readonly valueEnd: number;
};

/** Cuts a text into statements. The text is valid TOML: `smol-toml` took it before. */
export function tomlStatements(text: string): readonly TomlStatement[] {
  const statements: TomlStatement[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? "";
    if (/\s/.test(character) || character === "\ufeff") at += 1;
    else if (character === "#") at = endOfLine(text, at);
    else {
      const statement = character === "[" ? table(text, at) : pair(text, at);
      statements.push(statement);
      at = statement.end;
    }
  }
  return statements;
}

function table(text: string, start: number): TomlStatement {
  const isArray = text[start + 1] === "[";
  const from = start + (isArray ? 2 : 1);
  const to = endOfKey(text, from, "]");
  const end = endOfLine(text, to);
  return {
    kind: "table",
    start,
    end,
    path: keyPath(text.slice(from, to)),
    valueStart: to,
    valueEnd: to,
  };
}

function pair(text: string, start: number): TomlStatement {
  const equals = endOfKey(text, start, "=");
  let valueStart = equals + 1;
  while (text[valueStart] === " " || text[valueStart] === "\t") valueStart += 1;
  const valueEnd = endOfValue(text, valueStart);
  const end = endOfLine(text, valueEnd);
  const path = keyPath(text.slice(start, equals));
  return { kind: "pair", start, end, path, valueStart, valueEnd };
}

/** A dotted key as its parts: the parser says what they are. */
function keyPath(key: string): string[] {
  const path: string[] = [];
  let value: unknown = parse(`${key}=1`);
  while (typeof value === "object" && value !== null) {
    const [first] = Object.entries(value);
    if (first === undefined) break;
    path.push(first[0]);
    value = first[1];
  }
  return path;
}

function endOfKey(text: string, from: number, mark: string): number {
  let at = from;
  while (at < text.length && text[at] !== mark)
    at = text[at] === '"' || text[at] === "'" ? endOfString(text, at) : at + 1;
  return at;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at += 1;
  return at;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  let end = start;
  while (at < text.length) {
    const character = text[at] ?? "";
    if (depth === 0 && (character === "\n" || character === "\r" || character === "#")) break;
    if (character === "#") {
      at = endOfLine(text, at);
      continue;
    }
    if (character === '"' || character === "'") at = endOfString(text, at);
    else {
      if (character === "[" || character === "{") depth += 1;
      else if (character === "]" || character === "}") depth -= 1;
      at += 1;
    }
    if (!/\s/.test(character)) end = at;
  }
  return end;
}

/** Behind the string that begins here, of one line or of many. */
function endOfString(text: string, start: number): number {
  const quote = text[start] ?? "";
  const isLong = text.startsWith(quote.repeat(3), start);
  const mark = isLong ? quote.repeat(3) : quote;
  let at = start + mark.length;
  while (at < text.length) {
    if (quote === '"' && text[at] === "\\") at += 2;
    else if (text.startsWith(mark, at)) {
      at += mark.length;
      // Up to two quotes may stand before the closing three.
      while (isLong && text[at] === quote) at += 1;
      return at;
    } else at += 1;
  }
  return text.length;
}

/** Every comment of a text, in order. */
export function tomlComments(text: string): string[] {
  const comments: string[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"' || character === "'") at = endOfString(text, at);
    else if (character === "#") {
      const end = endOfLine(text, at);
      comments.push(text.slice(at, end));
      at = end;
    } else at += 1;
  }
  return comments;
}
