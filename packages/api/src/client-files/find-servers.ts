import type { Notation } from "./parse-file.js";
import type { Syntax } from "./template.js";
import { isObject } from "./values.js";

/** A server as it stands in a file, and where. */
interface FoundEntry {
  readonly name: string;
  readonly value: unknown;
  /** The keys that lead to it. */
  readonly path: readonly string[];
  /** Whether another part of the file switches it off. */
  readonly isOff: boolean;
}

/** The servers that a file names, in the spelling of the client that the file is for. */
export interface FoundServers {
  readonly entries: readonly FoundEntry[];
  readonly syntax: Syntax;
  /** What VS Code asks for, as it stands there. */
  readonly inputs: unknown;
}

export interface FoundIn {
  readonly notation: Notation;
  /** The name of the file with its folders. */
  readonly file: string;
  /** The project whose servers `~/.claude.json` may hold. Default: none. */
  readonly project?: string | undefined;
}

/**
 * Finds the servers in a file of any client: `mcpServers` (Claude, Cursor, Windsurf, Gemini CLI and most
 * others), `servers` (VS Code), `mcp_servers` (Codex), `context_servers` (Zed), `mcp` (opencode).
 * `undefined` where the value is no such file.
 */
export function findServers(value: unknown, where: FoundIn): FoundServers | undefined {
  if (!isObject(value)) return undefined;
  if (where.notation === "toml") return inHolder(value, ["mcp_servers"], "none");
  return (
    inClaudeCode(value, where.project) ??
    inHolder(
      value,
      ["mcpServers"],
      isOfGemini(where.file) ? "dollars" : "braces",
      geminiOff(value),
    ) ??
    inHolder(value, ["amp.mcpServers"], "braces") ??
    inHolder(value, ["servers"], "braces") ??
    inHolder(value, ["context_servers"], "braces") ??
    inMcp(value)
  );
}

type Members = Readonly<Record<string, unknown>>;

function inHolder(
  value: Members,
  path: readonly string[],
  syntax: Syntax,
  isOff: (name: string) => boolean = () => false,
): FoundServers | undefined {
  const holder = path.reduce((at: unknown, key) => (isObject(at) ? at[key] : undefined), value);
  if (!isObject(holder)) return undefined;
  const entries = Object.entries(holder).map(([name, entry]) => ({
    ...{ name, value: entry, path: [...path, name] },
    isOff: isOff(name),
  }));
  const within = path.length > 1 ? value[path[0] ?? ""] : undefined;
  const inputs = value.inputs ?? (isObject(within) ? within.inputs : undefined);
  return { entries, syntax, inputs };
}

/** `~/.claude.json` has the servers of each project beside those of the user, which give way to them. */
function inClaudeCode(value: Members, project: string | undefined): FoundServers | undefined {
  if (!isObject(value.projects)) return undefined;
  const ofUser = inHolder(value, ["mcpServers"], "braces")?.entries ?? [];
  const path = project === undefined ? undefined : ["projects", project, "mcpServers"];
  const ofProject = path === undefined ? [] : (inHolder(value, path, "braces")?.entries ?? []);
  const names = new Set(ofProject.map(({ name }) => name));
  const entries = [...ofUser.filter(({ name }) => !names.has(name)), ...ofProject];
  return { entries, syntax: "braces", inputs: undefined };
}

const isOfGemini = (file: string) => /[/\\]\.(gemini|qwen)[/\\]settings\.json$/i.test(file);

/** Gemini CLI has lists of what it may start, beside the servers. */
function geminiOff({ mcp }: Members): (name: string) => boolean {
  if (!isObject(mcp)) return () => false;
  const { allowed, excluded } = mcp;
  return (name) =>
    (Array.isArray(excluded) && excluded.includes(name)) ||
    (Array.isArray(allowed) && allowed.length > 0 && !allowed.includes(name));
}

/** `mcp` holds the servers of opencode, from its version 2 on below `servers`, and those of VS Code's settings. */
function inMcp(value: Members): FoundServers | undefined {
  const { mcp } = value;
  if (!isObject(mcp)) return undefined;
  // A server of opencode may be called "servers".
  if (!isObject(mcp.servers) || isOfOpencode(mcp.servers)) return inHolder(value, ["mcp"], "words");
  const syntax = Object.values(mcp.servers).some(isOfOpencode) ? "words" : "braces";
  return inHolder(value, ["mcp", "servers"], syntax);
}

function isOfOpencode(entry: unknown): boolean {
  return isObject(entry) && (entry.type === "local" || entry.type === "remote");
}
