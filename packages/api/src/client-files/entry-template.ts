import { nearestName } from "@hub/core/environment";
import { fromEnvironment, literal, type Syntax, type Template, templateOf } from "./template.js";
import { isObject, kindOf } from "./values.js";

type Members = Readonly<Record<string, unknown>>;

/** A server of a file, with what is to be filled in still open. */
export type EntryTemplate =
  | {
      readonly kind: "command";
      readonly command: Template;
      readonly args: readonly Template[];
      readonly env: Readonly<Record<string, Template>>;
      readonly cwd: Template | undefined;
      /** A file with more variables. */
      readonly envFile: Template | undefined;
    }
  | {
      readonly kind: "url";
      readonly url: Template;
      readonly headers: Readonly<Record<string, Template>>;
      readonly transport: "streamable-http" | "sse";
    };

/** `notes`: warnings about keys of the entry that have no effect. */
export type ReadTemplate =
  | { readonly kind: "server"; readonly server: EntryTemplate; readonly notes: readonly string[] }
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
const understood = [
  ...["type", "transport", "command", "args", "env", "environment", "cwd", "envFile", "env_vars"],
  ...["headers", "http_headers", "env_http_headers", "bearer_token_env_var"],
  ...["disabled", "enabled"],
  ...addresses,
];
/** What other clients keep there, about themselves. */
const ofClients = [
  ...[
    "timeout",
    "trust",
    "autoApprove",
    "alwaysAllow",
    "description",
    "gallery",
    "version",
    "name",
  ],
  ...["source", "settings", "icon", "startup_timeout_sec", "startup_timeout_ms", "required"],
  ...[
    "tool_timeout_sec",
    "dev",
    "sandboxEnabled",
    "sandbox",
    "remote",
    "note",
    "$schema",
    "comment",
  ],
];
const filters = [
  ...["tools", "includeTools", "excludeTools", "disabledTools", "enabled_tools", "disabled_tools"],
];

class WrongEntry extends Error {}

/** Reads one server of a file, as any client writes it. Never throws, and shows no value that may be a secret. */
export function readTemplate(value: unknown, syntax: Syntax): ReadTemplate {
  try {
    if (!isObject(value)) throw new WrongEntry(`Expected an object, got ${kindOf(value)}`);
    const isDisabled = flagOf(value, "disabled") === true || flagOf(value, "enabled") === false;
    if (isDisabled) return { kind: "disabled" };
    return { kind: "server", server: serverOf(value, syntax), notes: notesOn(value) };
  } catch (error) {
    if (error instanceof WrongEntry) return { kind: "wrong", reason: error.message };
    throw error;
  }
}

function serverOf(fields: Members, syntax: Syntax): EntryTemplate {
  const type = typeOf(fields);
  const address = addresses.find((name) => fields[name] !== undefined);
  const hasCommand = fields.command !== undefined;
  if (type === undefined && hasCommand && address !== undefined)
    throw new WrongEntry(
      `It has both "command" and "${address}": remove one of them, or add "type"`,
    );
  if (type === "command" || (type === undefined && hasCommand)) return commandOf(fields, syntax);
  if (address === undefined)
    throw new WrongEntry(
      type === undefined
        ? ['It has neither "command" nor "url"', ...notesOn(fields)].join(". ")
        : `It is of type ${JSON.stringify(fields.type ?? fields.transport)} and has no "url"`,
    );
  if (fields.headersHelper !== undefined)
    throw new WrongEntry(
      '"headersHelper" is a command that only Claude Code runs: put the header into "headers", with a variable of the environment',
    );
  const url = fields[address];
  if (typeof url !== "string")
    throw new WrongEntry(`Expected "${address}" to be an http(s) URL, got ${kindOf(url)}`);
  // For Gemini CLI a bare "url" is one of HTTP+SSE, and "httpUrl" is the other.
  const isSse = /\/sse\/?$/.test(url) || (syntax === "dollars" && address === "url");
  const transport = type ?? (isSse ? "sse" : "streamable-http");
  return {
    kind: "url",
    url: templateOf(url, syntax),
    headers: headersOf(fields, syntax),
    transport,
  };
}

function typeOf(fields: Members): (typeof types)[string] | undefined {
  const key = fields.type === undefined ? "transport" : "type";
  const type = fields[key];
  if (type === undefined) return undefined;
  if (typeof type === "string" && Object.hasOwn(types, type)) return types[type];
  const got = typeof type === "string" && /^[\w-]{1,20}$/.test(type) ? `"${type}"` : kindOf(type);
  throw new WrongEntry(`Expected "${key}" to be stdio, http or sse, got ${got}`);
}

