/** Where a part of a text comes from. */
export type Reference =
  | {
      readonly kind: "environment";
      readonly name: string;
      /** What stands for a variable that is not set. */
      readonly otherwise?: string | undefined;
    }
  /** What VS Code asks a person for. */
  | { readonly kind: "input"; readonly id: string }
  /** What editors know: `workspaceFolder`, `userHome` and the like. */
  | { readonly kind: "place"; readonly name: PlaceName }
  /** The content of a file, or the value at a JSON pointer in it. */
  | { readonly kind: "file"; readonly path: string; readonly pointer?: string | undefined }
  /** What nobody but the client that the file is for can fill in. */
  | { readonly kind: "unknown" };

/** A text of the file: what stands there, and what is to be filled in. */
export interface Template {
  /** As it is written. For sentences: it holds nothing that was filled in. */
  readonly written: string;
  readonly parts: readonly (string | (Reference & { readonly written: string }))[];
}

const placeNames = [
  "workspaceFolder",
  "workspaceRoot",
  "workspaceFolderBasename",
  "userHome",
  "pathSeparator",
  "/",
] as const;
export type PlaceName = (typeof placeNames)[number];

/**
 * How a client writes what is to be filled in.
 * `braces`: `${NAME}`, `${NAME:-other}`, `${env:NAME}`, `${input:id}`, `${userHome}`, and our `${file:path#/pointer}`.
 * `dollars`: the same, and `$NAME` (Gemini CLI). `words`: `{env:NAME}` and `{file:path}` (opencode).
 * `none`: every text stands for itself (Codex).
 */
export type Syntax = "braces" | "dollars" | "words" | "none";

const patterns: Readonly<Record<Exclude<Syntax, "none">, RegExp>> = {
  braces: /\$\{([^}]*)\}/g,
  dollars: /\$\{([^}]*)\}|\$([A-Za-z_]\w*)/g,
  words: /\{((?:env|file):[^}]*)\}/g,
};

/** Reads a text of the file. Never fails: what cannot be filled in is a reference of kind `unknown`. */
export function templateOf(text: string, syntax: Syntax): Template {
  if (syntax === "none") return literal(text);
  const parts: (string | (Reference & { readonly written: string }))[] = [];
  let end = 0;
  for (const match of text.matchAll(patterns[syntax])) {
    const [written, braced, bare] = match;
    if (match.index > end) parts.push(text.slice(end, match.index));
    end = match.index + written.length;
    // As Gemini CLI does: a name that is not set stands for itself.
    if (bare !== undefined)
      parts.push({ kind: "environment", name: bare, otherwise: written, written });
    else parts.push({ ...referenceOf(braced ?? ""), written });
  }
  if (end < text.length) parts.push(text.slice(end));
  return { written: text, parts };
}

/** A text that stands for itself. */
export function literal(text: string): Template {
  return { written: text, parts: text === "" ? [] : [text] };
}

/** What a variable of the environment holds, with words before it. */
export function fromEnvironment(name: string, before = ""): Template {
  const written = `\${${name}}`;
  const reference = { kind: "environment", name, written } as const;
  return {
    written: `${before}${written}`,
    parts: before === "" ? [reference] : [before, reference],
  };
}

/** What the value at a pointer of another file is. */
export function fromFile(path: string, pointer: string): Template {
  const written = `\${file:${path}#${pointer}}`;
  return { written, parts: [{ kind: "file", path, pointer, written }] };
}

function referenceOf(inside: string): Reference {
  const [, name, otherwise] = /^(?:env:)?([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inside) ?? [];
  const place = placeNames.find((one) => one === inside);
  if (place !== undefined) return { kind: "place", name: place };
  if (name !== undefined) return { kind: "environment", name, otherwise };
  if (inside.startsWith("input:")) return { kind: "input", id: inside.slice("input:".length) };
  if (!inside.startsWith("file:")) return { kind: "unknown" };
  const target = inside.slice("file:".length);
  const mark = target.indexOf("#");
  if (mark === -1) return { kind: "file", path: target };
  return { kind: "file", path: target.slice(0, mark), pointer: target.slice(mark + 1) };
}
