import { connect } from "node:net";
import {
  closeAll,
  closeLater,
  freePort,
  HubProcess,
  ModernUpstream,
  Program,
  RawConnection,
  requestBytes,
  tool,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const mib = 1024 * 1024;
/** On Linux every address in 127.0.0.0/8 is this machine, and each is a peer of its own to the hub. */
const addresses = ["127.0.0.1", "127.0.0.2"] as const;

async function startHub(env: Readonly<Record<string, string>> = {}): Promise<HubProcess> {
  const hub = await HubProcess.start(env);
  closeLater(() => hub.stop());
  return hub;
}

async function register(hub: HubProcess, name: string, endpoint: string): Promise<string> {
  const transport = "streamable-http";
  const answer = await hub.register({ name, endpoint, transport, lease: { ttlMs: 600_000 } });
  const { lease } = (await answer.json()) as { readonly lease: { readonly id: string } }; // it was asked for
  return lease.id;
}

/** One request on a new connection from an address; gives the status, 0 when it was hung up on. */
async function statusFrom(hub: HubProcess, from: string, line: string): Promise<number> {
  const connection = new RawConnection(hub.port, "127.0.0.1", from);
  const host = ["host", `127.0.0.1:${hub.port}`] as const;
  connection.write(requestBytes(line, [host, ["connection", "close"]]));
  const answer = await connection.next();
  connection.destroy();
  return answer?.status ?? 0;
}

describe("one address that takes all it gets", () => {
  test("2,100 streams of events: some are refused, and every heartbeat passes, its own too", async () => {
    const hub = await startHub();
    const lease = await register(hub, "beating", "http://127.0.0.1:9/mcp");
    const statuses = new Map<number, number>();
    const beats = new Map<number, number>();
    const count = (of: Map<number, number>, status: number) =>
      of.set(status, (of.get(status) ?? 0) + 1);
    for (let batch = 0; batch < 21; batch += 1) {
      const opened = Array.from({ length: 100 }, async () => {
        const connection = new RawConnection(hub.port);
        closeLater(() => connection.destroy());
        const head = [
          ["host", `127.0.0.1:${hub.port}`],
          ["accept", "text/event-stream"],
        ] as const;
        connection.write(requestBytes("GET /events", head));
        count(statuses, (await connection.next())?.status ?? 0);
      });
      await Promise.all(opened);
      for (const from of addresses) {
        count(beats, await statusFrom(hub, from, `PUT /leases/${lease}`));
        count(beats, await statusFrom(hub, from, "GET /readyz"));
      }
    }
    expect([...statuses].sort()).toEqual([
      [200, 1_000],
      [429, 1_100],
    ]);
    expect([...beats]).toEqual([[200, 84]]);
    expect(await statusFrom(hub, "127.0.0.2", "GET /servers")).toBe(200);
  });

  test("4,500 connections that ask nothing: everything of another address is answered, and its own heartbeats", async () => {
    const hub = await startHub();
    const lease = await register(hub, "beating", "http://127.0.0.1:9/mcp");
    for (let batch = 0; batch < 9; batch += 1) {
      const opened = Array.from({ length: 500 }, () => {
        const socket = connect({ port: hub.port, host: "127.0.0.1" });
        socket.on("error", () => undefined);
        closeLater(() => void socket.destroy());
        return new Promise((resolve) => socket.once("connect", resolve));
      });
      await Promise.all(opened);
      for (const from of addresses) {
        expect(await statusFrom(hub, from, `PUT /leases/${lease}`)).toBe(200);
        expect(await statusFrom(hub, from, "GET /servers")).toBe(200);
      }
    }
  });
});

type Health = {
  readonly memory: { readonly residentBytes: number };
  readonly budgets: readonly { readonly name: string; readonly used: number }[];
};

async function healthOf(hub: HubProcess): Promise<Health> {
  const answer = await fetch(`${hub.url}/healthz?verbose`);
  return (await answer.json()) as Health; // as its description says
}

async function memoryOf(hub: HubProcess): Promise<number> {
  return (await healthOf(hub)).memory.residentBytes;
}

/** A port whose owner takes no connection and refuses none. */
async function deafPort(): Promise<number> {
  const port = await freePort();
  const listen = `require("node:net").createServer().listen({ port: ${port}, host: "127.0.0.1", backlog: 1 }, () => console.log("listening"))`;
  const program = new Program(process.execPath, ["-e", listen]);
  await program.saw("listening");
  await program.kill("SIGSTOP");
  closeLater(() => program.kill("SIGKILL"));
  // These fill the line in which the system keeps them.
  for (let one = 0; one < 4; one += 1) {
    const socket = connect({ port, host: "127.0.0.1" }).on("error", () => undefined);
    closeLater(() => void socket.destroy());
  }
  return port;
}

describe("clients that do not wait for answers", () => {
  test("registrations that take their time, on more connections than there are, keep back neither heartbeats nor health", async () => {
    const hub = await startHub({ MCP_HUB_MAX_CONNECTIONS: "320" });
    const lease = await register(hub, "beating", "http://127.0.0.1:9/mcp");
    await register(hub, "taken", `http://127.0.0.1:${await deafPort()}/mcp`);
    const endpoint = "http://127.0.0.1:10/mcp";
    const body = JSON.stringify({ name: "taken", transport: "streamable-http", endpoint });
    const head = [
      ["host", `127.0.0.1:${hub.port}`],
      ["content-type", "application/json"],
      ["content-length", String(Buffer.byteLength(body))],
    ] as const;
    const request = requestBytes("POST /register", head, body);
    const burst = Buffer.concat(Array.from({ length: 10 }, () => request));
    const statuses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      for (let one = 0; one < 100; one += 1) {
        const socket = connect({ port: hub.port, host: "127.0.0.1" });
        closeLater(() => void socket.destroy());
        socket.on("error", () => undefined).resume();
        socket.write(burst);
      }
      statuses.push(await statusFrom(hub, "127.0.0.1", `PUT /leases/${lease}`));
      statuses.push(await statusFrom(hub, "127.0.0.1", "GET /healthz"));
      statuses.push(await statusFrom(hub, "127.0.0.2", `PUT /leases/${lease}`));
    }
    expect(statuses).toEqual(statuses.map(() => 200));
  });

  test("400 connections with 60 long requests ahead of their turn: the hub keeps less than 250 MB for them", async () => {
    const hub = await startHub();
    const idle = await memoryOf(hub);
    const host = ["host", `127.0.0.1:${hub.port}`] as const;
    const stream = requestBytes("GET /events", [host, ["accept", "text/event-stream"]]);
    const long = requestBytes("GET /servers", [host, ["x-long", "y".repeat(15_000)]]);
    const burst = Buffer.concat([stream, ...Array.from({ length: 60 }, () => long)]);
    let most = 0;
    let closed = 0;
    for (let one = 0; one < 400; one += 1) {
      const socket = connect({ port: hub.port, host: "127.0.0.1" });
      closeLater(() => void socket.destroy());
      socket.on("error", () => undefined).on("close", () => (closed += 1));
      socket.resume().write(burst);
      if (one % 20 > 0) continue;
      const { memory, budgets } = await healthOf(hub);
      most = Math.max(most, memory.residentBytes);
      const heads = budgets.find(({ name }) => name === "aheadBytes");
      expect(heads?.used).toBeLessThanOrEqual(8 * mib);
    }
    expect(await statusFrom(hub, "127.0.0.2", "GET /servers")).toBe(200);
    expect(most - idle).toBeLessThan(250 * mib);
    // Who had them ahead of their turn beyond the budget was hung up on.
    expect(closed).toBeGreaterThan(0);
  });

  test("20 short requests ahead of their turn are all answered, in their order", async () => {
    const hub = await startHub();
    const connection = new RawConnection(hub.port);
    closeLater(() => connection.destroy());
    const host = ["host", `127.0.0.1:${hub.port}`] as const;
    const paths = Array.from({ length: 20 }, (_, one) => (one % 2 === 0 ? "/healthz" : "/nowhere"));
    connection.write(Buffer.concat(paths.map((path) => requestBytes(`GET ${path}`, [host]))));
    const statuses: (number | undefined)[] = [];
    for (const _ of paths) statuses.push((await connection.next())?.status);
    expect(statuses).toEqual(paths.map((path) => (path === "/healthz" ? 200 : 404)));
  });
});

