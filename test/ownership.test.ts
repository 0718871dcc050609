import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { RegisterAnswer, ServerDetail } from "@hub/api";
import { freePort, HubProcess, Program, until } from "@hub/testing";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterEach, describe, expect, test } from "vitest";

/** Whose a name is, as a stranger sees it who has nothing but the hub's port and what it shows. */

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Beats come quickly; a lease outlives the start of a program on a machine that does much else. */
const env = {
  MCP_HUB_HEARTBEAT_MS: "1000",
  MCP_HUB_LEASE_TTL_MS: "120000",
  MCP_HUB_DOWN_AFTER_MS: "120000",
  MCP_HUB_PROBE_UP_MS: "1000",
  MCP_HUB_PROBE_FAILING_MS: "500",
};

async function startHub(): Promise<HubProcess> {
  const hub = await HubProcess.start(env);
  cleanups.push(() => hub.stop());
  return hub;
}

const code = `
  import { register } from "@hub/register";
  import { McpServer } from "@modelcontextprotocol/server";
  const create = () => new McpServer({ name: "Steady", version: "1.0.0" });
  register(create, { port: Number(process.env.SERVER_PORT), description: process.env.SAYS });
`;

/** A server that keeps itself registered with the helper, as a process. */
function startServer(hub: HubProcess, port: number, says: string): Program {
  const program = new Program(process.execPath, ["--input-type=module", "-e", code], {
    MCP_HUB_URL: hub.url,
    SERVER_PORT: String(port),
    SAYS: says,
  });
  cleanups.push(async () => {
    if (program.child.exitCode !== null || program.child.signalCode !== null) return;
    program.child.kill("SIGCONT");
    await program.kill("SIGKILL");
  });
  return program;
}

type Answer = RegisterAnswer & { readonly code?: string };

