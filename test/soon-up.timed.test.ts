import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { freePort, HubProcess } from "@hub/testing";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterEach, expect, test } from "vitest";

const running: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

function serverOnPort(port: number): Promise<Server> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "Late", version: "1.0.0" });
    server.registerTool("greet", {}, () => ({ content: [{ type: "text", text: "Hello" }] }));
    return server;
  });
  const server = createServer(getRequestListener((request) => handler.fetch(request)));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

test("a server that listens only after it registered, as the seed's does, is up within 3 s of listening", async () => {
  const hub = await HubProcess.start();
  running.push(() => hub.stop());
  for (const name of ["one", "two", "three"]) {
    const port = await freePort();
    const endpoint = `http://localhost:${port}/mcp`;
    await hub.register({ name, transport: "streamable-http", endpoint });
    const server = await serverOnPort(port);
    running.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    const listening = performance.now();
    await hub.status(name, "up");
    expect(performance.now() - listening).toBeLessThan(3_000);
  }
});