describe("200 clients that do not read", () => {
  const description = "x".repeat(350_000);

  const modern = (method: string, params: object) => {
    const meta = (name: string) => `io.modelcontextprotocol/${name}`;
    const _meta = {
      [meta("protocolVersion")]: "2026-07-28",
      [meta("clientCapabilities")]: {},
      [meta("clientInfo")]: { name: "deaf", version: "1" },
    };
    return (host: string) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } });
      return requestBytes(
        "POST /mcp",
        [
          ["host", host],
          ["content-type", "application/json"],
          ["accept", "application/json, text/event-stream"],
          ["mcp-protocol-version", "2026-07-28"],
          ["mcp-method", method],
          ["mcp-name", "large__flood"],
          ["content-length", String(Buffer.byteLength(body))],
        ],
        body,
      );
    };
  };
  const scenes: Readonly<Record<string, (host: string) => Buffer>> = {
    "a list of 3.5 MB of the aggregate": modern("tools/list", {}),
    "the same from the catalogue": (host) =>
      requestBytes("GET /servers/large/tools", [["host", host]]),
    "a stream that never stops": modern("tools/call", { name: "large__flood", arguments: {} }),
  };

  for (const [title, bytes] of Object.entries(scenes))
    test(`of ${title}: the hub keeps less than 250 MB for them, and answers others`, async () => {
      const upstream = await ModernUpstream.start({
        tools: [
          tool("flood"),
          ...Array.from({ length: 10 }, (_, one) => tool(`t${one}`, { description })),
        ],
      });
      upstream.on("flood", ({ response }) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const data = { level: "info", data: "x".repeat(60_000) };
        const message = { jsonrpc: "2.0", method: "notifications/message", params: data };
        const write = () => {
          while (!response.destroyed && response.write(`data: ${JSON.stringify(message)}\n\n`));
        };
        response.on("drain", write);
        write();
        return undefined;
      });
      const hub = await startHub();
      await register(hub, "large", upstream.endpoint);
      await hub.status("large", "up");
      const tools = () => fetch(`${hub.url}/servers/large/tools`).then((answer) => answer.text());
      await until("its tools to be read", async () => (await tools()).length > 3 * mib);
      const idle = await memoryOf(hub);
      let most = 0;
      for (let batch = 0; batch < 20; batch += 1) {
        for (let one = 0; one < 10; one += 1) {
          const socket = connect({ port: hub.port, host: "127.0.0.1" });
          closeLater(() => void socket.destroy());
          socket.on("error", () => undefined).pause();
          // The operating system itself takes some megabytes of each.
          for (let ahead = 0; ahead < 4; ahead += 1) socket.write(bytes(`127.0.0.1:${hub.port}`));
        }
        most = Math.max(most, await memoryOf(hub));
      }
      for (let look = 0; look < 20; look += 1) {
        most = Math.max(most, await memoryOf(hub));
        expect(await statusFrom(hub, "127.0.0.1", "GET /servers")).toBe(200);
      }
      expect(most - idle).toBeLessThan(250 * mib);
      // Who reads gets the whole of it.
      expect((await tools()).length).toBeGreaterThan(3 * mib);
    });
});
