import type { ProbeTarget } from "@hub/core";
import {
  closedPort,
  closeServers,
  createTestDialer,
  modern,
  type RpcRequest,
  rpcOf,
  serve,
  serveV1,
  serveV1InV2Handler,
  serveV1Sse,
  serveV2,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createProber } from "./prober.js";

afterEach(closeServers);

const prober = createProber({ dialer: createTestDialer(), version: "1.2.3" });
const full = { full: true, timeoutMs: 30_000 };
const quick = { full: false, timeoutMs: 30_000 };

function target(endpoint: string, more: Partial<ProbeTarget> = {}): ProbeTarget {
  return { endpoint, transport: "streamable-http", candidates: [], ...more };
}

describe("a server that answers", () => {
  test("a modern server is discovered and read", async () => {
    const server = await serveV2({ legacy: "reject" });
    const outcome = await prober.probe(target(`${server.origin}/mcp`), full);
    expect(outcome).toMatchObject({
      ok: true,
      era: "modern",
      protocolVersion: "2026-07-28",
      serverName: "weather",
      serverVersion: "2.0.0",
      needsToken: false,
      transport: "streamable-http",
      warnings: [],
    });
    expect(outcome.ok && outcome.snapshot?.tools.map((one) => one.key)).toEqual(["greet"]);
    expect(outcome.ok && outcome.snapshot?.resources.map((one) => one.key)).toEqual([
      "text://readme",
    ]);
  });

  test("a legacy server with sessions is initialised, read, and keeps no session", async () => {
    const server = await serveV1();
    const outcome = await prober.probe(target(`${server.origin}/mcp`), full);
    expect(outcome).toMatchObject({
      ok: true,
      era: "legacy",
      protocolVersion: "2025-11-25",
      serverName: "weather",
      warnings: [],
    });
    expect(outcome.ok && outcome.snapshot?.prompts.map((one) => one.key)).toEqual(["hello"]);
    expect(server.sessions.size).toBe(0);
    expect(server.requests.at(-1)).toBe("DELETE /mcp");
  });

  test("a quick probe asks in the known way only, and reads nothing", async () => {
    const server = await serveV1();
    const known = target(`${server.origin}/mcp`, { knownEra: "legacy" });
    const outcome = await prober.probe(known, quick);
    expect(outcome).toMatchObject({ ok: true, era: "legacy" });
    expect(outcome).not.toHaveProperty("snapshot");
    expect(server.requests).toEqual(["POST /mcp", "DELETE /mcp"]);
  });

  test("a known way that works no more gives way to the other", async () => {
    const server = await serveV2({ legacy: "reject" });
    const outcome = await prober.probe(
      target(`${server.origin}/mcp`, { knownEra: "legacy" }),
      quick,
    );
    expect(outcome).toMatchObject({ ok: true, era: "modern" });
  });

  test("an HTTP+SSE server is read over its stream", async () => {
    const server = await serveV1Sse();
    const outcome = await prober.probe(target(`${server.origin}/sse`, { transport: "sse" }), full);
    expect(outcome).toMatchObject({ ok: true, transport: "sse", era: "legacy", warnings: [] });
    expect(outcome.ok && outcome.snapshot?.tools.map((one) => one.key)).toEqual(["greet"]);
  });

  test("declared sse, but its stream stays silent: streamable HTTP is tried in time", async () => {
    const answer = modern(() => ({ tools: [] }));
    const server = await serve((request, response) =>
      request.method === "GET"
        ? void response.writeHead(200, { "content-type": "text/event-stream" }).write(": hi\n\n")
        : answer(request, response),
    );
    const declared = target(`${server.origin}/mcp`, { transport: "sse" });
    const outcome = await prober.probe(declared, { full: false, timeoutMs: 6_000 });
    expect(outcome).toMatchObject({
      ok: true,
      transport: "streamable-http",
      warnings: [expect.stringContaining("registered as sse")],
    });
  });

  test("the transport that answered is asked first the next time", async () => {
    const server = await serveV2();
    const own = createProber({ dialer: createTestDialer(), version: "1.2.3" });
    const declared = target(`${server.origin}/mcp`, { transport: "sse" });
    expect(await own.probe(declared, quick)).toMatchObject({
      ok: true,
      transport: "streamable-http",
    });
    expect(server.requests).toEqual(["GET /mcp", "POST /mcp"]);
    expect(await own.probe(declared, quick)).toMatchObject({
      ok: true,
      warnings: [expect.stringContaining("registered as sse")],
    });
    expect(server.requests).toEqual(["GET /mcp", "POST /mcp", "POST /mcp"]);
  });

  test("a known way that is slow gets most of the time", async () => {
    const answer = modern(() => ({ tools: [] }));
    const server = await serve((request, response) => {
      setTimeout(() => answer(request, response), 4_000);
    });
    const known = target(`${server.origin}/mcp`, { knownEra: "modern" });
    expect(await prober.probe(known, { full: false, timeoutMs: 7_000 })).toMatchObject({
      ok: true,
    });
  });

  test("an SDK v1 instance in createMcpHandler works for legacy clients, with a warning", async () => {
    const server = await serveV1InV2Handler();
    const outcome = await prober.probe(target(`${server.origin}/mcp`), full);
    expect(outcome).toMatchObject({ ok: true, era: "legacy" });
    expect(outcome.ok && outcome.warnings.join()).toContain("SDK v1");
  });
});

