import { resolve } from "node:path";
import { nearestName } from "@hub/core/environment";
import { isHttpUrl } from "../options.js";
import { expand } from "./expand.js";
import { isObject, shown } from "./values.js";

/** What an entry may refer to. */
export interface ConfigSurroundings {
  /** The folder that a relative `cwd` is below. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A server of the file, as it is to be registered. */
export type ServerEntry =
  | {
      readonly kind: "command";
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string | undefined;
    }
  | { readonly kind: "url"; readonly url: string; readonly transport: "streamable-http" | "sse" };

/** `notes`: warnings about keys of the entry that have no effect. */
export type ReadEntry =
  | { readonly kind: "server"; readonly server: ServerEntry; readonly notes: readonly string[] }
  | { readonly kind: "disabled" }
  | { readonly kind: "wrong"; readonly reason: string };

const types: Readonly<Record<string, "command" | "streamable-http" | "sse">> = {
  stdio: "command",
  local: "command",
  http: "streamable-http",
  "streamable-http": "streamable-http",
  streamableHttp: "streamable-http",
  streamable_http: "streamable-http",
  remote: "streamable-http",
  sse: "sse",
};

/** Clients name the address of a server in three ways. */
const addresses = ["url", "httpUrl", "serverUrl"] as const;
const known = ["type", "command", "args", "env", "cwd", "disabled", "enabled", ...addresses];

class WrongEntry extends Error {}

/** Reads one server of the file. Never throws. */
export function readEntry(value: unknown, surroundings: ConfigSurroundings): ReadEntry {
  try {
    if (!isObject(value)) throw new WrongEntry(`Expected an object, got ${shown(value)}`);
    const isDisabled = flagOf(value, "disabled") === true || flagOf(value, "enabled") === false;
    if (isDisabled) return { kind: "disabled" };
    const server = serverOf(new Fields(value, surroundings.environment), surroundings.folder);
    return { kind: "server", server, notes: notesOn(value) };
  } catch (error) {
    if (error instanceof WrongEntry) return { kind: "wrong", reason: error.message };
    throw error;
  }
}

type Members = Readonly<Record<string, unknown>>;

/** The members of an entry, with the variables of the environment in their place. */
class Fields {
  readonly values: Members;
  readonly #given: Members;

  constructor(given: Members, environment: ConfigSurroundings["environment"]) {
    const { value, problem } = expand(given, environment);
    if (problem !== undefined) throw new WrongEntry(problem);
    this.values = value as Members; // of the same shape
    this.#given = given;
  }

  /** A member as a sentence shows it: as the file has it, for a variable may hold a secret. */
  shown(name: string): string {
    const given = this.#given[name];
    const isSame = JSON.stringify(given) === JSON.stringify(this.values[name]);
    return isSame ? shown(given) : `${shown(given)}, with its variables in place`;
  }
}

function serverOf(fields: Fields, folder: string): ServerEntry {
  const { values } = fields;
  const type = typeOf(fields);
  const address = addresses.find((name) => values[name] !== undefined);
  const hasCommand = values.command !== undefined;
  if (type === undefined && hasCommand && address !== undefined)
    throw new WrongEntry(
      `It has both "command" and "${address}": remove one of them, or add "type"`,
    );
  if (type === "command" || (type === undefined && hasCommand)) return commandOf(fields, folder);
  if (address === undefined)
    throw new WrongEntry(
      type === undefined
        ? 'It has neither "command" nor "url"'
        : `It is of type "${values.type}" and has no "url"`,
    );
  const url = values[address];
  if (typeof url !== "string" || !isHttpUrl(url))
    throw new WrongEntry(
      `Expected "${address}" to be an http(s) URL, got ${fields.shown(address)}`,
    );
  return { kind: "url", url, transport: type ?? "streamable-http" };
}

function typeOf(fields: Fields): (typeof types)[string] | undefined {
  const { type } = fields.values;
  if (type === undefined) return undefined;
  if (typeof type === "string" && Object.hasOwn(types, type)) return types[type];
  throw new WrongEntry(`Expected "type" to be stdio, http or sse, got ${fields.shown("type")}`);
}

function commandOf(fields: Fields, folder: string): ServerEntry {
  const { command, args = [], env = {}, cwd } = fields.values;
  if (typeof command !== "string" || command.trim() === "")
    throw new WrongEntry(
      `Expected "command" to be the name of a program, got ${fields.shown("command")}`,
    );
  if (!Array.isArray(args) || !args.every(isWord))
    throw new WrongEntry(`Expected "args" to be a list of strings, got ${fields.shown("args")}`);
  // Not shown: it may hold secrets.
  if (!isObject(env) || !Object.values(env).every(isWord))
    throw new WrongEntry('Expected "env" to be an object whose values are strings');
  if (cwd !== undefined && typeof cwd !== "string")
    throw new WrongEntry(`Expected "cwd" to be a folder, got ${fields.shown("cwd")}`);
  return {
    kind: "command",
    command,
    args: args.map(String),
    env: Object.fromEntries(Object.entries(env).map(([name, word]) => [name, String(word)])),
    cwd: cwd === undefined ? undefined : resolve(folder, cwd),
  };
}

/** People write numbers where a program gets its text. */
function isWord(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function flagOf(fields: Members, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === "boolean") return value;
  throw new WrongEntry(`Expected "${name}" to be true or false, got ${shown(value)}`);
}

function notesOn(fields: Members): string[] {
  return Object.keys(fields)
    .filter((name) => !known.includes(name))
    .map((name) => {
      if (name === "headers")
        return '"headers" has no effect: the hub sends none of them to a server';
      const nearest = nearestName(name, known);
      const advice = nearest === undefined ? "" : `. The nearest key is "${nearest}"`;
      return `${JSON.stringify(name)} is not a known key and has no effect${advice}`;
    });
}
