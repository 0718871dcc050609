import { type ReadTemplate, readTemplate } from "./entry-template.js";
import { findServers } from "./find-servers.js";
import { type InputQuestion, questionsOf } from "./inputs.js";
import { notationOf, parseFile } from "./parse-file.js";
import { isObject, kindOf } from "./values.js";

/** A server that a file names. */
export interface ConfigEntry {
  readonly name: string;
  /** The keys that lead to it. */
  readonly path: readonly string[];
  /** What stands there. */
  readonly given: unknown;
  readonly read: ReadTemplate;
}

/** The servers that a file of an MCP client names, before anything is filled in. */
export interface Config {
  readonly entries: readonly ConfigEntry[];
  /** What is asked of a person, for the entries that are in use. */
  readonly questions: readonly InputQuestion[];
}

const mostServers = 1_000;

/**
 * @throws Error with a sentence when the text is no such file. A problem with one entry is part of that
 * entry. `file`: its whole path, of which the name says how it is written. `project`: whose servers
 * `~/.claude.json` may hold.
 */
export function readConfig(text: string, file: string, project?: string): Config {
  const notation = notationOf(file);
  const value = parseFile(text, notation);
  const found = findServers(value, { notation, file, project });
  if (found === undefined) throw new Error(`${expectedText(notation)}, got ${contentOf(value)}`);
  if (found.entries.length > mostServers)
    throw new Error(`Expected at most ${mostServers} servers, got ${found.entries.length}`);
  const entries = found.entries.map(({ name, path, value: given, isOff }): ConfigEntry => {
    const read = readTemplate(given, found.syntax);
    const isLeftOut = isOff && read.kind === "server";
    return { name, path, given, read: isLeftOut ? { kind: "disabled" } : read };
  });
  return { entries, questions: questionsOf(found.inputs, entries) };
}

function expectedText(notation: "json" | "toml"): string {
  return notation === "toml"
    ? 'Expected [mcp_servers.<name>] with command = "..."'
    : 'Expected {"mcpServers": {"<name>": {"command": "..."}}}';
}

function contentOf(value: unknown): string {
  if (!isObject(value)) return kindOf(value);
  const keys = Object.keys(value).filter((key) => key.length <= 40);
  const shown = keys.slice(0, 5).map((key) => JSON.stringify(key));
  if (shown.length === 0) return "an object without keys";
  return `an object with the keys ${shown.join(", ")}${keys.length > 5 ? " and others" : ""}`;
}
