import { BudgetBook, type Budgets } from "@hub/core";
import {
  closeServers,
  codeOf,
  deep,
  modern,
  probeHostile,
  rpcOf,
  sendJson,
  serve,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeServers);

const tool = (name: string, more: object = {}) => ({
  name,
  inputSchema: { type: "object" },
  ...more,
});

describe("a server that is greeted well, and then", () => {
  const read = async (
    answer: Parameters<typeof modern>[0],
    limits: Partial<Budgets> = {},
    readMs?: number,
  ) => {
    const server = await serve(modern(answer));
    const budgets = new BudgetBook(limits);
    const outcome = await probeHostile(`${server.origin}/mcp`, {}, { budgets, readMs });
    if (!outcome.ok) throw new Error(outcome.finding.cause);
    // Beside them it is asked once what it says of tasks in the older revision.
    const { length: requests } = server.headers.filter(
      (one) => one["mcp-protocol-version"] === "2026-07-28",
    );
    return { outcome, requests, warnings: outcome.warnings.join(" "), budgets };
  };

  test("lists pages without end: the items it may have are read, and nothing is taken over", async () => {
    for (const tools of [[tool("one"), tool("two")], []]) {
      let page = 0;
      const { outcome, warnings, requests } = await read(
        () => {
          page += 1;
          return {
            tools: tools.map((one) => ({ ...one, name: `${one.name}${page}` })),
            nextCursor: `${page}`,
          };
        },
        { snapshotItems: 100 },
        20_000,
      );
      expect(warnings).toContain("MCP_HUB_MAX_SNAPSHOT_ITEMS");
      expect(outcome).toMatchObject({ isOverBudget: true });
      expect(outcome.snapshot).toBeUndefined();
      // The greeting, and the page that is one too many.
      expect(requests).toBe(2 + 100 / Math.max(1, tools.length));
    }
  });

  test("lists pages without end for as long as it is read: it is not read again at once", async () => {
    let page = 0;
    const { outcome, warnings } = await read(() => {
      page += 1;
      return { tools: [tool(`t${page}`)], nextCursor: `${page}` };
    });
    // A machine that is too busy for the quick pages cannot tell it from one that is slow.
    expect(outcome).toMatchObject(page > 65 ? { isOverBudget: true } : {});
    expect(warnings).toContain("not answered in time");
    expect(page).toBeLessThan(130);
  });

  test("lists 300 pages of one tool: all are read", async () => {
    let page = 0;
    const { outcome, warnings } = await read(
      () => {
        page += 1;
        return { tools: [tool(`t${page}`)], ...(page < 300 ? { nextCursor: `${page}` } : {}) };
      },
      {},
      20_000,
    );
    expect(warnings).toBe("");
    expect(outcome.snapshot?.tools).toHaveLength(300);
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

  test("lists 5,000 tools: they are read, and one more than it may have is not", async () => {
    const tools = Array.from({ length: 5_000 }, (_, index) => tool(`t${index}`));
    const { outcome } = await read(() => ({ tools }), { snapshotItems: 5_000 });
    expect(outcome.snapshot?.tools).toHaveLength(5_000);
    const more = await read(() => ({ tools }), { snapshotItems: 4_999 });
    expect(more.warnings).toContain("snapshotItems, 4999");
    expect(more.outcome.snapshot).toBeUndefined();
  });

  test("sends more bytes than it may in pieces, or in one: nothing is taken over", async () => {
    for (const size of [100_000, 5_000_000]) {
      let page = 0;
      const { outcome, warnings, budgets } = await read(
        () => {
          page += 1;
          return {
            tools: [tool(`t${page}`, { description: "x".repeat(size) })],
            nextCursor: `${page}`,
          };
        },
        { snapshotBytes: 1_000_000 },
        120_000,
      );
      expect(warnings).toContain("MCP_HUB_MAX_SNAPSHOT_BYTES");
      expect(outcome).toMatchObject({ isOverBudget: true });
      expect(outcome.snapshot).toBeUndefined();
      expect(budgets.report().find(({ name }) => name === "snapshotBytes")?.refused).toBe(1);
    }
  });

  test("never answers one list: that is given up, and the others are read", async () => {
    const answer = modern(
      ({ method }) => (method === "prompts/list" ? { prompts: [{ name: "ask" }] } : undefined),
      { tools: {}, prompts: {} },
    );
    const server = await serve((request, response) => {
      if (request.headers["mcp-method"] !== "tools/list") answer(request, response);
    });
    const outcome = await probeHostile(`${server.origin}/mcp`);
    expect(outcome).toMatchObject({ ok: true, unread: ["tools"] });
    if (!outcome.ok) return;
    expect(outcome.snapshot?.prompts).toHaveLength(1);
    expect(outcome.warnings.join()).toContain("tools/list was not answered in time");
  });

  test("offers more than a greeting may take: it is read", async () => {
    const tools = Array.from({ length: 6 }, (_, index) =>
      tool(`t${index}`, { description: "x".repeat(1_000_000) }),
    );
    const { outcome } = await read(() => ({ tools }), {}, 120_000);
    expect(outcome.snapshot?.tools).toHaveLength(6);
    expect(outcome.snapshot?.bytes).toBeGreaterThan(6_000_000);
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

  test("knows no list that it declares: it has none", async () => {
    const { outcome, warnings } = await read(() => undefined);
    expect(warnings).toBe("");
    expect(outcome.snapshot?.tools).toEqual([]);
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
    expect(warnings).toContain("cursor that is too long");
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

  test("gives a session id that no header may hold: nobody could call it, so it is not up", async () => {
    const server = await serve(async (request, response) => {
      const { id } = await rpcOf(request);
      const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} };
      response.setHeader("mcp-session-id", `a b\tc${"x".repeat(3_000)}`);
      sendJson(response, 200, { jsonrpc: "2.0", id, result });
    });
    const outcome = await probeHostile(`${server.origin}/mcp`, { knownEra: "legacy" });
    expect(codeOf(outcome)).toBe("NOT_MCP");
    expect(server.headers.every((headers) => headers["mcp-session-id"] === undefined)).toBe(true);
  });
});