describe("a server that does not", () => {
  test("nothing listens", async () => {
    const port = await closedPort();
    const outcome = await prober.probe(target(`http://127.0.0.1:${port}/mcp`), full);
    expect(outcome).toMatchObject({
      ok: false,
      finding: { step: "connect", code: "NOTHING_LISTENS" },
    });
  });

  test("a web page is no MCP server", async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<p>SECRET-MARK"),
    );
    const outcome = await prober.probe(target(`${server.origin}/mcp`), full);
    expect(outcome).toMatchObject({ ok: false, finding: { step: "mcp", code: "NOT_MCP" } });
    expect(JSON.stringify(outcome)).not.toContain("SECRET-MARK");
  });
});

describe("answers as event streams", () => {
  const say = (id: number | undefined) =>
    JSON.stringify({
      jsonrpc: "2.0",
      id,
      result: { supportedVersions: ["2026-07-28"], capabilities: { logging: {} } },
    });

  test.each([
    [
      "comments and a priming event",
      (answer: string) => `: hello\n\nid: 1\nretry: 10\ndata:\n\ndata: ${answer}\n\n`,
    ],
    [
      "other messages before the answer",
      (answer: string) =>
        `data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\ndata: {"jsonrpc":"2.0","id":1,"method":"ping"}\n\nevent: message\ndata: ${answer}\n\n`,
    ],
    [
      "line ends of every kind",
      (answer: string) => `\uFEFF: x\r\revent: message\r\ndata: ${answer}\r\n\r\n`,
    ],
    [
      "an answer in several lines",
      (answer: string) => `data: ${answer.replaceAll(",", ",\ndata: ")}\n\n`,
    ],
    ["other events", (answer: string) => `event: ping\ndata: {}\n\ndata: ${answer}\n\n`],
  ])("with %s", async (_, wrap) => {
    const server = await serve(async (request, response) => {
      const { id } = await rpcOf(request);
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      // In small pieces, and left open: what counts is the answer, not the end.
      for (const piece of wrap(say(id)).match(/[\s\S]{1,7}/g) ?? []) response.write(piece);
    });
    const outcome = await prober.probe(target(`${server.origin}/mcp`), quick);
    expect(outcome).toMatchObject({ ok: true, era: "modern" });
  });
});

test("only kinds that the server declares are asked for", async () => {
  const asked: string[] = [];
  const server = await serve(
    modern(
      (rpc) => {
        asked.push(rpc.method);
        return { prompts: [{ name: "hello" }] };
      },
      { prompts: {} },
    ),
  );
  const outcome = await prober.probe(target(`${server.origin}/mcp`), full);
  expect(outcome.ok && outcome.snapshot?.prompts).toHaveLength(1);
  expect(asked).toEqual(["prompts/list"]);
});

test("every modern request carries the envelope and its headers", async () => {
  const bodies: RpcRequest[] = [];
  const server = await serve(
    modern((rpc) => {
      bodies.push(rpc);
      return { tools: [] };
    }),
  );
  await prober.probe(target(`${server.origin}/mcp`), full);
  expect(server.headers.at(-1)).toMatchObject({
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/list",
    accept: "application/json, text/event-stream",
  });
  expect(bodies[0]?.params).toEqual({
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "mcp-hub", version: "1.2.3" },
      "io.modelcontextprotocol/clientCapabilities": {
        sampling: {},
        elicitation: { form: {}, url: {} },
      },
    },
  });
});

describe("a server that wants a token", () => {
  test.each([
    [401, {}],
    [401, { "www-authenticate": "Bearer" }],
    [403, { "www-authenticate": 'Bearer error="insufficient_scope"' }],
    [403, {}],
    [407, {}],
  ])("is alive: HTTP %i %j", async (status, headers) => {
    const server = await serve((_, response) => response.writeHead(status, headers).end());
    for (const transport of ["streamable-http", "sse"] as const) {
      const outcome = await prober.probe({ ...target(`${server.origin}/mcp`), transport }, full);
      expect(outcome).toMatchObject({
        ok: true,
        needsToken: true,
        finding: { code: "NEEDS_TOKEN", step: "http", cause: expect.stringContaining(`${status}`) },
        warnings: [],
      });
    }
  });

  test("is not the one that refuses the hub's Host header, in whatever words", async () => {
    const server = await serve((_, response) =>
      response.writeHead(403).end("Access is only allowed at localhost:8931"),
    );
    expect(await prober.probe(target(`${server.origin}/mcp`), full)).toMatchObject({
      ok: false,
      finding: { code: "HOST_REFUSED" },
    });
  });
});

describe("limits of a probe", () => {
  test("its time is kept, and its signal obeyed", async () => {
    const hanging = await serve(() => undefined);
    const slow = await prober.probe(target(`${hanging.origin}/mcp`), {
      full: false,
      timeoutMs: 150,
    });
    expect(slow).toMatchObject({ ok: false, finding: { code: "TOO_SLOW" } });
    const giveUp = new AbortController();
    const given = prober.probe(target(`${hanging.origin}/mcp`), {
      full: true,
      timeoutMs: 3_600_000,
      signal: giveUp.signal,
    });
    giveUp.abort();
    // Long before its time is over, or this test would take as long.
    expect((await given).ok).toBe(false);
  });

  test("a path is looked for once, not with every probe", async () => {
    const server = await serveV2({ path: "/right/mcp" });
    const wrong = target(`${server.origin}/right`);
    expect(await prober.probe(wrong, full)).toMatchObject({
      ok: false,
      finding: { code: "WRONG_PATH", suggestion: { endpoint: `${server.origin}/right/mcp` } },
    });
    const asked = server.requests.length;
    const again = await prober.probe(wrong, quick);
    expect(again).toMatchObject({
      finding: { suggestion: { endpoint: `${server.origin}/right/mcp` } },
    });
    expect(server.requests.length - asked).toBeLessThan(4);
  });

  test("a target that is no URL is a failed probe, not an exception", async () => {
    const outcome = await prober.probe(target("no url"), quick);
    expect(outcome.ok).toBe(false);
  });
});
