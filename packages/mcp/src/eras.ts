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

const envelopePrefix = "io.modelcontextprotocol/";

/** Keys of the envelope that every request of 2026-07-28 carries in `params._meta`. */
export const metaKeys = {
  protocolVersion: `${envelopePrefix}protocolVersion`,
  clientInfo: `${envelopePrefix}clientInfo`,
  clientCapabilities: `${envelopePrefix}clientCapabilities`,
  logLevel: `${envelopePrefix}logLevel`,
  serverInfo: `${envelopePrefix}serverInfo`,
  subscriptionId: `${envelopePrefix}subscriptionId`,
} as const;

/**
 * Where a server that `@hub/register` serves says of tasks (2025-11-25) what 2026-07-28 has no member for, so
 * that nobody has to open a session to ask for it: the hub shows it to clients of the older revision.
 */
export const taskKeys = {
  /** Among the experimental capabilities: the capability `tasks`; empty for a server without tasks. */
  capability: "mcp-hub/tasks",
  /** In a tool's `_meta`: its `execution`. */
  tool: "mcp-hub/execution",
} as const;

/** What a request of 2026-07-28 says of its client. */
export type ModernIdentity<Value = unknown> = {
  readonly clientCapabilities: Value;
  readonly clientInfo?: Value | undefined;
  /** The lowest level of log messages that it wants. Default: it wants none. */
  readonly logLevel?: Value | string | undefined;
};

/** The envelope of a request of 2026-07-28, as members of its `_meta`. */
export function modernMeta<Value>({
  clientCapabilities,
  clientInfo,
  logLevel,
}: ModernIdentity<Value>): Readonly<Record<string, Value | string>> {
  return {
    [metaKeys.protocolVersion]: modernVersion,
    [metaKeys.clientCapabilities]: clientCapabilities,
    ...(clientInfo === undefined ? {} : { [metaKeys.clientInfo]: clientInfo }),
    ...(logLevel === undefined ? {} : { [metaKeys.logLevel]: logLevel }),
  };
}

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

/** Of `_meta` what is no part of the envelope. */
export function outsideEnvelope(meta: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(meta).filter(([key]) => !key.startsWith(envelopePrefix)),
  );
}

/** The parameters without the envelope of the modern revision; everything else in `_meta` stays. */
export function withoutEnvelope(params: Params | undefined): Params | undefined {
  if (params?._meta === undefined) return params;
  const { _meta, ...rest } = params;
  const kept = outsideEnvelope(_meta);
  return Object.keys(kept).length === 0 ? rest : { ...rest, _meta: kept };
}
