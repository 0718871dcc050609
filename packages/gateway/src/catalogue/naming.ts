import { sha256Hex } from "@hub/core/text";

/** The APIs of language models accept 64 characters as the name of a tool, and clients put a prefix in front. */
export const longestName = 50;
const longestFormerName = 64;
const hashLength = 8;
/** How much of a server's id and of a name is left in a name that is cut. */
const cutId = 16;
const cutName = 23;

/** Between the id of a server and the name of what it offers. No id holds an underscore. */
const separator = "__";
const plainName = /^[A-Za-z0-9_-]+$/;
/** How the second part of a name ends that was cut. */
const hashed = /_[0-9a-f]{8}$/;

const hashOf = (serverId: string, name: string) =>
  sha256Hex(`${serverId}\n${name}`).slice(0, hashLength);
const readable = (text: string) => text.replace(/[^A-Za-z0-9_-]+/g, "_");

/**
 * The name the gateway shows for a tool or prompt: a function of the server and the name alone, never of
 * what else is registered. A name that is too long, or holds what clients refuse, is cut and ends in a hash
 * of the whole, which keeps different names apart.
 */
export function exposedName(serverId: string, name: string): string {
  const plain = `${serverId}${separator}${name}`;
  // An id of just this length may be what is left of another one; then a hash shows which is meant.
  const mayBeCut = serverId.length === cutId && hashed.test(name);
  if (plain.length <= longestName && plainName.test(plain) && !mayBeCut) return plain;
  const cut = `${serverId.slice(0, cutId)}${separator}${readable(name).slice(0, cutName)}`;
  return `${cut}_${hashOf(serverId, name)}`;
}

/** Whether an exposed name holds only a part of the server's own, and a hash for the rest. */
export function isCutName(serverId: string, name: string, exposed: string): boolean {
  return exposed !== `${serverId}${separator}${name}`;
}

/** Whether a name could be that of something a server offers. Finds nothing: other servers' ids may begin alike. */
export function mayBeOf(serverId: string, exposed: string): boolean {
  const isCut = exposed.startsWith(`${serverId.slice(0, cutId)}${separator}`);
  return exposed.startsWith(`${serverId}${separator}`) || (isCut && hashed.test(exposed));
}

/** The name it had while 64 characters were allowed: calls by it are still answered in this minor version. */
export function formerName(serverId: string, name: string): string {
  const plain = `${serverId}${separator}${name}`;
  if (plain.length <= longestFormerName && plainName.test(plain)) return plain;
  const cut = readable(plain).slice(0, longestFormerName - hashLength - 1);
  return `${cut}_${hashOf(serverId, name)}`;
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
