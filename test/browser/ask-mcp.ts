const version = "2026-07-28";
const key = (suffix: string) => `io.modelcontextprotocol/${suffix}`;

/** Sends one request to an MCP endpoint of a hub as a client of 2026-07-28 does. Resolves with the answer's text. */
export async function askMcp(
  hub: HubProcess,
  path: string,
  method: string,
  params: { readonly name?: string; readonly arguments?: object } = {},
): Promise<string> {
  const response = await fetch(`${hub.url}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": version,
      "mcp-method": method,
      ...(params.name === undefined ? {} : { "mcp-name": params.name }),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method,
      params: {
        ...params,
        _meta: {
          [key("protocolVersion")]: version,
          [key("clientInfo")]: { name: "desk", version: "1" },
          [key("clientCapabilities")]: {},
        },
      },
    }),
  });
  return response.text();
}

import type { HubProcess } from "@hub/testing";