/** `command` is a name, a list that begins with it (opencode), or an object with `path` (Zed, formerly). */
function commandOf(fields: Members, syntax: Syntax): EntryTemplate {
  const { command: given } = fields;
  const inner = isObject(given) ? given : undefined;
  const [command, ...words]: readonly unknown[] =
    inner !== undefined ? [inner.path] : Array.isArray(given) ? given : [given];
  const { args = words } = inner ?? fields;
  const { cwd, envFile } = fields;
  if (typeof command !== "string" || command === "")
    throw new WrongEntry(
      `Expected "command" to be the name of a program, got ${given === "" ? "an empty text" : kindOf(given)}`,
    );
  if (!Array.isArray(args) || !args.every(isWord))
    throw new WrongEntry(`Expected "args" to be a list of strings, got ${describedList(args)}`);
  return {
    kind: "command",
    command: templateOf(command, syntax),
    args: args.map((word) => templateOf(String(word), syntax)),
    env: { ...variablesOf(fields), ...textsOf(inner ?? fields, envKeyOf(fields), syntax) },
    cwd: pathOf(cwd, "cwd", "a folder", syntax),
    envFile: pathOf(envFile, "envFile", "a file", syntax),
  };
}

/** The key that holds the variables of a command. */
export function envKeyOf(fields: Members): "env" | "environment" {
  return fields.environment === undefined ? "env" : "environment";
}

/** The key that holds the headers of a URL. */
export function headersKeyOf(fields: Members): "headers" | "http_headers" {
  return fields.http_headers === undefined ? "headers" : "http_headers";
}

function pathOf(value: unknown, key: string, what: string, syntax: Syntax): Template | undefined {
  // Some clients write null for what is not given.
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return templateOf(value, syntax);
  throw new WrongEntry(`Expected "${key}" to be ${what}, got ${kindOf(value)}`);
}

function textsOf(fields: Members, key: string, syntax: Syntax): Record<string, Template> {
  const texts = fields[key] ?? {};
  // Not shown: it may hold secrets.
  if (!isObject(texts) || !Object.values(texts).every(isWord))
    throw new WrongEntry(`Expected "${key}" to be an object whose values are strings`);
  return Object.fromEntries(
    Object.entries(texts).map(([name, word]) => [name, templateOf(String(word), syntax)]),
  );
}

/** Codex gives a command the variables that `env_vars` names. */
function variablesOf({ env_vars: names = [] }: Members): Record<string, Template> {
  const isList = Array.isArray(names);
  const read = isList ? names.map((one) => (isObject(one) ? one.name : one)) : [];
  if (!isList || !read.every((name) => typeof name === "string"))
    throw new WrongEntry('Expected "env_vars" to be a list of names of variables');
  return Object.fromEntries(read.map((name) => [name, fromEnvironment(name)]));
}

function headersOf(fields: Members, syntax: Syntax): Record<string, Template> {
  const { bearer_token_env_var: variable, env_http_headers: named = {} } = fields;
  const headers = textsOf(fields, headersKeyOf(fields), syntax);
  if (variable !== undefined && typeof variable !== "string")
    throw new WrongEntry('Expected "bearer_token_env_var" to be the name of a variable');
  if (!isObject(named) || !Object.values(named).every((name) => typeof name === "string"))
    throw new WrongEntry('Expected "env_http_headers" to be an object of names of variables');
  for (const [header, name] of Object.entries(named))
    headers[header] = fromEnvironment(String(name));
  if (variable !== undefined) headers.Authorization = fromEnvironment(variable, "Bearer ");
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name))
      throw new WrongEntry("One of its headers has a name that no header can have");
    if (value.written === "") headers[name] = literal("");
  }
  return headers;
}

/** People write numbers where a program gets its text. */
function isWord(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function describedList(value: unknown): string {
  return Array.isArray(value)
    ? `a list with ${kindOf(value.find((word) => !isWord(word)))} in it`
    : kindOf(value);
}

function flagOf(fields: Members, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === "boolean") return value;
  throw new WrongEntry(`Expected "${name}" to be true or false, got ${kindOf(value)}`);
}

function notesOn(fields: Members): string[] {
  return Object.keys(fields)
    .filter((name) => !understood.includes(name) && !ofClients.includes(name))
    .flatMap((name) => {
      // `["*"]` is how Copilot writes "all".
      if (name === "tools" && String(fields.tools) === "*") return [];
      if (filters.includes(name))
        return [`"${name}" has no effect: all tools are listed. A toolset of the hub chooses some`];
      if (name === "oauth" || name === "auth")
        return [`"${name}" has no effect: nobody signs in for it here`];
      const nearest = nearestName(name, understood);
      const advice = nearest === undefined ? "" : `. The nearest key is "${nearest}"`;
      return [`${JSON.stringify(name)} is not a known key and has no effect${advice}`];
    });
}
