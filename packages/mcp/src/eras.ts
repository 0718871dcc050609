import type { Era } from "@hub/core";
import type { Params } from "./json-rpc.js";

export const modernVersion = "2026-07-28";
export const modernVersions: readonly string[] = [modernVersion];

/** What clients may ask for. Newest first. */
export const legacyVersions: readonly string[] = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
];
export const newestLegacyVersion = "2025-11-25";

/** The one revision that has batches, of messages and of answers. */
export const batchVersion = "2025-03-26";

/** What servers may answer to `initialize`: also what was spoken before the first of them was published. */
export const serverVersions: readonly string[] = [...legacyVersions, "2024-10-07"];

/** Keys of the envelope that every request of 2026-07-28 carries in `params._meta`. */
export const metaKeys = {
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  logLevel: "io.modelcontextprotocol/logLevel",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
} as const;

/** Revisions are dates; the first one without sessions divides the eras. */
export function isModernVersion(version: string): boolean {
  return (
    version === modernVersion || (/^\d{4}-\d{2}-\d{2}$/.test(version) && version > modernVersion)
  );
}

/**
 * The era of a request, by its body: who claims a protocol version in `_meta` speaks the modern
 * revision, whatever the headers say. Without a claim the header decides, so that a modern request
 * whose envelope is missing is told so instead of being taken for an old one.
 */
export function eraOf(
  method: string | undefined,
  params: Params | undefined,
  versionHeader: string | undefined,
): Era {
  const claimed = params?._meta?.[metaKeys.protocolVersion];
  if (typeof claimed === "string") {
    // `initialize` has no place in the modern revision unless it says that it is meant so.
    return isModernVersion(claimed) || method !== "initialize" ? "modern" : "legacy";
  }
  if (claimed !== undefined) return "modern";
  if (method === "initialize") return "legacy";
  return versionHeader !== undefined && isModernVersion(versionHeader) ? "modern" : "legacy";
}

/** The parameters without the envelope of the modern revision; everything else in `_meta` stays. */
export function withoutEnvelope(params: Params | undefined): Params | undefined {
  if (params?._meta === undefined) return params;
  const kept = Object.entries(params._meta).filter(
    ([key]) => !key.startsWith("io.modelcontextprotocol/"),
  );
  const { _meta, ...rest } = params;
  return kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) };
}
