import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ProbeOutcome, ProbeTarget } from "@hub/core";
import {
  closeServers,
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
const full = { full: true, timeoutMs: 5_000 };
const target = (origin: string): ProbeTarget => ({
  endpoint: `${origin}/mcp`,
  transport: "streamable-http",
  candidates: [],
});
const everything = { tools: {}, resources: {}, prompts: {} };
const lists: Readonly<Record<string, object>> = {
  "tools/list": { tools: [{ name: "greet", inputSchema: { type: "object" } }] },
  "resources/list": { resources: [{ uri: "text://one", name: "one" }] },
  "resources/templates/list": { resourceTemplates: [{ uriTemplate: "text://{x}", name: "x" }] },
  "prompts/list": { prompts: [{ name: "hello" }] },
};
const kinds = ["tools", "resources", "resourceTemplates", "prompts"] as const;
const kindOf: Readonly<Record<string, (typeof kinds)[number]>> = {
  "tools/list": "tools",
  "resources/list": "resources",
  "resources/templates/list": "resourceTemplates",
  "prompts/list": "prompts",
};
const methods = Object.keys(kindOf);

/** A server in which one list goes wrong as `fail` says, and all others are answered. */
const failingIn =
  (
    method: string,
    fail: (response: ServerResponse, id: unknown, request: IncomingMessage) => void,
  ): RequestListener =>
  async (request, response) => {
    const rpc = await rpcOf(request);
    if (rpc.method === method) return fail(response, rpc.id, request);
    if (rpc.method === "server/discover")
      return sendJson(response, 200, {
        jsonrpc: "2.0",
        id: rpc.id,
        result: { supportedVersions: ["2026-07-28"], capabilities: everything },
      });
    sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, result: lists[rpc.method] ?? {} });
  };
const read = async (listener: RequestListener) =>
  prober.probe(target((await serve(listener)).origin), full);
const keysOf = (outcome: ProbeOutcome) =>
  kinds.filter((kind) => outcome.ok && (outcome.snapshot?.[kind].length ?? 0) > 0);
const fails: readonly (readonly [
  string,
  RegExp,
  (response: ServerResponse, id: unknown) => void,
])[] = [
  ["HTTP 500", /answers HTTP 500/, (response) => response.writeHead(500).end()],
  ["HTTP 404", /answers HTTP 404/, (response) => response.writeHead(404).end()],
  [
    "a redirect",
    /answers HTTP 302/,
    (response) => response.writeHead(302, { location: "/" }).end(),
  ],
  [
    "a web page",
    /answers a web page/,
    (response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
  ],
  [
    "half of an answer",
    /broke off/,
    (response) => {
      response.writeHead(200, { "content-type": "application/json" }).write('{"jsonrpc"');
      setImmediate(() => response.destroy());
    },
  ],
  [
    "an internal error",
    /answers error -32603/,
    (response, id) =>
      sendJson(response, 200, { jsonrpc: "2.0", id, error: { code: -32603, message: "SECRET" } }),
  ],
  [
    "a result without the list",
    /without a list of/,
    (response, id) => sendJson(response, 200, { jsonrpc: "2.0", id, result: {} }),
  ],
  [
    "an object for the list",
    /without a list of/,
    (response, id) =>
      sendJson(response, 200, {
        jsonrpc: "2.0",
        id,
        result: { tools: {}, resources: {}, prompts: {}, resourceTemplates: {} },
      }),
  ],
  [
    "a result that is none",
    /no answer to an MCP request/,
    (response, id) => sendJson(response, 200, { jsonrpc: "2.0", id, result: "text" }),
  ],
];

describe("a list that goes wrong", () => {
  test.each(fails)("with %s costs the others nothing", async (_, said, fail) => {
    for (const method of methods) {
      const outcome = await read(failingIn(method, fail));
      expect(keysOf(outcome)).toEqual(kinds.filter((kind) => kind !== kindOf[method]));
      expect(outcome).toMatchObject({ ok: true, unread: [kindOf[method]] });
      const [warning = "", ...more] = outcome.ok ? outcome.warnings : [];
      expect(warning).toMatch(said);
      expect(warning).toContain(method);
      expect(more).toEqual([]);
      expect(JSON.stringify(outcome)).not.toContain("SECRET");
    }
  });

  test("because its method does not exist is an empty one", async () => {
    for (const method of methods) {
      const outcome = await read(
        failingIn(method, (response, id) =>
          sendJson(response, 200, {
            jsonrpc: "2.0",
            id,
            error: { code: -32601, message: "Method not found" },
          }),
        ),
      );
      expect(outcome).toMatchObject({ ok: true, warnings: [] });
      expect(outcome).not.toHaveProperty("unread");
      expect(keysOf(outcome)).toEqual(kinds.filter((kind) => kind !== kindOf[method]));
    }
  });

  test("as all others do leaves a server that is up, of which nothing is known", async () => {
    const outcome = await read(async (request, response) => {
      const rpc = await rpcOf(request);
      if (rpc.method !== "server/discover") return void response.writeHead(500).end();
      const result = { supportedVersions: ["2026-07-28"], capabilities: everything };
      sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, result });
    });
    expect(outcome).toMatchObject({ ok: true, era: "modern" });
    expect(outcome).not.toHaveProperty("snapshot");
    expect(outcome.ok && outcome.warnings).toHaveLength(4);
  });

  test("on its second page is not taken over in part", async () => {
    const outcome = await read(async (request, response) => {
      const rpc = await rpcOf(request);
      if (rpc.params?.cursor !== undefined) return void response.writeHead(503).end();
      if (rpc.method !== "tools/list") {
        const result =
          rpc.method === "server/discover"
            ? { supportedVersions: ["2026-07-28"], capabilities: everything }
            : lists[rpc.method];
        return sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, result });
      }
      const result = { tools: [{ name: "one", inputSchema: {} }], nextCursor: "2" };
      sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, result });
    });
    expect(keysOf(outcome)).toEqual(["resources", "resourceTemplates", "prompts"]);
    expect(outcome).toMatchObject({ ok: true, unread: ["tools"] });
  });
});

