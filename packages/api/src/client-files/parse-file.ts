import { type ParseError, parse as parseJson, printParseErrorCode } from "jsonc-parser";
import { parse as parseToml, TomlError } from "smol-toml";

/** More than any such file has; what is larger is no list of servers. */
const mostCharacters = 4 * 1024 * 1024;

/** How a file is written: JSON with comments, or TOML as Codex has it. */
export type Notation = "json" | "toml";

/** How a file of this name is written. */
export function notationOf(file: string): Notation {
  return /\.toml$/i.test(file) ? "toml" : "json";
}

/**
 * The value that a file holds. JSON may have comments, commas before a closing bracket, a byte order mark
 * and any line ends.
 * @throws Error with a sentence that says where the text is wrong, and never what stands there: it may be a
 * secret.
 */
export function parseFile(text: string, notation: Notation): unknown {
  if (text.length > mostCharacters)
    throw new Error(`Expected at most ${mostCharacters} characters, got ${text.length}`);
  const plain = text.replace(/^\uFEFF/, "");
  return notation === "toml" ? fromToml(plain) : fromJson(plain);
}

function fromJson(text: string): unknown {
  if (text.trim() === "") throw new Error("It is empty");
  const errors: ParseError[] = [];
  const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return value;
  throw new Error(
    `It is not JSON: ${wordsFor(printParseErrorCode(first.error))} at ${placeOf(text, first.offset)}`,
  );
}

/** `CloseBraceExpected` is "close brace expected". */
function wordsFor(name: string): string {
  if (name === "InvalidSymbol") return "a word that is none of JSON";
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

function fromToml(text: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Its further lines show the text of the file.
    const [first = ""] = error.message.split("\n");
    const what = first.replace(/^Invalid TOML document: /, "");
    throw new Error(`It is not TOML: ${what} at line ${error.line}, column ${error.column}`);
  }
}
