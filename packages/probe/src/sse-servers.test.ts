import type { RequestListener, ServerResponse } from "node:http";
import type { ProbeTarget } from "@hub/core";
import { eventText } from "@hub/mcp";
import { closeServers, codeOf, createTestDialer, rpcOf, serve, stream } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createProber } from "./prober.js";

afterEach(closeServers);

const prober = createProber({ dialer: createTestDialer(), version: "1.2.3" });
const full = { full: true, timeoutMs: 2_000 };
const target = (origin: string): ProbeTarget => ({
  endpoint: `${origin}/sse`,
  transport: "sse",
  candidates: [],
});

type Behaviour = {
  /** What the first event says. Default: a path. */
  readonly endpoint?: string;
  /** What comes before an answer on the stream. */
  readonly before?: string;
};

/** An HTTP+SSE server of 2024-11-05. */
function sseServer({ endpoint = "/messages?session=1", before = "" }: Behaviour) {
  let out: ServerResponse | undefined;
  const said: string[] = [];
  const listener: RequestListener = async (request, response) => {
    if (request.method === "GET" && request.url === "/sse") {
      out = stream(response);
      out.write(eventText({ event: "endpoint", data: endpoint }));
      return;
    }
    if (request.method !== "POST" || !request.url?.startsWith("/messages"))
      return void response.writeHead(404).end();
    const rpc = await rpcOf(request);
    said.push(`${request.url} ${rpc.method}`);
    response.writeHead(202).end("Accepted");
    if (rpc.id === undefined) return;
    const introduction = {
      protocolVersion: "2024-11-05",
      capabilities: { tools: {} },
      serverInfo: { name: "weather", version: "1" },
    };
    const result = rpc.method === "initialize" ? introduction : { tools: [{ name: "greet" }] };
    out?.write(before);
    out?.write(
      eventText({ event: "message", data: JSON.stringify({ jsonrpc: "2.0", id: rpc.id, result }) }),
    );
  };
  return { listener, said };
}

describe("an HTTP+SSE server", () => {
  test.each([
    ["a path", "/messages?session=1", "/messages?session=1"],
    ["a path beside the stream's", "messages?session=2", "/messages?session=2"],
    ["a path with white space around it", "  /messages/3 ", "/messages/3"],
    ["a path with dots", "/x/../messages", "/messages"],
  ])("may name %s for messages", async (_, endpoint, asked) => {
    const { listener, said } = sseServer({ endpoint });
    const server = await serve(listener);
    expect(await prober.probe(target(server.origin), full)).toMatchObject({
      ok: true,
      transport: "sse",
      snapshot: { tools: [{ key: "greet" }] },
    });
    expect(said).toEqual(
      ["initialize", "notifications/initialized", "tools/list"].map((one) => `${asked} ${one}`),
    );
  });

  test("may name a whole URL of its own origin, of which user and password do not count", async () => {
    const server = await serve((request, response) => inner.listener(request, response));
    const inner = sseServer({
      endpoint: `http://user:secret@127.0.0.1:${server.port}/messages/4`,
    });
    expect(await prober.probe(target(server.origin), full)).toMatchObject({ ok: true });
    expect(inner.said[0]).toBe("/messages/4 initialize");
    expect(server.headers.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  test.each([
    ["http://127.0.0.2:1/messages", "another origin"],
    ["https://elsewhere.example/messages", "another origin"],
  ])("that wants messages at %s gets none", async (endpoint, said) => {
    const { listener, said: messages } = sseServer({ endpoint });
    const server = await serve(listener);
    const outcome = await prober.probe(target(server.origin), full);
    expect(codeOf(outcome)).toBe("NOT_MCP");
    expect(!outcome.ok && outcome.finding.cause).toContain(said);
    expect(messages).toEqual([]);
  });

  test("may say whatever it likes before it answers", async () => {
    const asking = { jsonrpc: "2.0", id: 1, method: "roots/list" };
    const telling = { jsonrpc: "2.0", method: "notifications/message", params: {} };
    const other = { jsonrpc: "2.0", id: 99, result: { protocolVersion: "1999-01-01" } };
    const before = [
      ": a comment\n\n",
      eventText({ event: "ping", data: "{}" }),
      eventText({ data: " " }),
      ...[asking, telling, other].map((one) => eventText({ data: JSON.stringify(one) })),
    ].join("");
    const { listener } = sseServer({ before });
    const server = await serve(listener);
    expect(await prober.probe(target(server.origin), full)).toMatchObject({
      ok: true,
      protocolVersion: "2024-11-05",
    });
  });

  test.each([
    ["names no URL for messages", { endpoint: "http://" }],
    ["writes what is no JSON on its stream", { before: eventText({ data: "hello" }) }],
  ])("that %s is not up", async (_, behaviour) => {
    const { listener } = sseServer(behaviour);
    // Whatever else it is asked, it has an answer that says nothing.
    const server = await serve((request, response) => {
      if (request.method === "GET" || request.url?.startsWith("/messages") === true)
        return listener(request, response);
      response.writeHead(200, { "content-type": "text/html" }).end("<p>");
    });
    expect(codeOf(await prober.probe(target(server.origin), full))).toBe("NOT_MCP");
  });

  test.each([
    [401, { ok: true, needsToken: true }],
    [403, { ok: true, needsToken: true }],
    [500, { ok: false, finding: { code: "SERVER_ERROR" } }],
  ])("that refuses messages with HTTP %i is found out at once", async (status, expected) => {
    const { listener } = sseServer({});
    const server = await serve(async (request, response) => {
      if (request.method === "GET") return listener(request, response);
      response.writeHead(status).end();
    });
    expect(await prober.probe(target(server.origin), full)).toMatchObject(expected);
  });

  test("that says no in JSON-RPC has no common revision, or refuses", async () => {
    const server = await serve((request, response) => refusing(request, response));
    let out: ServerResponse | undefined;
    const refusing: RequestListener = async (request, response) => {
      if (request.method === "GET" && request.url === "/sse") {
        out = stream(response);
        return void out.write(eventText({ event: "endpoint", data: "/messages" }));
      }
      if (request.url !== "/messages") return void response.writeHead(404).end();
      const { id } = await rpcOf(request);
      response.writeHead(202).end();
      const error = { code: -32602, message: "Unsupported protocol version" };
      out?.write(eventText({ data: JSON.stringify({ jsonrpc: "2.0", id, error }) }));
    };
    const outcome = await prober.probe(target(server.origin), full);
    expect(codeOf(outcome)).toBe("NOT_MCP");
    expect(!outcome.ok && outcome.finding.cause).toContain("-32602");
  });

  test("keeps its stream no longer than the probe", async () => {
    let isClosed: Promise<void> | undefined;
    const { listener } = sseServer({});
    const server = await serve((request, response) => {
      if (request.method === "GET")
        isClosed = new Promise((resolve) => response.once("close", () => resolve()));
      listener(request, response);
    });
    await prober.probe(target(server.origin), full);
    expect(isClosed).toBeDefined();
    await isClosed;
  });
});
