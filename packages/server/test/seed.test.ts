import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { HubProcess } from "@hub/testing";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterEach, expect, test } from "vitest";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What the seed's Python server sends, to the byte. Its endpoint is on port 8002, so this test needs that port. */
const recorded = [
  "POST /register HTTP/1.1",
  "Host: localhost:8001",
  "Accept: */*",
  "Accept-Encoding: gzip, deflate",
  "User-Agent: python-httpx/0.28.1",
  "Content-Type: application/x-www-form-urlencoded",
  "Content-Length: 88",
  "",
  "name=MCP+Server+1&transport=streamable-http&endpoint=http%3A%2F%2Flocalhost%3A8002%2Fmcp",
].join("\r\n");

/** Sends bytes and reads one answer. */
function exchange(
  port: number,
  bytes: string,
): Promise<{ status: number; body: { servers: unknown[] } }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let text = "";
    socket.setEncoding("utf8");
    socket.on("error", reject);
    socket.on("data", (chunk: string) => {
      text += chunk;
      const [head = "", ...rest] = text.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      const body = rest.join("\r\n\r\n");
      if (Buffer.byteLength(body) < length) return;
      socket.destroy();
      resolve({ status: Number(head.split(" ")[1]), body: JSON.parse(body) });
    });
  });
}

function seedServer(): Server {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "MCP Server 1", version: "1.0.0" });
    server.registerTool("greet1", {}, () => ({
      content: [{ type: "text", text: "Hello from MCP Server 1 !" }],
    }));
    return server;
  });
  return createServer(getRequestListener((request) => handler.fetch(request)));
}

test("the seed's own request, byte for byte, registers a server that listens only after the answer; it is up soon after, is listed once however often it starts, and survives the hub", async () => {
  const hub = await HubProcess.start();
  cleanups.push(() => hub.stop());
  const answer = await exchange(hub.port, recorded);
  expect(answer.status).toBe(201);
  expect(answer.body.servers).toEqual([
    expect.objectContaining({
      name: "MCP Server 1",
      transport: "streamable-http",
      endpoint: "http://localhost:8002/mcp",
    }),
  ]);

  const server = seedServer();
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(8002, "127.0.0.1", resolve);
  });
  await hub.status("mcp-server-1", "up");
  expect((await hub.server("mcp-server-1"))?.capabilities).toMatchObject({ tools: 1 });

  const again = await exchange(hub.port, recorded);
  expect(again.status).toBe(200);
  expect(again.body.servers).toHaveLength(1);

  await hub.program.kill("SIGKILL");
  await hub.restart();
  expect((await hub.status("mcp-server-1", "up")).instances).toHaveLength(1);
});
