import { isJsonObject } from "@hub/core/json";
import type { CallError, TracedCall } from "@hub/gateway";
import { cutText } from "@hub/mcp";
import type { Attributes } from "@opentelemetry/api";

/** A tool or a prompt has a name that is one of a few; a resource has not. */
const targets = new Map([
  ["tools/call", "gen_ai.tool.name"],
  ["prompts/get", "gen_ai.prompt.name"],
]);
const readsUri = new Set(["resources/read", "resources/subscribe", "resources/unsubscribe"]);
const longestText = 256;

/** As the conventions for MCP name spans. */
export function spanNameOf({ method, name }: TracedCall): string {
  return name !== undefined && targets.has(method) ? `${method} ${name}` : method;
}

/** What a call is, by the names of the conventions for MCP. Of what it is asked with, nothing but a resource's URI. */
export function attributesOf(call: TracedCall): Attributes {
  const { serverId, method, name, id, params, cameWith } = call;
  const target = targets.get(method);
  const version = cameWith?.["mcp-protocol-version"];
  const uri = readsUri.has(method) && isJsonObject(params) ? params.uri : undefined;
  return {
    "mcp.method.name": method,
    ...(target === undefined || name === undefined ? {} : { [target]: name }),
    ...(method === "tools/call" ? { "gen_ai.operation.name": "execute_tool" } : {}),
    ...(id === null ? {} : { "jsonrpc.request.id": cutText(String(id), longestText) }),
    ...(typeof version === "string" ? { "mcp.protocol.version": cutText(version, 32) } : {}),
    ...(typeof uri === "string" ? { "mcp.resource.uri": plainUri(uri) } : {}),
    "network.transport": "tcp",
    "network.protocol.name": "http",
    "mcp_hub.server.id": serverId,
  };
}

/** Which instance was asked. */
export function attributesOfServer(to: {
  readonly instanceId: string;
  readonly endpoint: string;
}): Attributes {
  const { hostname, port, protocol } = new URL(to.endpoint);
  return {
    "server.address": hostname,
    "server.port": port === "" ? ({ "https:": 443 }[protocol] ?? 80) : Number(port),
    "mcp_hub.instance.id": to.instanceId,
  };
}

/** How a call failed. Messages are not told: they may repeat what was asked with. */
export function attributesOfError({ code, hubError }: CallError): Attributes {
  const own = hubError === undefined ? {} : { "mcp_hub.error": hubError };
  if (code === undefined) return { "error.type": "_OTHER", ...own };
  const written = String(code);
  return { "error.type": written, "rpc.response.status_code": written, ...own };
}

/** Without what may be a secret, and no longer than that. */
function plainUri(uri: string): string {
  const [plain = ""] = uri.split(/[?#]/, 1);
  return cutText(plain.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1"), longestText);
}
