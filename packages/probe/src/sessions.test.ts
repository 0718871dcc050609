import type { RequestListener } from "node:http";
import type { ProbeTarget } from "@hub/core";
import { closeServers, createTestDialer, legacy, rpcOf, sendJson, serve } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createProber } from "./prober.js";

afterEach(closeServers);

const quick = { full: false, timeoutMs: 10_000 };
const greeted = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: {} };

/** A server of 2025 that counts its sessions, and lets each be ended as `end` says. */
function counting(end: (id: string) => number) {
  const asked: { method: string; id: number | undefined; session: string | undefined }[] = [];
  const open = new Set<string>();
  let last = 0;
  const listener: RequestListener = async (request, response) => {
    const session = request.headers["mcp-session-id"]?.toString();
    if (request.method === "DELETE") {
      const status = end(session ?? "");
      if (status < 300) open.delete(session ?? "");
      asked.push({ method: "DELETE", id: undefined, session });
      return void response.writeHead(status).end();
    }
    const { id, method } = await rpcOf(request);
    asked.push({ method, id, session });
    if (method === "initialize") {
      last += 1;
      open.add(`session-${last}`);
      const headers = { "mcp-session-id": `session-${last}` };
      return sendJson(response, 200, { jsonrpc: "2.0", id, result: greeted }, headers);
    }
    if (!open.has(session ?? "")) {
      const error = { code: -32001, message: "Session not found" };
      return sendJson(response, 404, { jsonrpc: "2.0", id, error });
    }
    sendJson(response, 200, { jsonrpc: "2.0", id, result: {} });
  };
  return { listener, asked, open };
}

const target = (endpoint: string, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  endpoint,
  transport: "streamable-http",
  candidates: [],
  knownEra: "legacy",
  serverId: "one",
  ...more,
});
const proberOf = () => createProber({ dialer: createTestDialer(), version: "1.2.3" });

describe("a session of a probe", () => {
  test("is ended with it", async () => {
    const { listener, asked, open } = counting(() => 200);
    const server = await serve(listener);
    const prober = proberOf();
    for (let probe = 0; probe < 3; probe += 1)
      expect(await prober.probe(target(`${server.origin}/mcp`), quick)).toMatchObject({ ok: true });
    expect(open.size).toBe(0);
    expect(asked.map(({ method }) => method)).toEqual(
      Array.from({ length: 3 }, () => ["initialize", "DELETE"]).flat(),
    );
  });

  test.each([405, 404, 500])(
    "that its server does not end (HTTP %i) is used again by the next probe",
    async (status) => {
      const { listener, asked, open } = counting(() => status);
      const server = await serve(listener);
      const prober = proberOf();
      for (let probe = 0; probe < 4; probe += 1)
        expect(await prober.probe(target(`${server.origin}/mcp`), quick)).toMatchObject({
          ok: true,
          era: "legacy",
        });
      expect(open.size).toBe(1);
      expect(asked.filter(({ method }) => method === "initialize")).toHaveLength(1);
      const pings = asked.filter(({ method }) => method === "ping");
      expect(pings.map(({ session }) => session)).toEqual(pings.map(() => "session-1"));
      // No id is used twice in a session.
      const ids = asked.flatMap(({ id }) => (id === undefined ? [] : [id]));
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  test("that was kept, and that its server forgot, gives way to a new one", async () => {
    const { listener, asked, open } = counting(() => 405);
    const server = await serve(listener);
    const prober = proberOf();
    await prober.probe(target(`${server.origin}/mcp`), quick);
    open.clear();
    expect(await prober.probe(target(`${server.origin}/mcp`), quick)).toMatchObject({ ok: true });
    expect([...open]).toEqual(["session-2"]);
    expect(asked.filter(({ method }) => method === "ping")).toHaveLength(1);
    await prober.probe(target(`${server.origin}/mcp`), quick);
    expect(asked.at(-1)).toMatchObject({ method: "ping", session: "session-2" });
  });

  test("that was kept is no other server's at the same URL", async () => {
    const { listener, open } = counting(() => 405);
    const server = await serve(listener);
    const prober = proberOf();
    await prober.probe(target(`${server.origin}/mcp`, { serverId: "one" }), quick);
    await prober.probe(target(`${server.origin}/mcp`, { serverId: "two" }), quick);
    expect(open.size).toBe(2);
  });

  test("lives on where its server knows no ping", async () => {
    const { listener, open } = counting(() => 405);
    const server = await serve(async (request, response) => {
      const copy = request.headers["mcp-session-id"];
      if (request.method !== "POST" || copy === undefined) return listener(request, response);
      const { id } = await rpcOf(request);
      const error = { code: -32601, message: "Method not found" };
      sendJson(response, 200, { jsonrpc: "2.0", id, error });
    });
    const prober = proberOf();
    for (let probe = 0; probe < 3; probe += 1)
      expect(await prober.probe(target(`${server.origin}/mcp`), quick)).toMatchObject({ ok: true });
    expect(open.size).toBe(1);
  });

  test("whose end hangs holds nobody up for longer than a farewell may take", async () => {
    const answer = legacy(() => ({ tools: [] }), { sessionId: "kept" });
    const server = await serve((request, response) => {
      if (request.method !== "DELETE") answer(request, response);
    });
    expect(await proberOf().probe(target(`${server.origin}/mcp`), quick)).toMatchObject({
      ok: true,
    });
  });

  test("that a refused handshake has opened is ended all the same", async () => {
    const ended: unknown[] = [];
    const server = await serve(async (request, response) => {
      if (request.method === "DELETE") {
        ended.push(request.headers["mcp-session-id"]);
        return void response.writeHead(200).end();
      }
      const { id } = await rpcOf(request);
      const result = { ...greeted, protocolVersion: "1999-01-01" };
      sendJson(response, 200, { jsonrpc: "2.0", id, result }, { "mcp-session-id": "left" });
    });
    expect(await proberOf().probe(target(`${server.origin}/mcp`), quick)).toMatchObject({
      ok: false,
      finding: { code: "NO_COMMON_VERSION" },
    });
    expect(ended).toContain("left");
  });

  test.each([
    ["with a space", "one two"],
    ["of 1,025 characters", "x".repeat(1_025)],
  ])("%s cannot be sent back, so the server is not up", async (_, sessionId) => {
    const server = await serve(legacy(() => ({ tools: [] }), { sessionId }));
    expect(await proberOf().probe(target(`${server.origin}/mcp`), quick)).toMatchObject({
      ok: false,
      finding: { code: "NOT_MCP", cause: expect.stringContaining("session id") },
    });
  });

  test("is named in every request after the first, with the revision", async () => {
    const server = await serve(legacy(() => ({ tools: [] }), { sessionId: "the-one" }));
    await proberOf().probe(target(`${server.origin}/mcp`), { full: true, timeoutMs: 10_000 });
    const inSession = server.headers.filter((one) => one["mcp-method"] === undefined).slice(1);
    expect(inSession.length).toBeGreaterThan(2);
    for (const one of inSession)
      expect(one).toMatchObject({
        "mcp-session-id": "the-one",
        "mcp-protocol-version": "2025-11-25",
      });
  });
});
