import {
  type ConfigEntry,
  type EntryTemplate,
  findServers,
  isObject,
  notationOf,
  ownSecrets,
  parseFile,
  readConfig,
  secretArgs,
} from "@hub/api/client-files";
import { applyEdits, modify } from "jsonc-parser";
import { loggedUrl } from "../logged-url.js";
import { maskOf } from "../mask-secrets.js";
import { type ImportedEntry, importedEntry } from "./import-entry.js";

/** A server that a file of a client names, as far as it can be taken over. */
export interface FoundServer {
  readonly name: string;
  readonly kind: "command" | "url";
  /** The command line or the address, without what may be a secret. */
  readonly shown: string;
  readonly imported: ImportedEntry;
}

/** What a file of a client has. */
export interface FoundFile {
  readonly servers: readonly FoundServer[];
  /** Servers that are switched off there, or that cannot be read, with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** The questions of VS Code that its servers refer to, as they stand there. */
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Reads the file of a client. A file without any servers, such as one of settings, has none.
 * @throws Error with a sentence when it cannot be understood; it shows nothing of the file.
 */
export function findInFile(text: string, file: string, project?: string): FoundFile {
  const notation = notationOf(file);
  const value = parseFile(text, notation);
  const found = findServers(value, { notation, file, project });
  if (found === undefined) return { servers: [], leftOut: [], inputs: [] };
  const { entries } = readConfig(text, file, project);
  const servers = entries.flatMap((entry) =>
    entry.read.kind === "server" ? [foundServer(entry, entry.read.server, file)] : [],
  );
  const leftOut = entries.flatMap(({ name, read }) => {
    if (read.kind === "server") return [];
    return [{ name, reason: read.kind === "wrong" ? read.reason : "it is switched off there" }];
  });
  const used = new Set(servers.flatMap(({ imported }) => imported.inputs));
  const asked = Array.isArray(found.inputs) ? found.inputs.filter(isObject) : [];
  return { servers, leftOut, inputs: asked.filter(({ id }) => used.has(String(id))) };
}

function foundServer(entry: ConfigEntry, server: EntryTemplate, file: string): FoundServer {
  const imported = importedEntry(entry, server, file);
  return { name: entry.name, kind: server.kind, shown: shownOf(server), imported };
}

function shownOf(server: EntryTemplate): string {
  if (server.kind === "url") {
    const { written } = server.url;
    const masked = maskOf(ownSecrets(server.url, false));
    // With references in it, it may be no URL yet.
    if (!URL.canParse(written)) return masked(written).split(/[?#]/)[0] ?? "";
    return masked(loggedUrl(written));
  }
  const args = server.args.map(({ written }) => written);
  const secret = new Set(secretArgs(args));
  const words = server.args.map((arg, at) =>
    secret.has(at) || ownSecrets(arg, false).length > 0 ? "***" : arg.written,
  );
  return [server.command.written, ...words].join(" ");
}

/** The beginning of a file of one's own. */
const emptyFile = '{\n  "mcpServers": {}\n}\n';

/**
 * One's own file with these servers in it, added behind those that it has, with its comments and all else
 * kept. An entry of the same name is replaced.
 * @throws Error with a sentence when the file is no such file.
 */
export function withServers(
  text: string | undefined,
  servers: readonly { readonly name: string; readonly entry: Readonly<Record<string, unknown>> }[],
  inputs: readonly Readonly<Record<string, unknown>>[],
): string {
  let written = text === undefined || text.trim() === "" ? emptyFile : text;
  const value = parseFile(written, "json");
  if (!isObject(value) || (value.mcpServers !== undefined && !isObject(value.mcpServers)))
    throw new Error('Expected {"mcpServers": {...}} in the file to write to');
  const eol = written.includes("\r\n") ? "\r\n" : "\n";
  const formattingOptions = { tabSize: 2, insertSpaces: true, eol };
  const put = (path: (string | number)[], member: unknown) => {
    written = applyEdits(written, modify(written, path, member, { formattingOptions }));
  };
  for (const { name, entry } of servers) put(["mcpServers", name], entry);
  const known = Array.isArray(value.inputs) ? value.inputs.filter(isObject) : [];
  const missing = inputs.filter(({ id }) => !known.some((one) => one.id === id));
  if (missing.length > 0) put(["inputs"], [...known, ...missing]);
  return written;
}
