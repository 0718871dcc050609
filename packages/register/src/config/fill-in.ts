import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, resolve, sep } from "node:path";
import {
  findServers,
  notationOf,
  type PlaceName,
  parseFile,
  type Reference,
  type Template,
  templateOf,
} from "@hub/api/client-files";
import { atPointer } from "./pointer.js";

/** What the texts of a file may refer to. */
export interface Surroundings {
  /** The folder of the file, that a relative path is below. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What a person answered, by the id of the question. Default: nothing. */
  readonly answers?: ReadonlyMap<string, string> | undefined;
  /** How many files refer to each other already. Default: none. */
  readonly depth?: number | undefined;
}

/** A text with everything filled in. */
export interface Filled {
  readonly text: string;
  /** Each value that came from the environment, from a person or from another file. */
  readonly values: readonly string[];
}

/** A text that cannot be filled in; the message says why, and never a value. */
export class CannotFillIn extends Error {}

const mostBytes = 4 * 1024 * 1024;
/** Files that refer to each other, before they are taken for a circle. */
const mostDepth = 8;

/** Folders in which clients keep the file of a project: the project is the one above. */
const dottedFolders = [
  ".vscode",
  ".cursor",
  ".roo",
  ".kiro",
  ".gemini",
  ".codex",
  ".zed",
  ".junie",
];

/** The folder of the project that a file in this folder is for. */
function projectFolderOf(folder: string): string {
  return dottedFolders.includes(basename(folder)) ? resolve(folder, "..") : folder;
}

/** The variable of the environment that answers a question of the file. */
export function variableOfInput(id: string): string {
  return `MCP_INPUT_${id.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}`;
}

/** Where a path of the file leads, from its folder. */
export function pathBelow(folder: string, path: string): string {
  return resolve(
    folder,
    path.replace(/^~(?=[/\\]|$)/, () => homedir()),
  );
}

/** @throws CannotFillIn with a sentence. */
export function fillIn(template: Template, surroundings: Surroundings): Filled {
  const values: string[] = [];
  const texts = template.parts.map((part) => {
    if (typeof part === "string") return part;
    const value = valueFor(part, part.written, surroundings);
    if (isTold(part, surroundings)) values.push(value);
    return value;
  });
  return { text: texts.join(""), values };
}

/** Variables that say where things are, and no more. */
const harmless =
  /^(HOME|USER|USERNAME|LOGNAME|PATH|PWD|SHELL|LANG|HOSTNAME|TMPDIR|TEMP|TMP|USERPROFILE|APPDATA|LOCALAPPDATA|XDG_\w+)$/;

/** Whether it was filled in with what does not stand in the file. */
function isTold(reference: Reference, { environment }: Surroundings): boolean {
  if (reference.kind === "environment")
    return environment[reference.name] !== undefined && !harmless.test(reference.name);
  return reference.kind === "input" || reference.kind === "file";
}

function valueFor(reference: Reference, written: string, surroundings: Surroundings): string {
  const { environment, answers } = surroundings;
  switch (reference.kind) {
    case "environment": {
      const known = environment[reference.name] ?? reference.otherwise;
      if (known !== undefined) return known;
      throw new CannotFillIn(`${written} is not set in the environment`);
    }
    case "input": {
      const variable = variableOfInput(reference.id);
      const answer = environment[variable] ?? answers?.get(reference.id);
      if (answer !== undefined) return answer;
      throw new CannotFillIn(
        `Nobody answered ${written}: set ${variable} in the environment, or start on a terminal, where it is asked`,
      );
    }
    case "place":
      return placeOf(reference.name, surroundings.folder);
    case "file":
      return contentOf(reference, written, surroundings);
    case "unknown":
      throw new CannotFillIn(
        `Only a client can fill in ${written}: write the value, or name an environment variable`,
      );
    default:
      return reference satisfies never;
  }
}

function placeOf(name: PlaceName, folder: string): string {
  switch (name) {
    case "workspaceFolder":
    case "workspaceRoot":
      return projectFolderOf(folder);
    case "workspaceFolderBasename":
      return basename(projectFolderOf(folder));
    case "userHome":
      return homedir();
    case "pathSeparator":
    case "/":
      return sep;
    default:
      return name satisfies never;
  }
}

/** A text of the file of another client is filled in as that client does it. */
function contentOf(
  { path, pointer }: Reference & { kind: "file" },
  written: string,
  surroundings: Surroundings,
): string {
  const { depth = 0 } = surroundings;
  const file = pathBelow(surroundings.folder, path);
  if (depth >= mostDepth) throw new CannotFillIn(`${written} leads in a circle`);
  let text: string;
  try {
    if (statSync(file).size > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // of the file system, or ours
    throw new CannotFillIn(`${written} cannot be read: ${code ?? message}`);
  }
  if (pointer === undefined) return text.trim();
  const { value, syntax } = valueAt(text, file, pointer, written);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string")
    throw new CannotFillIn(`${written} is gone: the file has no text there any more`);
  const there = { ...surroundings, folder: dirname(file), depth: depth + 1 };
  return fillIn(templateOf(value, syntax), there).text;
}

function valueAt(text: string, file: string, pointer: string, written: string) {
  const notation = notationOf(file);
  try {
    const whole = parseFile(text, notation);
    // A file that names no servers is none of a client: its texts stand for themselves.
    const syntax = findServers(whole, { notation, file })?.syntax ?? "none";
    return { value: atPointer(whole, pointer), syntax };
  } catch (error) {
    throw new CannotFillIn(`${written} cannot be read. ${(error as Error).message}`); // of the parser
  }
}
