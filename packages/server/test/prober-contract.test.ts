import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { describeProber } from "@hub/core/testing";
import { createDialer, createEndpointRules } from "@hub/dial";
import { createProber } from "@hub/probe";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterAll } from "vitest";

const servers: Server[] = [];
const dialer = createDialer({
  rules: createEndpointRules({ profile: "local" }),
  hubId: "contract",
  version: "1.0.0",
});

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await dialer.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server that listens has an address with a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

describeProber("over HTTP", async () => {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "Healthy", version: "1.0.0" });
    server.registerTool("greet", {}, () => ({ content: [] }));
    return server;
  });
  const nothing = await serve(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return {
    prober: createProber({ dialer, version: "1.0.0" }),
    healthy: await serve(getRequestListener((request) => handler.fetch(request))),
    healthyName: "Healthy",
    nothing,
    silent: await serve(() => {}),
    notMcp: await serve((_, response) => response.end("<p>hello</p>")),
  };
});
