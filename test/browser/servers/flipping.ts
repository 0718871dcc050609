import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

type Message = { readonly id?: number; readonly method?: string };

/** A server of 2026-07-28 whose one tool is another each time it is asked. */
export async function startFlipping(): Promise<{ endpoint: string; close(): Promise<unknown> }> {
  let asked = 0;
  const resultOf = (method: string | undefined) => {
    if (method === "server/discover")
      return { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
    asked += 1;
    return { tools: [{ name: `tool${asked}`, inputSchema: { type: "object" } }] };
  };
  const server = createServer(async (request, response) => {
    // The hub sends one message of JSON-RPC.
    const { id, method } = (await json(request)) as Message;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result: resultOf(method) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server has no other kind of address.
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { endpoint: `http://127.0.0.1:${port}/mcp`, close };
}
