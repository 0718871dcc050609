import { isJsonObject } from "@hub/core";
import { cutText, type JsonRpcRequest, metaKeys, newestLegacyVersion } from "@hub/mcp";
import type { LegacyIdentity } from "../upstream/initialize.js";

const levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

const capabilityFor: ReadonlyMap<string, string> = new Map([
  ["elicitation/create", "elicitation"],
  ["sampling/createMessage", "sampling"],
  ["roots/list", "roots"],
]);

/** What a modern request says of its client, as a server of a 2025 revision can understand it. */
export type ModernCaller = {
  readonly identity: LegacyIdentity;
  readonly logLevel: string | undefined;
  readonly client: string | undefined;
  canAnswer(method: string): boolean;
  /** Whether a server may have something to say to it outside of its answer. */
  readonly hearsServers: boolean;
  /** Whether it can be asked to open a page. */
  readonly canOpenUrls: boolean;
};

export function modernCaller(request: JsonRpcRequest, hub: LegacyIdentity): ModernCaller {
  const meta = request.params?._meta ?? {};
  const declared = meta[metaKeys.clientCapabilities];
  // The endpoint has refused requests whose capabilities are no object.
  const capabilities = declared as Readonly<Record<string, unknown>>;
  const info = meta[metaKeys.clientInfo];
  const logLevel = meta[metaKeys.logLevel];
  return {
    identity: {
      protocolVersion: newestLegacyVersion,
      capabilities: legacyCapabilities(capabilities),
      clientInfo: info ?? hub.clientInfo,
    },
    logLevel: typeof logLevel === "string" ? logLevel : undefined,
    client: clientName(info),
    canOpenUrls:
      isJsonObject(capabilities.elicitation) && isJsonObject(capabilities.elicitation.url),
    hearsServers:
      typeof logLevel === "string" ||
      [...capabilityFor.values()].some((capability) => capabilities[capability] !== undefined),
    canAnswer: (method) => {
      const capability = capabilityFor.get(method);
      return capability !== undefined && capabilities[capability] !== undefined;
    },
  };
}

/** The name a client gives itself, for people. */
export function clientName(info: unknown): string | undefined {
  const name = typeof info === "object" && info !== null && "name" in info ? info.name : undefined;
  return typeof name === "string" ? cutText(name, 100) : undefined;
}

/** Never more than the client declared; its extensions mean nothing to the older revisions. */
function legacyCapabilities(capabilities: Readonly<Record<string, unknown>>) {
  const { extensions: _, ...rest } = capabilities;
  return rest;
}

/** Whether a log message of a server is wanted: only at or above the level the request names. */
export function wantsLog(wanted: string | undefined, level: unknown): boolean {
  if (wanted === undefined) return false;
  const least = levels.indexOf(wanted);
  const given = typeof level === "string" ? levels.indexOf(level) : -1;
  return least !== -1 && given >= least;
}
