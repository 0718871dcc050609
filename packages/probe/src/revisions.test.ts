import type { RequestListener } from "node:http";
import type { ProbeTarget } from "@hub/core";
import { legacyVersions, modernVersion, serverVersions } from "@hub/mcp";
import {
  closeServers,
  codeOf,
  createTestDialer,
  legacy,
  modern,
  rpcOf,
  sendJson,
  serve,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createProber } from "./prober.js";

afterEach(closeServers);

const prober = createProber({ dialer: createTestDialer(), version: "1.2.3" });
const full = { full: true, timeoutMs: 3_000 };
const quick = { full: false, timeoutMs: 3_000 };
const target = (endpoint: string, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  endpoint,
  transport: "streamable-http",
  candidates: [],
  ...more,
});
const noTools = () => ({ tools: [] });

/** A server of 2026-07-28 that greets with `greeting`, and knows nothing else. */
const discovering =
  (greeting: unknown): RequestListener =>
  async (request, response) => {
    const { id, method } = await rpcOf(request);
    const outcome =
      method === "server/discover"
        ? { result: greeting }
        : { error: { code: -32601, message: "no such method" } };
    sendJson(response, 200, { jsonrpc: "2.0", id, ...outcome });
  };

describe("a server of a 2025 revision", () => {
  test.each(serverVersions)("that speaks %s is up in it", async (protocolVersion) => {
    const server = await serve(legacy(noTools, { protocolVersion }));
    expect(await prober.probe(target(`${server.origin}/mcp`), full)).toMatchObject({
      ok: true,
      era: "legacy",
      protocolVersion,
      serverName: "weather",
    });
    // The version that it chose, and not the one that it was asked for.
    expect(server.headers.at(-1)).toMatchObject({ "mcp-protocol-version": protocolVersion });
  });

  test("that chooses a revision nobody knows has none in common with the hub", async () => {
    const known = new Set(serverVersions);
    let offered = "";
    const server = await serve((request, response) =>
      legacy(noTools, { protocolVersion: offered })(request, response),
    );
    const date = fc
      .tuple(fc.integer({ min: 1900, max: 2999 }), fc.integer({ min: 1, max: 99 }))
      .map(([year, day]) => `${year}-01-${String(day).padStart(2, "0")}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(date, fc.string()), async (version) => {
        fc.pre(!known.has(version));
        offered = version;
        const outcome = await prober.probe(target(`${server.origin}/mcp`), quick);
        expect(codeOf(outcome)).toBe("NO_COMMON_VERSION");
      }),
      { numRuns: 15 },
    );
  });

  test("is asked for the newest of them", async () => {
    const asked: unknown[] = [];
    const server = await serve(async (request, response) => {
      // Whatever is no initialize is refused, so that only that is seen.
      const rpc = await rpcOf(request);
      if (rpc.method === "initialize") asked.push(rpc.params?.protocolVersion);
      const error = { code: -32601, message: "no such method" };
      if (rpc.method !== "initialize")
        return sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, error });
      const result = { protocolVersion: "2024-11-05", capabilities: {}, serverInfo: {} };
      sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, result });
    });
    expect(await prober.probe(target(`${server.origin}/mcp`), quick)).toMatchObject({ ok: true });
    expect(asked).toEqual([legacyVersions[0]]);
  });

  test.each([
    ["a number", 20251125],
    ["nothing", null],
    ["a list", ["2025-11-25"]],
  ])("that writes %s for its revision is no MCP server", async (_, protocolVersion) => {
    const server = await serve(async (request, response) => {
      const { id, method } = await rpcOf(request);
      const outcome =
        method === "initialize"
          ? { result: { protocolVersion, capabilities: {}, serverInfo: {} } }
          : { error: { code: -32601, message: "no such method" } };
      sendJson(response, 200, { jsonrpc: "2.0", id, ...outcome });
    });
    expect(codeOf(await prober.probe(target(`${server.origin}/mcp`), quick))).toBe("NOT_MCP");
  });
});

describe("a server of 2026-07-28", () => {
  test("is up when it speaks that among others, in whatever order", async () => {
    const server = await serve(
      discovering({ supportedVersions: ["2099-01-01", modernVersion, "x"], capabilities: {} }),
    );
    expect(await prober.probe(target(`${server.origin}/mcp`), quick)).toMatchObject({
      ok: true,
      era: "modern",
      protocolVersion: modernVersion,
    });
  });

  test.each([
    ["of the future", ["2099-01-01"]],
    ["of which there are none", []],
    ["that are no texts", [20260728, null]],
  ])("that speaks only revisions %s has none in common with the hub", async (_, versions) => {
    const server = await serve(
      discovering({ supportedVersions: versions, capabilities: { tools: {} } }),
    );
    expect(codeOf(await prober.probe(target(`${server.origin}/mcp`), quick))).toBe(
      "NO_COMMON_VERSION",
    );
  });

  test.each([
    ["no list of revisions", { capabilities: {} }],
    ["a text for revisions", { supportedVersions: modernVersion, capabilities: {} }],
    ["no capabilities", { supportedVersions: [modernVersion] }],
    ["a list for capabilities", { supportedVersions: [modernVersion], capabilities: [] }],
  ])("that greets with %s is none", async (_, greeting) => {
    const server = await serve(discovering(greeting));
    expect(codeOf(await prober.probe(target(`${server.origin}/mcp`), quick))).toBe("NOT_MCP");
  });

  test("that names no server is up without a name", async () => {
    const server = await serve(
      discovering({ supportedVersions: [modernVersion], capabilities: {}, _meta: "none" }),
    );
    const outcome = await prober.probe(target(`${server.origin}/mcp`), quick);
    expect(outcome).toMatchObject({ ok: true, era: "modern" });
    expect(outcome).not.toHaveProperty("serverName");
  });

  test("that refuses the version once is asked once more", async () => {
    let asked = 0;
    const answer = modern(noTools);
    const server = await serve(async (request, response) => {
      asked += 1;
      if (asked > 1) return answer(request, response);
      const { id } = await rpcOf(request);
      const data = { supported: [modernVersion], requested: "2099-01-01" };
      const error = { code: -32022, message: "Unsupported protocol version", data };
      sendJson(response, 400, { jsonrpc: "2.0", id, error });
    });
    expect(await prober.probe(target(`${server.origin}/mcp`), quick)).toMatchObject({
      ok: true,
      era: "modern",
    });
    expect(asked).toBe(2);
  });

  test("that refuses the version it says it speaks, for ever, is asked no further", async () => {
    let asked = 0;
    const server = await serve(async (request, response) => {
      asked += 1;
      const { id } = await rpcOf(request);
      const data = { supported: [modernVersion] };
      sendJson(response, 400, {
        jsonrpc: "2.0",
        id,
        error: { code: -32022, message: "Unsupported protocol version", data },
      });
    });
    const outcome = await prober.probe(target(`${server.origin}/mcp`), quick);
    expect(codeOf(outcome)).toBe("NO_COMMON_VERSION");
    expect(!outcome.ok && outcome.finding.cause).toContain(modernVersion);
    expect(asked).toBeLessThanOrEqual(4);
  });

  test("that speaks 2025 only says so in an error, and is asked in that", async () => {
    const answer = legacy(noTools);
    const server = await serve(async (request, response) => {
      if (request.headers["mcp-method"] !== "server/discover") return answer(request, response);
      const { id } = await rpcOf(request);
      const data = { supported: ["2025-11-25"], requested: modernVersion };
      const error = { code: -32022, message: "Unsupported protocol version", data };
      sendJson(response, 400, { jsonrpc: "2.0", id, error });
    });
    expect(await prober.probe(target(`${server.origin}/mcp`), quick)).toMatchObject({
      ok: true,
      era: "legacy",
    });
  });
});

describe("what is known of a server", () => {
  test("is asked first by quick probes, and forgotten by full ones", async () => {
    const server = await serve(legacy(noTools));
    const known = target(`${server.origin}/mcp`, { knownEra: "legacy" });
    await prober.probe(known, quick);
    expect(server.headers.map((one) => one["mcp-method"])).toEqual([undefined]);
    await prober.probe(known, full);
    expect(server.headers[1]).toMatchObject({ "mcp-method": "server/discover" });
  });

  test("changes with an update: the server is up in the new revision", async () => {
    let answer = legacy(noTools);
    const server = await serve((request, response) => answer(request, response));
    const first = await prober.probe(target(`${server.origin}/mcp`), full);
    expect(first).toMatchObject({ ok: true, era: "legacy" });
    answer = modern(noTools);
    const known = target(`${server.origin}/mcp`, { knownEra: "legacy" });
    expect(await prober.probe(known, quick)).toMatchObject({ ok: true, era: "modern" });
    answer = legacy(noTools);
    const again = target(`${server.origin}/mcp`, { knownEra: "modern" });
    expect(await prober.probe(again, quick)).toMatchObject({ ok: true, era: "legacy" });
  });
});

describe("a server that keeps silent to server/discover, and then answers initialize", () => {
  const sessionId = "s-1";
  /** Answers `server/discover` from the given one on; every `initialize` opens a session. */
  const answersFrom = (times: number): RequestListener => {
    const asModern = modern(noTools);
    const asLegacy = legacy(noTools, { sessionId });
    let asked = 0;
    return (request, response) => {
      if (request.headers["mcp-method"] === undefined) return asLegacy(request, response);
      asked += 1;
      if (asked >= times) asModern(request, response);
    };
  };

  test("was busy when it answers server/discover then, and is up in the newer revision", async () => {
    const server = await serve(answersFrom(2));
    const outcome = await prober.probe(target(`${server.origin}/mcp`), quick);
    expect(outcome).toMatchObject({ ok: true, era: "modern" });
    expect(outcome.ok && outcome.warnings).toEqual([]);
    // The session that nobody uses is ended.
    expect(server.headers.at(-1)).toMatchObject({ "mcp-session-id": sessionId });
    expect(server.headers).toHaveLength(4);
  });

  test("is one of 2025 when it keeps silent again", async () => {
    const server = await serve(answersFrom(3));
    const outcome = await prober.probe(target(`${server.origin}/mcp`), quick);
    expect(outcome).toMatchObject({ ok: true, era: "legacy" });
    expect(outcome.ok && outcome.warnings?.join()).toContain("server/discover");
  });
});