async function register(hub: HubProcess, body: object, proof?: string) {
  const response = await fetch(`${hub.url}/register`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(proof === undefined ? {} : { "mcp-hub-proof": proof }),
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Answer; // the hub's own, whose form other tests check
  return { status: response.status, retryAfter: response.headers.get("retry-after"), answer };
}

async function remove(hub: HubProcess, id: string, proof: string): Promise<number> {
  const response = await fetch(`${hub.url}/servers/${id}`, {
    method: "DELETE",
    headers: { "mcp-hub-proof": proof },
  });
  return response.status;
}

/** What a stranger must not be able to change. */
function essence(server: ServerDetail | undefined) {
  return {
    description: server?.description,
    endpoint: server?.endpoint,
    instances: server?.instances.map(({ id, registeredEndpoint, candidates, lease }) => ({
      id,
      registeredEndpoint,
      candidates,
      ttlMs: lease?.ttlMs,
    })),
  };
}

/** A server of the thief's own, which says that it is the other one. */
async function startThief(name: string): Promise<string> {
  return `http://127.0.0.1:${await listen(mcpServer(name), 0)}/mcp`;
}

function mcpServer(name: string): Server {
  const handler = createMcpHandler(() => new McpServer({ name, version: "1.0.0" }));
  return createServer(getRequestListener((request) => handler.fetch(request)));
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  cleanups.push(() => close(server));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

describe("a server with a lease", () => {
  test("is not unseated, deleted or diverted by who has read GET /servers, though it hangs", async () => {
    const hub = await startHub();
    const server = startServer(hub, await freePort(), "The owner's");
    const before = await hub.status("steady", "up");
    const thief = await startThief("Steady");
    const spoilt = {
      name: "Steady",
      transport: "streamable-http",
      candidates: [thief],
      serviceKey: "the thief's",
      lease: {},
    };
    let attacks = 0;
    const attack = async () => {
      attacks += 1;
      // Another text each time: the same, asked for again, takes the place of a lease that is silent.
      const description = `the thief's ${attacks}`;
      const seen = await hub.server("steady");
      for (const endpoint of [before.endpoint, thief]) {
        const { status, retryAfter, answer } = await register(hub, {
          ...spoilt,
          description,
          endpoint,
        });
        expect(status).toBe(endpoint === thief ? 409 : 200);
        expect(answer.lease).toBeUndefined();
        expect(answer.retryAfterMs).toBeLessThanOrEqual(1_000);
        expect(Number(retryAfter ?? 0)).toBeLessThanOrEqual(1);
      }
      for (const text of [seen?.instances[0]?.id ?? "", before.endpoint, "the thief's"])
        expect(await remove(hub, "steady", text)).toBe(403);
      expect(essence(await hub.server("steady"))).toEqual(essence(before));
    };
    for (let round = 0; round < 5; round += 1) await attack();
    await server.kill("SIGSTOP");
    for (let round = 0; round < 5; round += 1) await attack();
    await server.kill("SIGCONT");
    await hub.status("steady", "up");
    expect(essence(await hub.server("steady"))).toEqual(essence(before));
    expect(hub.program.output).not.toContain("the thief's");
  });

  test("killed with -9 and started anew on the same port, it is listed throughout and gets its lease", async () => {
    const hub = await startHub();
    const port = await freePort();
    const first = startServer(hub, port, "The first");
    const before = await hub.status("steady", "up");
    const seen = new Set<string | undefined>();
    await first.kill("SIGKILL");
    const second = startServer(hub, port, "The second");
    await until("the second process to be registered", async () => {
      const server = await hub.server("steady");
      seen.add(server?.instances[0]?.id);
      seen.add(server?.status);
      return server?.description === "The second";
    });
    // The hub may have looked there in the moment in which nothing listened.
    seen.delete("suspect");
    expect([...seen].sort()).toEqual([before.instances[0]?.id, "up"].sort());
    expect(second.output.match(/listed as "Steady"/g)).toHaveLength(1);
    await second.saw("registered");
    await second.kill("SIGTERM");
    expect((await hub.server("steady"))?.instances).toEqual([]);
  });

  test("killed with -9 and started anew on another port, it is there at once", async () => {
    const hub = await startHub();
    const first = startServer(hub, await freePort(), "The first");
    await hub.status("steady", "up");
    await first.kill("SIGKILL");
    const port = await freePort();
    const second = startServer(hub, port, "The second");
    await second.saw("registered");
    expect(second.output).not.toContain("refused");
    const server = await hub.server("steady");
    expect(server?.instances.map((one) => one.registeredEndpoint)).toEqual([
      `http://127.0.0.1:${port}/mcp`,
    ]);
  });
});

describe("the seed's server, which has no lease and never registers twice", () => {
  /** The request as it was recorded, for a port that is free. */
  function recorded(port: number): string {
    const body = `name=MCP+Server+1&transport=streamable-http&endpoint=http%3A%2F%2Flocalhost%3A${port}%2Fmcp`;
    return [
      "POST /register HTTP/1.1",
      "Host: localhost:8001",
      "Accept: */*",
      "Accept-Encoding: gzip, deflate",
      "User-Agent: python-httpx/0.28.1",
      "Content-Type: application/x-www-form-urlencoded",
      `Content-Length: ${body.length}`,
      "",
      body,
    ].join("\r\n");
  }

  function send(hub: HubProcess, bytes: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const socket = connect(hub.port, "127.0.0.1", () => socket.write(bytes));
      socket.once("error", reject).once("data", (data: Buffer) => {
        socket.destroy();
        resolve(Number(data.toString("latin1").split(" ")[1]));
      });
    });
  }

  /** It registers while it starts, and listens a moment later. */
  async function start(hub: HubProcess, port: number): Promise<{ status: number; server: Server }> {
    const status = await send(hub, recorded(port));
    const server = mcpServer("MCP Server 1");
    await listen(server, port);
    return { status, server };
  }

  test("restarts on the same port and on another one, and goes on", async () => {
    const hub = await startHub();
    const port = await freePort();
    const first = await start(hub, port);
    expect(first.status).toBe(201);
    const { instances } = await hub.status("mcp-server-1", "up");

    await close(first.server);
    const again = await start(hub, port);
    expect(again.status).toBe(200);
    const after = await hub.status("mcp-server-1", "up");
    expect(after.instances.map(({ id }) => id)).toEqual(instances.map(({ id }) => id));

    await close(again.server);
    const other = await freePort();
    expect((await start(hub, other)).status).toBe(201);
    const moved = await hub.status("mcp-server-1", "up");
    expect(moved.instances.map((one) => one.registeredEndpoint)).toEqual([
      `http://localhost:${other}/mcp`,
    ]);
  });

  test("keeps its calls and its place, whatever a stranger registers, gives back or removes", async () => {
    const hub = await startHub();
    const { server } = await start(hub, await freePort());
    const before = await hub.status("mcp-server-1", "up");
    const thief = await startThief("MCP Server 1");
    const { name, transport, endpoint } = before;
    const spoilt = { name, transport, candidates: [thief], serviceKey: "the thief's" };
    const here = await register(hub, { ...spoilt, endpoint, lease: {} });
    const lease = here.answer.lease?.id ?? "";
    expect((await register(hub, { ...spoilt, endpoint: thief }, lease)).status).toBe(409);
    expect(await remove(hub, "mcp-server-1", lease)).toBe(403);
    expect(await remove(hub, "mcp-server-1", "the thief's")).toBe(403);
    const beat = await fetch(`${hub.url}/leases/${lease}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ draining: true }),
    });
    expect(beat.status).toBe(200);
    await fetch(`${hub.url}/leases/${lease}`, { method: "DELETE" });
    await fetch(`${hub.url}/servers/mcp-server-1/probe`, { method: "POST" });
    const after = await hub.status("mcp-server-1", "up");
    expect(essence(after)).toEqual(essence(before));

    await close(server);
    const port = Number(new URL(endpoint).port);
    expect((await start(hub, port)).status).toBe(200);
    await hub.status("mcp-server-1", "up");
  });
});
