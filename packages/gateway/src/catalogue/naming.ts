import { sha256Hex } from "@hub/core";

/** What the APIs of language models accept as the name of a tool. */
export const longestName = 64;
const hashLength = 8;

/** Between the id of a server and the name of what it offers. No id holds an underscore. */
const separator = "__";

/**
 * The name the gateway shows for a tool or prompt: a function of the server and the name alone, never of
 * what else is registered. A name that is too long, or holds what clients refuse, ends in a hash of the
 * whole, which keeps different names apart.
 */
export function exposedName(serverId: string, name: string): string {
  const plain = `${serverId}${separator}${name}`;
  if (plain.length <= longestName && /^[A-Za-z0-9_-]+$/.test(plain)) return plain;
  const hash = sha256Hex(`${serverId}\n${name}`).slice(0, hashLength);
  const readable = plain.replace(/[^A-Za-z0-9_-]+/g, "_");
  return `${readable.slice(0, longestName - hashLength - 1)}_${hash}`;
}

/** Marks a URI that two servers have: the later one's is shown so, and read back. */
const uriPattern = /^hub\.([a-z0-9-]+)\+(.+)$/s;

/** The URI of a resource whose own URI belongs to another server here. Its scheme stays legal. */
export function exposedUri(serverId: string, uri: string): string {
  return `hub.${serverId}+${uri}`;
}

/** The server and its own URI behind an exposed one; undefined for a URI that stands for itself. */
export function ownUri(
  uri: string,
): { readonly serverId: string; readonly uri: string } | undefined {
  const match = uriPattern.exec(uri);
  return match === null ? undefined : { serverId: match[1] ?? "", uri: match[2] ?? "" };
}
