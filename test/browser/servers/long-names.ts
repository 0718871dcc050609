import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

type Message = { readonly id?: number; readonly method?: string };

/** Words with and without a place to break, as people and programs give them. */
export const longName = "Enterprise resource planning and warehouse management for all regions";
export const unbroken = "internationalization_of_the_enterprise_resource_planning_service_v2";

const schema = {
  type: "object",
  required: [unbroken],
  properties: {
    [unbroken]: { type: "string", title: longName, description: `${longName}. ${unbroken}` },
    choice: { type: "string", enum: [unbroken, longName], default: unbroken },
    nested: { type: "object", properties: { [unbroken]: { type: "array", items: {} } } },
  },
};

const uri = `files://${unbroken}/${unbroken}/${unbroken}.json`;

const answers: Readonly<Record<string, object>> = {
  "server/discover": {
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {}, resources: {}, prompts: {} },
    serverInfo: { name: unbroken, title: longName, version: "2026.11.27-rc.1+build.20261127" },
    instructions: `${longName}. ${unbroken}`,
  },
  "tools/list": {
    tools: [
      { name: unbroken, title: longName, description: longName, inputSchema: schema },
      ...Array.from({ length: 30 }, (_, index) => ({
        name: `${unbroken}_${index}`,
        description: unbroken,
        inputSchema: { type: "object" },
        annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
      })),
    ],
  },
  "resources/list": {
    resources: [{ uri, name: unbroken, mimeType: "application/vnd.oasis.opendocument.text" }],
  },
  "resources/templates/list": {
    resourceTemplates: [{ uriTemplate: `${uri}/{${unbroken}}`, name: longName }],
  },
  "prompts/list": {
    prompts: [{ name: unbroken, title: longName, arguments: [{ name: unbroken, required: true }] }],
  },
  "tools/call": { content: [{ type: "text", text: unbroken }] },
};

/** A server of 2026-07-28 all of whose names are long. */
export async function startLongNames(): Promise<{ endpoint: string; close(): Promise<unknown> }> {
  const server = createServer(async (request, response) => {
    // The hub sends one message of JSON-RPC.
    const { id, method = "" } = (await json(request)) as Message;
    response.setHeader("content-type", "application/json");
    const result = {
      resultType: "complete",
      ttlMs: 60_000,
      cacheScope: "public",
      ...answers[method],
    };
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server has no other kind of address.
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { endpoint: `http://127.0.0.1:${port}/mcp/${unbroken}`, close };
}
