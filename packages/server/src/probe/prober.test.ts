import type { ProbeTarget } from "@hub/core";
import { afterEach, describe, expect, test } from "vitest";
import { createTestDialer } from "../../test/probe/dialer.js";
import { closedPort, closeServers, serve } from "../../test/probe/http-server.js";
import { serveV1, serveV1InV2Handler, serveV1Sse, serveV2 } from "../../test/probe/mcp-servers.js";
import { createProber } from "./prober.js";

afterEach(closeServers);

const prober = createProber({ dialer: createTestDialer(), version: "1.2.3" });
const full = { full: true, timeoutMs: 3_000 };
const quick = { full: false, timeoutMs: 3_000 };

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
