import { freePort, until } from "@hub/testing";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { register } from "../src/index.js";
import { connectClient } from "./support/clients.js";
import { greets, useHub } from "./support/harness.js";
import { HubStub } from "./support/hub-stub.js";
import { createFastMcp, createV1, createV2 } from "./support/servers.js";

const harness = useHub();
const { start } = harness;
afterEach(() => void vi.unstubAllEnvs());

describe("register", () => {
  test("serves on a free port, registers name, version and URL, and tells what the hub found", async () => {
    const registered = start(createV1(), { tags: ["demo"], serviceKey: "k" });
    expect(registered.status).toBe("starting");
    await registered.ready;
    await until("the registration", () => registered.status === "registered");
    expect(registered.url).toBe(`http://127.0.0.1:${registered.port}/mcp`);
    expect(harness.hub.registrations()).toEqual([
      {
        name: "Greeter One",
        version: "1.2.3",
        transport: "streamable-http",
        endpoint: registered.url,
        instanceId: expect.stringMatching(/^[0-9a-f]{16}$/),
        lease: {},
        tags: ["demo"],
        serviceKey: "k",
      },
    ]);
    await until("the finding", () => harness.log.length === 2);
    expect(harness.messages()).toEqual([
      `info: registered "Greeter One" at ${harness.hub.url}/servers/server-id`,
      `info: the hub reaches it at ${registered.url} (1 tool)`,
    ]);
    await greets(registered.url);
  });

  test("tells why the hub cannot reach it and what to do", async () => {
    harness.hub.instance = {
      status: "unreachable",
      problem: { cause: "Nothing listens.", fix: "Start it." },
    };
    const registered = start(createV1());
    await until("the finding", () => harness.log.length === 2);
    expect(harness.messages()[1]).toBe(
      `warn: the hub cannot reach ${registered.url}: Nothing listens. Start it.`,
    );
  });

  test("tells what the hub does not show of it, and why", async () => {
    const warnings = ['The tool "a" is left out of /mcp and of toolsets: its inputSchema is 5.'];
    harness.hub.instance = { status: "up", warnings };
    start(createV1());
    await until("the warning", () => harness.log.length === 3);
    expect(harness.messages()[2]).toBe(`warn: the hub says: ${warnings[0]}`);
  });

  test("a failed connection of the hub's own is no matter of a proxy, and says so", async () => {
    vi.stubEnv("HTTP_PROXY", "");
    harness.hub.instance = {
      status: "unreachable",
      problem: { step: "tls", cause: "Its certificate is not trusted.", fix: "Trust it." },
    };
    start(createV1());
    await until("the finding", () => harness.log.length === 2);
    expect(harness.messages()[1]).toContain(
      "Trust it. (The hub connects directly: it uses no proxy.)",
    );

    vi.stubEnv("HTTP_PROXY", "http://proxy.example:3128");
    vi.stubEnv("NO_PROXY", "");
    vi.stubEnv("no_proxy", "");
    harness.hub.instance = {
      status: "unreachable",
      problem: { step: "connect", cause: "Nothing listens.", fix: "Start it." },
    };
    start(createV1());
    await until("the second finding", () => harness.log.length === 4);
    expect(harness.messages()[3]).toContain(
      "Start it. (The hub connects directly: it uses no proxy.)",
    );
  });

  test("with a proxy set, a hub that cannot be reached is told with the code and the way round it", async () => {
    vi.stubEnv("HTTP_PROXY", "http://me:secret@proxy.example:3128");
    vi.stubEnv("NO_PROXY", "");
    vi.stubEnv("no_proxy", "");
    await harness.hub.stop();
    start(createV1());
    await until("the warning", () => harness.log.length === 1);
    expect(harness.messages()[0]).toBe(
      `warn: The hub at ${harness.hub.url} cannot be reached (ECONNREFUSED). HTTP_PROXY is set: if a proxy catches this address, set NO_PROXY=127.0.0.1. The server runs without it, and registers when the hub appears (MCP_HUB_URL).`,
    );
  });

  test("what answers at the hub's URL and is none is told, with what to do", async () => {
    harness.hub.intercept = () => ({ status: 200, body: { hello: "world" } });
    start(createV1());
    await until("the error", () => harness.log.length === 1);
    expect(harness.messages()[0]).toMatch(
      /^error: http:.* answers, but not as an MCP Hub \(.*\)\. MCP_HUB_URL must be the hub's own base URL/,
    );
  });

  test.each([
    [{ status: "up", endpoint: "no URL" }],
    [{ status: "up", registeredEndpoint: null, warnings: null }],
    [{ status: "unreachable", problem: { step: 7 }, endpoint: "" }],
  ])("a hub that says nonsense of the server does not end its process: %j", async (instance) => {
    harness.hub.instance = instance;
    const registered = start(createV1(), { advertiseUrl: "http://127.0.0.1:9/mcp" });
    await until("what the hub says", () => harness.log.length >= 2);
    expect(registered.status).toBe("registered");
  });

  test("tools added in the same tick are served", async () => {
    const server = new ServerV1({ name: "late", version: "1" });
    const registered = start(server);
    server.registerTool("late", {}, async () => ({ content: [{ type: "text", text: "yes" }] }));
    await registered.ready;
    const client = await connectClient("v1", registered.url ?? "");
    expect(await client.listTools()).toEqual(["late"]);
    await client.close();
  });

  test("serves a factory and npm fastmcp", async () => {
    await greets((await start(() => createV2()).ready).url);
    await greets((await start(createFastMcp()).ready).url);
    await until("the second registration", () => harness.hub.registrations().length === 2);
    expect(
      harness.hub
        .registrations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["Greeter Fast", "Greeter Two"]);
  });

  test("close deregisters and frees the port", async () => {
    const registered = start(createV1());
    await until("the registration", () => registered.status === "registered");
    await registered.close();
    expect(registered.status).toBe("closed");
    expect(harness.hub.registered).toEqual([]);
    const again = await start(createV1(), { port: registered.port }).ready;
    expect(again.port).toBe(registered.port);
  });

  test("closed at once it leaves nothing behind", async () => {
    const registered = start(createV1());
    await registered.close();
    await registered.ready;
    expect([registered.status, registered.url, harness.hub.seen]).toEqual([
      "closed",
      undefined,
      [],
    ]);
  });

  test("a taken port is the program's error, with a sentence", async () => {
    const { port } = await start(createV1()).ready;
    await expect(
      register(createV1(), { port, hubUrl: harness.hub.url, signals: false }).ready,
    ).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
  });

  test.each([
    [undefined, "got undefined"],
    [{}, "got an object of class Object"],
    ["ftp://x", "Expected an http(s) URL"],
    [42, "got a number"],
  ])("%s is refused at once", (target, text) => {
    expect(() => register(target as never)).toThrow(TypeError);
    expect(() => register(target as never)).toThrow(text);
  });

  test("a server that is connected already is refused at once", async () => {
    const server = createV1();
    await start(server).ready;
    expect(() => register(server)).toThrow("already connected");
  });

  test("registers at several hubs, and one that is no URL does not stop it serving", async () => {
    const second = await new HubStub().start();
    harness.cleanups.push(() => second.stop());
    start(createV1(), { hubUrl: `${harness.hub.url}/, ${second.url}/mcp` });
    await until(
      "both registrations",
      () => harness.hub.registered.length === 1 && second.registered.length === 1,
    );
    await greets((await start(createV1(), { hubUrl: "http://" }).ready).url);
    expect(harness.messages().join()).toContain("is not a URL");
  });

  test("a URL is registered once something listens there", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/mcp`;
    const registered = start(url);
    await until("the waiting line", () => harness.log.length === 1);
    expect(harness.hub.registrations()).toEqual([]);
    const served = await start(createV2(), { port, hubUrl: "http://127.0.0.1:1" }).ready;
    await registered.ready;
    await until("the registration", () => harness.hub.registrations().length === 1);
    expect(harness.hub.registrations()[0]).toMatchObject({
      name: "Greeter Two",
      version: "2.0.0",
      endpoint: url,
    });
    await served.close();
  });

  test("the advertised URL can be whole or a base, and its host is let in", async () => {
    const whole = await start(createV1(), { advertiseUrl: "https://tools.example/a/mcp" }).ready;
    expect(whole.url).toBe("https://tools.example/a/mcp");
    const base = await start(createV1(), { advertiseUrl: "http://weather:9000", path: "/x" }).ready;
    expect(base.url).toBe("http://weather:9000/x");
    await until("the second registration", () => harness.hub.registrations().length === 2);
    expect(harness.hub.registrations()[1]?.candidates).toEqual([`http://127.0.0.1:${base.port}/x`]);
    expect(await statusFor(base.port, "/x", { host: "weather:9000" })).toBe(200);
  });

  test("a changed tool list is announced with a heartbeat", async () => {
    const server = createV1();
    start(server);
    await until("a heartbeat with a hash", () =>
      harness.hub.heartbeats().some(({ capabilitiesHash }) => capabilitiesHash !== undefined),
    );
    const before = harness.hub.heartbeats().at(-1)?.capabilitiesHash;
    server.registerTool("another", {}, async () => ({ content: [] }));
    await until(
      "a heartbeat with another hash",
      () => harness.hub.heartbeats().at(-1)?.capabilitiesHash !== before,
    );
  });
});

