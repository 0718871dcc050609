import { readFileSync } from "node:fs";

/** What a file of lines `NAME=value` holds, as the `envFile` of VS Code and Cursor is one. */
export function variablesOfFile(file: string): Readonly<Record<string, string>> {
  const lines = readFileSync(file, "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/);
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, quoted, single, plain] =
        /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^#]*?))\s*(?:#.*)?$/.exec(
          line,
        ) ?? [];
      if (name === undefined) return [];
      const unescaped = quoted?.replaceAll("\\n", "\n").replaceAll('\\"', '"');
      return [[name, unescaped ?? single ?? plain ?? ""] as const];
    }),
  );
}
