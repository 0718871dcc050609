import {
  type ConfigEntry,
  isObject,
  isTelling,
  looksSecret,
  ownSecrets,
  type Reference,
  readConfig,
  secretArgs,
  type Template,
} from "@hub/api/client-files";
import { shellWord } from "@hub/api/config";

/** Something that the file leaves open, such as a variable of the environment. */
type Open = { readonly key: string; readonly label: string; readonly otherwise: string };

/** A server at a URL. */
export type PastedUrl = {
  readonly kind: "url";
  readonly name: string;
  readonly url: Template;
  readonly transport: "streamable-http" | "sse";
  readonly headers: Readonly<Record<string, Template>>;
  readonly open: readonly Open[];
  /** Why the page cannot add it, and what can. */
  readonly obstacle: string | undefined;
};

/** A server that is a command; no hub runs one. */
type PastedCommand = {
  readonly kind: "command";
  readonly name: string;
  /** The one line that serves and registers it; undefined where it would show a secret. */
  readonly line: string | undefined;
};

export type Pasted = {
  readonly servers: readonly (PastedUrl | PastedCommand)[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
};

/**
 * The servers in a file of any MCP client, or in a part of one that somebody copied.
 * @throws Error with a sentence when it is none; it shows nothing of the text.
 */
export function readPasted(text: string, file: string, hubUrl: string): Pasted {
  const { entries } = readConfig(wrapped(text), fileNameOf(text, file));
  const servers = entries.flatMap((entry) => serverOf(entry, hubUrl) ?? []);
  const leftOut = entries.flatMap(({ name, read }) => {
    if (read.kind === "server") return [];
    return [{ name, reason: read.kind === "wrong" ? read.reason : "It is switched off there." }];
  });
  return { servers, leftOut };
}

/** What is pasted has no name that says how it is written; only Codex writes TOML. */
function fileNameOf(text: string, file: string): string {
  if (file !== "") return file;
  return /^\s*(#.*\n\s*)*\[/.test(text) ? "config.toml" : "mcp.json";
}

/** READMEs show `"github": {...}` alone, and people copy it with or without the braces around it. */
function wrapped(text: string): string {
  const trimmed = text.trim();
  if (/^"(?!mcpServers"|servers"|context_servers"|mcp")[^"]+"\s*:\s*\{/.test(trimmed))
    return `{"mcpServers":{${trimmed.replace(/,$/, "")}}}`;
  try {
    const value: unknown = JSON.parse(trimmed);
    const entries = isObject(value) ? Object.values(value) : [];
    const areServers = entries.length > 0 && entries.every(isEntry);
    return areServers ? `{"mcpServers":${trimmed}}` : text;
  } catch {
    // JSON with comments, or TOML: whole files are written so.
    return text;
  }
}

const isEntry = (value: unknown) =>
  isObject(value) &&
  ["command", "url", "httpUrl", "serverUrl"].some((key) => typeof value[key] === "string");

function serverOf({ name, read }: ConfigEntry, hubUrl: string) {
  if (read.kind !== "server") return undefined;
  const { server } = read;
  if (server.kind === "command") {
    const args = server.args.map(({ written }) => written);
    const isTold =
      secretArgs(args).length > 0 || server.args.some((arg) => ownSecrets(arg, false).length > 0);
    const variables = Object.entries(server.env).map(([key, value]) => variableIn(key, value));
    const words = [server.command.written, ...args].map(shellWord).join(" ");
    const before = [`MCP_HUB_URL=${hubUrl}`, ...variables].join(" ");
    const line = `${before} npm run hub-register -- --name ${shellWord(name)} -- ${words}`;
    return { kind: "command", name, line: isTold ? undefined : line } as const;
  }
  const { url, headers, transport } = server;
  const open = openIn([url, ...Object.values(headers)]);
  const obstacle =
    ownSecrets(url, false).length > 0
      ? "A secret stands in its address, which everybody who looks at the hub would see. Serve the file with the command below: it keeps the secret."
      : isFilled([url, ...Object.values(headers)])
        ? undefined
        : "It refers to what only its client knows. Serve the file with the command below, or add it by URL.";
  return { kind: "url", name, url, transport, headers, open, obstacle } as const;
}

/** A secret value is not put into a line that a terminal keeps: the variable stands for itself. */
function variableIn(name: string, { written, parts }: Template): string {
  const isPlain = parts.every((part) => typeof part === "string");
  const isOpen = !isPlain || isTelling(name) || looksSecret(written);
  return isOpen ? `${name}="$${name}"` : `${name}=${shellWord(written)}`;
}

function keyOf(part: Reference): Open | undefined {
  if (part.kind === "environment")
    return { key: `variable ${part.name}`, label: part.name, otherwise: part.otherwise ?? "" };
  if (part.kind === "input") return { key: `input ${part.id}`, label: part.id, otherwise: "" };
  return undefined;
}

function referencesIn(templates: readonly Template[]): readonly Reference[] {
  return templates.flatMap(({ parts }) => parts.filter((part) => typeof part !== "string"));
}

function openIn(templates: readonly Template[]): readonly Open[] {
  const found = referencesIn(templates).flatMap((part) => keyOf(part) ?? []);
  return [...new Map(found.map((one) => [one.key, one])).values()];
}

const isFilled = (templates: readonly Template[]) =>
  referencesIn(templates).every((part) => keyOf(part) !== undefined);

/** A text with what somebody typed in the place of what the file left open. */
export function filled({ parts }: Template, answers: Readonly<Record<string, string>>): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const open = keyOf(part);
      return open === undefined ? part.written : (answers[open.key] ?? open.otherwise);
    })
    .join("");
}