describe("a list that wants a token", () => {
  test.each([
    ["HTTP 401", (response: ServerResponse) => response.writeHead(401).end(), "HTTP 401"],
    ["HTTP 403", (response: ServerResponse) => response.writeHead(403).end(), "HTTP 403"],
    [
      "a JSON-RPC error",
      (response: ServerResponse, id: unknown) =>
        sendJson(response, 200, {
          jsonrpc: "2.0",
          id,
          error: { code: -32_001, message: "Unauthorized" },
        }),
      "JSON-RPC",
    ],
  ] as const)("with %s, when it is that of tools: the server needs one", async (_, fail, how) => {
    const outcome = await read(failingIn("tools/list", fail));
    expect(outcome).toMatchObject({
      ok: true,
      needsToken: true,
      finding: {
        code: "NEEDS_TOKEN",
        step: "mcp",
        cause: expect.stringContaining("tools/list"),
      },
    });
    expect(outcome.ok && outcome.finding?.cause).toContain(how);
  });

  test("when it is another one: the server works for everybody", async () => {
    const outcome = await read(
      failingIn("prompts/list", (response) => response.writeHead(401).end()),
    );
    expect(outcome).toMatchObject({ ok: true, needsToken: false, unread: ["prompts"] });
    expect(outcome.ok && outcome.warnings.join()).toContain("prompts/list answers HTTP 401");
  });
});

