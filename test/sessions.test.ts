import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HubProcess, until } from "@hub/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

/** A real server of SDK v1 that counts in each of its sessions. */
class Counter {
  readonly sessions = new Map<string, StreamableHTTPServerTransport>();
  #last = 0;
  readonly #server: Server = createServer((request, response) => {
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? this.sessions.get(id) : undefined;
    if (known === undefined && id !== undefined) {
      response.writeHead(404, { "content-type": "application/json" });
      const error = { code: -32_001, message: "Session not found" };
      response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error }));
      return;
    }
    void (known === undefined ? this.#open() : Promise.resolve(known)).then((transport) =>
      transport.handleRequest(request, response),
    );
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    // A TCP server has no other kind.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #open(): Promise<StreamableHTTPServerTransport> {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => {
        this.#last += 1;
        return `session-${this.#last}`;
      },
      onsessioninitialized: (id) => void this.sessions.set(id, transport),
      onsessionclosed: (id) => void this.sessions.delete(id),
    });
    const server = new McpServer({ name: "counter", version: "1" });
    let count = 0;
    server.registerTool("count", {}, () => {
      count += 1;
      return { content: [{ type: "text", text: `${count} of ${transport.sessionId}` }] };
    });
    await server.connect(transport);
    return transport;
  }
}

async function connect(url: string) {
  const transport = new StreamableHTTPClientTransport(new URL(url));
  const client = new Client({ name: "keeps-calling", version: "1" });
  await client.connect(transport);
  clients.push(client);
  const count = async (name: string) => {
    const { content } = await client.callTool({ name, arguments: {} });
    return (content as { readonly text: string }[])[0]?.text; // a text, as the tool says
  };
  return { transport, client, count };
}

/** The hub is killed, and comes back on the same port and files. */
async function killAndRestart(hub: HubProcess): Promise<void> {
  await hub.program.kill("SIGKILL");
  await hub.restart();
  await hub.status("counter", "up");
}

describe("a hub that is killed with -9 and started again", () => {
  const counter = new Counter();
  let hub: HubProcess;

  beforeAll(async () => {
    const endpoint = await counter.start();
    hub = await HubProcess.start();
    await hub.register({ name: "counter", endpoint, transport: "streamable-http" });
    await hub.status("counter", "up");
  });
  afterAll(async () => {
    await hub.stop();
    counter.stop();
  });

  test("costs a client of SDK v1 that keeps calling neither its session nor its state", async () => {
    const one = await connect(`${hub.url}/mcp`);
    const other = await connect(`${hub.url}/mcp?prefix=never`);
    const first = await one.count("counter__count");
    const session = first?.slice("1 of ".length);
    expect(await one.count("counter__count")).toBe(`2 of ${session}`);
    expect(await other.count("count")).toMatch(/^1 of /);
    let calls = 2;
    for (const at of [1, 2]) {
      await killAndRestart(hub);
      for (let more = 0; more < 3; more += 1) {
        calls += 1;
        expect(await one.count("counter__count"), `restart ${at}`).toBe(`${calls} of ${session}`);
      }
      expect(await other.count("count")).toMatch(new RegExp(`^${at + 1} of `));
      expect((await one.client.listTools()).tools.map(({ name }) => name)).toContain(
        "counter__count",
      );
      // Everybody else finds what they are used to.
      expect((await hub.servers()).map(({ id }) => id)).toEqual(["counter"]);
      expect((await fetch(`${hub.url}/`)).status).toBe(200);
    }
    expect(await (await connect(`${hub.url}/mcp`)).count("counter__count")).toMatch(/^1 of /);
    await one.transport.terminateSession();
    await until("the server's session to end", () => !counter.sessions.has(`${session}`));
  });

  test("keeps a session from the moment its client knows of it, also one that has asked for nothing", async () => {
    for (let round = 0; round < 2; round += 1) {
      const { client, count } = await connect(`${hub.url}/mcp`);
      await killAndRestart(hub);
      expect(await count("counter__count")).toMatch(/^1 of /);
      await client.close();
    }
  });

  test("does not bring back a session that was ended, from the moment its client was told so", async () => {
    for (let round = 0; round < 2; round += 1) {
      const { transport, count } = await connect(`${hub.url}/mcp`);
      await count("counter__count");
      const id = String(transport.sessionId);
      const ended = await fetch(`${hub.url}/mcp`, {
        method: "DELETE",
        headers: { "mcp-session-id": id },
      });
      expect(ended.status).toBe(200);
      await killAndRestart(hub);
      await expect(count("counter__count")).rejects.toThrow(/Session not found/);
    }
  });
});
