import { modernMeta, modernVersion } from "@hub/mcp/eras";
import type { JsonObject } from "../schema/schema.js";
import { headerValue } from "./header-values.js";

/** What is asked of a server; its name is that of the tool or prompt, or the URI of the resource. */
export type Asked = {
  readonly serverId: string;
  readonly method: "tools/call" | "prompts/get" | "resources/read";
  readonly name: string;
  /** Of a tool or a prompt. */
  readonly values: JsonObject;
  /** `Mcp-Param-*`, where the tool's schema asks for them. */
  readonly headers: Readonly<Record<string, string>>;
};

/** What a retry brings along after the server asked something. */
export type Answered = {
  readonly inputResponses?: JsonObject;
  readonly requestState?: string;
};

export type McpRequest = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
};

/** Who asks, and what a person at this page can do: fill in a form and open a link. */
const envelope = modernMeta<object>({
  clientInfo: { name: "mcp-hub-ui", title: "MCP Hub", version: "1.0.0" },
  clientCapabilities: { elicitation: { form: {}, url: {} } },
  logLevel: "debug",
});

/** One request of revision 2026-07-28, complete in itself: there is no session. */
export function messageOf({
  serverId,
  method,
  id,
  params,
  meta = {},
  headers = {},
}: {
  readonly serverId: string;
  readonly method: string;
  readonly id: number | string;
  readonly params: JsonObject;
  /** Beside what says who asks. */
  readonly meta?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}): McpRequest {
  return {
    path: `/servers/${encodeURIComponent(serverId)}/mcp`,
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      "MCP-Protocol-Version": modernVersion,
      "Mcp-Method": method,
      ...headers,
    },
    body: { jsonrpc: "2.0", id, method, params: { ...params, _meta: { ...envelope, ...meta } } },
  };
}

/** The request of a call. */
export function requestOf(asked: Asked, id: number, answered: Answered = {}): McpRequest {
  const { serverId, method, name, values, headers } = asked;
  const subject = method === "resources/read" ? { uri: name } : { name, arguments: values };
  return messageOf({
    ...{ serverId, method, id },
    params: { ...subject, ...answered },
    meta: { progressToken: `try-${id}` },
    headers: { "Mcp-Name": headerValue(name), ...headers },
  });
}
