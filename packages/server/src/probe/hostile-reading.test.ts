import { afterEach, describe, expect, test } from "vitest";
import { deep, probeHostile } from "../../test/probe/hostile.js";
import { closeServers, rpcOf, sendJson, serve } from "../../test/probe/http-server.js";
import { modern } from "../../test/probe/mcp-servers.js";

afterEach(closeServers);

const tool = (name: string, more: object = {}) => ({
  name,
  inputSchema: { type: "object" },
  ...more,
});

describe("a server that is greeted well, and then", () => {
  const read = async (answer: Parameters<typeof modern>[0]) => {
    const server = await serve(modern(answer));
    const outcome = await probeHostile(`${server.origin}/mcp`);
    if (!outcome.ok) throw new Error(outcome.finding.cause);
    return { outcome, requests: server.requests.length, warnings: outcome.warnings.join(" ") };
  };

  test("lists pages without end: 64 are read", async () => {
    let page = 0;
    const { outcome, warnings, requests } = await read(() => {
      page += 1;
      return { tools: [tool(`t${page}`)], nextCursor: `${page}` };
    });
    expect(warnings).toContain("more than 64 pages");
    expect(outcome.snapshot?.tools).toHaveLength(64);
    expect(requests).toBe(65);
  });

  test("repeats its cursor: it is asked once more and no further", async () => {
    const { outcome, warnings, requests } = await read(() => ({
      tools: [tool("a")],
      nextCursor: "same",
    }));
    expect(warnings).toContain("same cursor");
    expect(outcome.snapshot?.tools).toHaveLength(1);
    expect(requests).toBe(3);
  });

  test("lists 5,000 tools: the first 1,000 are kept", async () => {
    const tools = Array.from({ length: 5_000 }, (_, index) => tool(`t${index}`));
    const { outcome, warnings } = await read(() => ({ tools }));
    expect(warnings).toContain("more than 1000 items");
    expect(outcome.snapshot?.tools).toHaveLength(1_000);
  });

  test("sends 4 MiB in pieces: nothing is kept", async () => {
    let page = 0;
    const { outcome, warnings } = await read(() => {
      page += 1;
      return {
        tools: [tool(`t${page}`, { description: "x".repeat(1_000_000) })],
        nextCursor: `${page}`,
      };
    });
    expect(warnings).toContain("4 MiB");
    expect(outcome.snapshot).toBeUndefined();
  });

  test("nests a schema too deep: nothing of it is kept", async () => {
    const inputSchema = JSON.parse(deep(100));
    const { outcome, warnings } = await read(() => ({ tools: [tool("a", { inputSchema })] }));
    expect(warnings).toContain("64 levels");
    expect(outcome.snapshot).toBeUndefined();
  });

  test("answers something else than a list", async () => {
    for (const tools of [{}, "x", null, 7]) {
      const { outcome, warnings } = await read(() => ({ tools }));
      expect(warnings).toContain("tools/list");
      expect(outcome.snapshot).toBeUndefined();
    }
  });

  test("answers an error", async () => {
    const { outcome, warnings } = await read(() => undefined);
    expect(warnings).toContain("error -32601");
    expect(outcome.snapshot).toBeUndefined();
  });

  test("lists what is no tool, or the same twice", async () => {
    const tools = [
      null,
      1,
      "x",
      [],
      {},
      { name: 7 },
      { name: "" },
      tool("a"),
      tool("a", { x: 1 }),
      tool("b"),
    ];
    const { outcome } = await read(() => ({ tools }));
    expect(outcome.snapshot?.tools.map(({ key }) => key)).toEqual(["a", "b"]);
  });

  test("uses names that are properties of objects", async () => {
    const tools = JSON.parse(
      '[{"name":"__proto__","__proto__":{"polluted":true}},{"name":"constructor"},{"name":"toString"}]',
    );
    const { outcome } = await read(() => ({ tools, __proto__: { polluted: true } }));
    expect(outcome.snapshot?.tools.map(({ key }) => key)).toEqual([
      "__proto__",
      "constructor",
      "toString",
    ]);
    expect({}).not.toHaveProperty("polluted");
  });

  test("sends a cursor of 1 MB: it is not sent back", async () => {
    const { warnings, requests } = await read(() => ({
      tools: [],
      nextCursor: "x".repeat(1_000_000),
    }));
    expect(warnings).toContain("cursor too long");
    expect(requests).toBe(2);
  });

  test("hangs: it is alive, without a snapshot", async () => {
    const server = await serve(async (request, response) => {
      const { id, method } = await rpcOf(request);
      const result = { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
      if (method === "server/discover") sendJson(response, 200, { jsonrpc: "2.0", id, result });
    });
    const outcome = await probeHostile(`${server.origin}/mcp`);
    expect(outcome).toMatchObject({ ok: true, warnings: [expect.stringContaining("in time")] });
    expect(outcome).not.toHaveProperty("snapshot");
  });

  test("names itself in ways that mislead or fill the screen", async () => {
    const server = await serve(async (request, response) => {
      const { id } = await rpcOf(request);
      const info = {
        name: `\u202Eevil\u0000\u200B\n${"x".repeat(100_000)}`,
        version: "1\u001b[31m",
      };
      const result = {
        supportedVersions: ["2026-07-28"],
        capabilities: {},
        _meta: { "io.modelcontextprotocol/serverInfo": info },
      };
      sendJson(response, 200, { jsonrpc: "2.0", id, result });
    });
    const outcome = await probeHostile(`${server.origin}/mcp`);
    expect(outcome.ok && outcome.serverName).toMatch(/^evilx{196}$/);
    expect(outcome.ok && outcome.serverVersion).toBe("1[31m");
  });

  test("gives a session id that no header may hold", async () => {
    const server = await serve(async (request, response) => {
      const { id } = await rpcOf(request);
      const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} };
      response.setHeader("mcp-session-id", `a b\tc${"x".repeat(3_000)}`);
      sendJson(response, 200, { jsonrpc: "2.0", id, result });
    });
    const outcome = await probeHostile(`${server.origin}/mcp`, { knownEra: "legacy" });
    expect(outcome.ok).toBe(true);
    expect(server.headers.every((headers) => headers["mcp-session-id"] === undefined)).toBe(true);
  });
});
