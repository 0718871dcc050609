import { isJsonObject } from "@hub/core/json";
import {
  answersQuestions,
  type ClientCapabilities,
  canAnswer,
  cutText,
  type JsonRpcRequest,
  metaKeys,
  newestLegacyVersion,
} from "@hub/mcp";
import type { LegacyIdentity } from "../upstream/initialize.js";

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
  const capabilities = declared as ClientCapabilities;
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
    hearsServers: typeof logLevel === "string" || answersQuestions(capabilities),
    canAnswer: (method) => canAnswer(capabilities, method),
  };
}

/** The name a client gives itself, for people. */
export function clientName(info: unknown): string | undefined {
  const name = typeof info === "object" && info !== null && "name" in info ? info.name : undefined;
  return typeof name === "string" ? cutText(name, 100) : undefined;
}

/** Never more than the client declared; its extensions mean nothing to the older revisions. */
function legacyCapabilities(capabilities: ClientCapabilities) {
  const { extensions: _, ...rest } = capabilities;
  return rest;
}
