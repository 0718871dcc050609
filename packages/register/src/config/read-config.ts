import { type ConfigSurroundings, type ReadEntry, readEntry } from "./read-entry.js";
import { isObject, shown } from "./values.js";

/** The servers that a file of MCP clients names. */
export interface Config {
  readonly entries: readonly { readonly name: string; readonly read: ReadEntry }[];
}

/** What clients call the object that holds the servers. */
const holders = ["mcpServers", "servers"] as const;

/**
 * @throws Error with a sentence when the text is not such a file. A problem with one entry is part of that
 * entry.
 */
export function readConfig(text: string, surroundings: ConfigSurroundings): Config {
  const value = parse(text);
  const holder = isObject(value) ? holders.find((name) => isObject(value[name])) : undefined;
  if (!isObject(value) || holder === undefined)
    throw new Error(`Expected {"mcpServers": {"<name>": {"command": "..."}}}, got ${shown(value)}`);
  const servers = Object.entries(value[holder] as object); // it was chosen for being one
  if (servers.length === 0) throw new Error(`"${holder}" names no server`);
  return {
    entries: servers.map(([name, entry]) => ({ name, read: readEntry(entry, surroundings) })),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const { message } = error as Error; // a SyntaxError
    throw new Error(
      `It is not JSON (${message}). JSON has no comments, and no comma before a closing bracket`,
    );
  }
}