describe("pages", () => {
  test("are read in their order, however many items each has", async () => {
    let pages: readonly number[] = [];
    const server = await serve(
      modern((rpc) => {
        const at = Number(rpc.params?.cursor ?? 0);
        const before = pages.slice(0, at).reduce((sum, one) => sum + one, 0);
        const tools = Array.from({ length: pages[at] ?? 0 }, (_, index) => ({
          name: `tool-${before + index}`,
          inputSchema: { type: "object" },
        }));
        return { tools, ...(at + 1 < pages.length ? { nextCursor: String(at + 1) } : {}) };
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }), async (given) => {
        pages = given;
        const outcome = await prober.probe(target(server.origin), full);
        const all = given.reduce((sum, one) => sum + one, 0);
        expect(outcome.ok && outcome.snapshot?.tools.map(({ key }) => key).sort()).toEqual(
          Array.from({ length: all }, (_, index) => `tool-${index}`).sort(),
        );
      }),
      { numRuns: 15 },
    );
  });

  test.each([[null], [7], [{}], [""]])(
    "end with the cursor %j, or go on with it once",
    async (nextCursor) => {
      let asked = 0;
      const outcome = await read(
        modern((rpc) => {
          if (rpc.method !== "tools/list") return undefined;
          asked += 1;
          return { tools: [{ name: `t${asked}`, inputSchema: {} }], nextCursor };
        }),
      );
      expect(outcome).toMatchObject({ ok: true });
      // An empty text is a cursor; what is no text is none.
      expect(asked).toBe(nextCursor === "" ? 2 : 1);
    },
  );

  test("may be kept for as long as the strictest of them says", async () => {
    const hints: readonly object[] = [
      { ttlMs: 60_000, cacheScope: "public" },
      { ttlMs: 5_000.9, cacheScope: "public" },
      { ttlMs: 90_000, cacheScope: "public" },
    ];
    const reading = (all: readonly object[]) =>
      read(
        modern((rpc) => {
          const at = Number(rpc.params?.cursor ?? 0);
          const more = at + 1 < all.length ? { nextCursor: String(at + 1) } : {};
          return { tools: [], ...all[at], ...more };
        }),
      );
    expect(await reading(hints)).toMatchObject({
      snapshot: { caching: { ttlMs: 5_000, cacheScope: "public" } },
    });
    expect(await reading([...hints, {}])).toMatchObject({
      snapshot: { caching: { ttlMs: 0, cacheScope: "private" } },
    });
    expect(await reading([{ ttlMs: -1, cacheScope: "shared" }])).toMatchObject({
      snapshot: { caching: { ttlMs: 0, cacheScope: "private" } },
    });
    expect(await reading([{ ttlMs: "60000", cacheScope: "private" }])).toMatchObject({
      snapshot: { caching: { ttlMs: 0, cacheScope: "private" } },
    });
  });
});

describe("what a server declares", () => {
  test.each([
    ["an object", {}],
    ["an empty list, as PHP writes an empty object", []],
    ["true", true],
  ])("counts as %s", async (_, tools) => {
    const outcome = await read(modern((rpc) => lists[rpc.method], { tools }));
    expect(keysOf(outcome)).toEqual(["tools"]);
  });

  test.each([[null], [false], ["yes"], [0]])("does not count as %j", async (tools) => {
    const outcome = await read(modern((rpc) => lists[rpc.method], { tools, prompts: {} }));
    expect(keysOf(outcome)).toEqual(["prompts"]);
  });

  test.each(["modern", "legacy"] as const)("is nothing: a %s server is told so", async (era) => {
    const outcome = await read(
      era === "modern"
        ? modern(() => undefined, {})
        : legacy(() => undefined, { capabilities: {} }),
    );
    expect(outcome).toMatchObject({ ok: true, snapshot: { tools: [], prompts: [] } });
    expect(outcome.ok && outcome.warnings.join()).toContain("declares no tools");
  });

  test("is told of the handshake's end before it is read, in 2025", async () => {
    const methods: string[] = [];
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      const rpc = await rpcOf(request);
      methods.push(rpc.method);
      if (rpc.id === undefined) return void response.writeHead(202).end();
      const result =
        rpc.method === "initialize"
          ? { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: {} }
          : lists[rpc.method];
      const outcome =
        result === undefined ? { error: { code: -32601, message: "no such method" } } : { result };
      sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, ...outcome });
    };
    await read(answer);
    expect(methods).toEqual([
      "server/discover",
      "initialize",
      "notifications/initialized",
      "tools/list",
    ]);
  });

  test("cannot be read when the connection breaks at that notification", async () => {
    const outcome = await read(async (request, response) => {
      const rpc = await rpcOf(request);
      if (rpc.id === undefined) return void response.destroy();
      const result = { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: {} };
      const outcome =
        rpc.method === "initialize"
          ? { result }
          : { error: { code: -32601, message: "no such method" } };
      sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, ...outcome });
    });
    expect(outcome).toMatchObject({ ok: true, era: "legacy" });
    expect(outcome.ok && outcome.warnings.join()).toContain("notifications/initialized broke off");
    expect(outcome).not.toHaveProperty("snapshot");
  });
});