const initialize = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "t", version: "1" },
  },
});

async function statusFor(
  port: number | undefined,
  path: string,
  headers: Record<string, string>,
  body = initialize,
) {
  const { request } = await import("node:http");
  return new Promise<number | undefined>((resolve, reject) => {
    const accept = "application/json, text/event-stream";
    const call = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method: "POST",
        headers: { "content-type": "application/json", accept, ...headers },
        // An earlier server may have had this port: its connections are of no use.
        agent: false,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

describe("the served endpoint", () => {
  test("on loopback refuses foreign hosts and origins", async () => {
    const { port } = await start(createV1(), { allowedHosts: ["tools.test"] }).ready;
    expect(await statusFor(port, "/mcp", {})).toBe(200);
    expect(await statusFor(port, "/mcp", { host: "tools.test" })).toBe(200);
    expect(await statusFor(port, "/mcp", { host: "evil.example" })).toBe(403);
    expect(await statusFor(port, "/mcp", { origin: "http://evil.example" })).toBe(403);
    expect(await statusFor(port, "/mcp", { origin: "null" })).toBe(403);
    expect(await statusFor(port, "/mcp", { origin: `http://localhost:${port}` })).toBe(200);
  });

  test("answers only at its path, and refuses what is no JSON or too much", async () => {
    const { port } = await start(createV1()).ready;
    expect(await statusFor(port, "/other", {})).toBe(404);
    expect(await statusFor(port, "/mcp", { "content-type": "text/plain" })).toBe(415);
    expect(await statusFor(port, "/mcp", {}, "{")).toBe(400);
    expect(await statusFor(port, "/mcp", {}, " ".repeat(4 * 1024 * 1024 + 1))).toBe(413);
    const chunked = { "transfer-encoding": "chunked" };
    expect(await statusFor(port, "/mcp", chunked, " ".repeat(4 * 1024 * 1024 + 1))).toBe(413);
  });

  test("an unknown session is 404 and no session is 400", async () => {
    const { port } = await start(createV1()).ready;
    const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect(await statusFor(port, "/mcp", { "mcp-session-id": "x" }, list)).toBe(404);
    expect(await statusFor(port, "/mcp", {}, list)).toBe(400);
  });

  test("an idle session is dropped", async () => {
    const { url } = await start(createV1(), { sessionIdleMs: 40 }).ready;
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const first = await fetch(url ?? "", { method: "POST", headers, body: initialize });
    const id = first.headers.get("mcp-session-id") ?? "";
    await first.text();
    const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    await until("the session to be dropped", async () => {
      const answer = await fetch(url ?? "", {
        method: "POST",
        headers: { ...headers, "mcp-session-id": id },
        body: list,
      });
      await answer.text();
      return (
        answer.status === 404 || new Promise((resolve) => setTimeout(() => resolve(false), 100))
      );
    });
  });
});
