import type { RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { ProbeOutcome, ProbeTarget } from "@hub/core";
import { afterEach, describe, expect, test } from "vitest";
import { createTestDialer } from "../../test/probe/dialer.js";
import { closeServers, rpcOf, sendJson, serve, serveTcp } from "../../test/probe/http-server.js";
import { modern } from "../../test/probe/mcp-servers.js";
import { createProber } from "./prober.js";

afterEach(closeServers);

const bugs: unknown[] = [];
const prober = createProber({
  dialer: createTestDialer(),
  version: "1.2.3",
  readMs: 1_000,
  onBug: (error) => bugs.push(error),
});
const timeoutMs = 500;
/** Greeting, reading and looking around each have a limit of their own. */
const longestMs = timeoutMs + 1_000 + 2_500 + 500;
const mostSent = 32 * 1024 * 1024;

function target(endpoint: string, more: Partial<ProbeTarget> = {}): ProbeTarget {
  return { endpoint, transport: "streamable-http", candidates: [], name: "weather", ...more };
}

async function probe(endpoint: string, more: Partial<ProbeTarget> = {}): Promise<ProbeOutcome> {
  const startedAt = performance.now();
  const outcome = await prober.probe(target(endpoint, more), { full: true, timeoutMs });
  expect(performance.now() - startedAt).toBeLessThan(longestMs);
  expect(bugs).toEqual([]);
  expect(JSON.stringify(outcome).length).toBeLessThan(5_000_000);
  return outcome;
}

/** Writes for as long as the other side reads; counts what it could get rid of. */
function flood(
  response: ServerResponse | Socket,
  piece: string | Buffer,
  sent: { bytes: number },
): void {
  const write = () => {
    while (!response.destroyed && response.write(piece)) sent.bytes += piece.length;
  };
  response.on("drain", write);
  write();
}

const json = (
  response: ServerResponse,
  body: string | Buffer,
  headers: Record<string, string> = {},
) => response.writeHead(200, { "content-type": "application/json", ...headers }).end(body);

const stream = (response: ServerResponse) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  return response;
};

const big = Buffer.alloc(60_000_000, " ");
const sent = { bytes: 0 };

/** What a server does to every request, and the finding that must come of it. */
const greetings: readonly (readonly [string, RegExp, RequestListener])[] = [
  ["hangs before headers", /TOO_SLOW/, () => undefined],
  [
    "hangs in the body",
    /TOO_SLOW/,
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{");
    },
  ],
  [
    "sends without end",
    /ANSWER_TOO_LARGE/,
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      flood(response, Buffer.alloc(65_536, " "), sent);
    },
  ],
  ["sends 60 MB", /ANSWER_TOO_LARGE/, (_, response) => json(response, big)],
  [
    "sends a gzip bomb",
    /ANSWER_TOO_LARGE/,
    (_, response) => json(response, gzipBomb, { "content-encoding": "gzip" }),
  ],
  [
    "sends a brotli bomb",
    /ANSWER_TOO_LARGE/,
    (_, response) => json(response, brotliBomb, { "content-encoding": "br" }),
  ],
  [
    "nests 100,000 levels deep",
    /ANSWER_TOO_LARGE/,
    (_, response) => json(response, `{"jsonrpc":"2.0","id":1,"result":${deep(100_000)}}`),
  ],
  [
    "unfolds to millions of values",
    /ANSWER_TOO_LARGE/,
    (_, response) => json(response, `[${"[],".repeat(1_000_000)}0]`),
  ],
  [
    "resets in the middle of the body",
    /CONNECTION_RESET/,
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write('{"jsonrpc"');
      setImmediate(() => response.socket?.resetAndDestroy());
    },
  ],
  [
    "promises more than it sends",
    /CONNECTION_RESET/,
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write("{}");
      setImmediate(() => response.socket?.end());
    },
  ],
  [
    "redirects to itself",
    /REDIRECT/,
    (request, response) => response.writeHead(307, { location: request.url ?? "/" }).end(),
  ],
  [
    "sends JSON as text",
    /NOT_MCP/,
    (_, response) => response.end('{"jsonrpc":"2.0","id":1,"result":{}}'),
  ],
  [
    "answers another request",
    /NOT_MCP/,
    (_, response) => json(response, '{"jsonrpc":"2.0","id":999,"result":{"supportedVersions":[]}}'),
  ],
  [
    "answers in a batch",
    /NOT_MCP/,
    (_, response) => json(response, '[{"jsonrpc":"2.0","id":1,"result":{}}]'),
  ],
  [
    "answers with broken numbers",
    /NOT_MCP/,
    (_, response) => json(response, `{"jsonrpc":"2.0","id":1e999,"result":${"9".repeat(100_000)}}`),
  ],
  [
    "sends invalid UTF-8",
    /NOT_MCP/,
    (_, response) => json(response, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x22, 0x7d])),
  ],
  [
    "sends a thousand headers",
    /ANSWER_TOO_LARGE/,
    (_, response) => {
      for (let index = 0; index < 1_000; index += 1)
        response.setHeader(`x-${index}`, "y".repeat(20));
      response.end();
    },
  ],
  [
    "sends comments for ever",
    /TOO_SLOW|ANSWER_TOO_LARGE/,
    (_, response) => flood(stream(response), ": still here\n\n".repeat(1_000), sent),
  ],
  [
    "sends notifications for ever",
    /TOO_SLOW|ANSWER_TOO_LARGE/,
    (_, response) =>
      flood(stream(response), 'data: {"jsonrpc":"2.0","method":"x"}\n\n'.repeat(500), sent),
  ],
  [
    "sends a line without end",
    /ANSWER_TOO_LARGE/,
    (_, response) => flood(stream(response), Buffer.alloc(65_536, "x"), sent),
  ],
  [
    "drips byte by byte",
    /TOO_SLOW/,
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(timer));
    },
  ],
  ["says yes without a body", /NOT_MCP/, (_, response) => response.writeHead(204).end()],
  ["says accepted for ever", /NOT_MCP/, (_, response) => response.writeHead(202).end()],
  [
    "sends half a page",
    /NOT_MCP/,
    (_, response) => response.writeHead(206, { "content-type": "text/html" }).end("<p"),
  ],
  [
    "ends its stream without an answer",
    /NOT_MCP/,
    (_, response) => stream(response).end("id: 1\nretry: 1\ndata:\n\n"),
  ],
];

function deep(levels: number): string {
  return `${"[".repeat(levels)}${"]".repeat(levels)}`;
}

const gzipBomb = gzipSync(big, { level: 1 });
const brotliBomb = brotliCompressSync(big.subarray(0, 8_000_000));

describe("a server that greets the hub with", () => {
  test.each(greetings)("one that %s gets %s", async (_, expected, handler) => {
    sent.bytes = 0;
    const server = await serve(handler);
    const before = process.memoryUsage().rss;
    const outcome = await probe(`${server.origin}/mcp`);
    expect(outcome.ok ? "ok" : outcome.finding.code).toMatch(expected);
    expect(sent.bytes).toBeLessThan(mostSent);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });

  test.each([
    ["no HTTP at all", /NOT_MCP/, "hello\r\n\r\n"],
    ["half a status line", /CONNECTION_RESET|NOT_MCP/, "HTTP/1."],
    [
      "two lengths",
      /NOT_MCP|CONNECTION_RESET/,
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}abc",
    ],
    [
      "a broken chunk",
      /NOT_MCP|CONNECTION_RESET/,
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    ],
    [
      "a protocol switch",
      /NOT_MCP|CONNECTION_RESET/,
      "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    ],
  ])("%s is %s", async (_, expected, text) => {
    const server = await serveTcp((socket) => socket.once("data", () => socket.end(text)));
    const outcome = await probe(`${server.origin}/mcp`);
    expect(outcome.ok ? "ok" : outcome.finding.code).toMatch(expected);
  });

  test("hints that an answer is coming, for ever", async () => {
    const server = await serveTcp((socket) =>
      socket.once("data", () =>
        flood(socket, "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n".repeat(50), sent),
      ),
    );
    const outcome = await probe(`${server.origin}/mcp`);
    expect(outcome.ok).toBe(false);
  });
});

const tool = (name: string, more: object = {}) => ({
  name,
  inputSchema: { type: "object" },
  ...more,
});

describe("a server that is greeted well, and then", () => {
  const read = async (answer: Parameters<typeof modern>[0]) => {
    const server = await serve(modern(answer));
    const outcome = await probe(`${server.origin}/mcp`);
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
    const outcome = await probe(`${server.origin}/mcp`);
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
    const outcome = await prober.probe(target(`${server.origin}/mcp`), { full: false, timeoutMs });
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
    const outcome = await probe(`${server.origin}/mcp`, { knownEra: "legacy" });
    expect(outcome.ok).toBe(true);
    expect(server.headers.every((headers) => headers["mcp-session-id"] === undefined)).toBe(true);
  });
});

describe("an HTTP+SSE server that", () => {
  const sse = (feed: (response: ServerResponse) => void, onPost?: RequestListener) =>
    serve((request, response) => {
      if (request.method === "GET") feed(stream(response));
      else if (onPost === undefined) response.writeHead(404).end();
      else onPost(request, response);
    });
  const code = (outcome: ProbeOutcome) => (outcome.ok ? "ok" : outcome.finding.code);
  const endpointEvent = "event: endpoint\ndata: /messages\n\n";

  test("never names its endpoint, or floods before it does", async () => {
    sent.bytes = 0;
    const silent = await sse(() => undefined);
    const floods = await sse((response) => flood(response, Buffer.alloc(65_536, ":"), sent));
    const ends = await sse((response) => void response.end());
    for (const server of [silent, floods, ends]) {
      const outcome = await probe(`${server.origin}/sse`, { transport: "sse" });
      expect(code(outcome)).toMatch(/TOO_SLOW|ANSWER_TOO_LARGE|NOT_MCP|WRONG_PATH/);
    }
    expect(sent.bytes).toBeLessThan(mostSent);
  });

  test("takes the message and never answers, or refuses it", async () => {
    const mute = await sse(
      (response) => void response.write(endpointEvent),
      (_, response) => void response.writeHead(202).end(),
    );
    const failing = await sse(
      (response) => void response.write(endpointEvent),
      (_, response) => void response.writeHead(500).end(),
    );
    expect(code(await probe(`${mute.origin}/sse`, { transport: "sse" }))).toMatch(
      /TOO_SLOW|NOT_MCP/,
    );
    expect(code(await probe(`${failing.origin}/sse`, { transport: "sse" }))).toBe("SERVER_ERROR");
  });

  test("answers on the stream without end", async () => {
    sent.bytes = 0;
    const server = await sse(
      (response) => {
        response.write(endpointEvent);
        flood(response, 'data: {"jsonrpc":"2.0","method":"x"}\n\n'.repeat(500), sent);
      },
      (_, response) => void response.writeHead(202).end(),
    );
    const outcome = await probe(`${server.origin}/sse`, { transport: "sse" });
    expect(outcome.ok).toBe(false);
    expect(sent.bytes).toBeLessThan(mostSent);
  });
});

describe("URLs in answers are never dialled", () => {
  test("$ref, Link, icons, WWW-Authenticate and Location", async () => {
    const canary = await serve((_, response) => response.end());
    const url = `${canary.origin}/canary`;
    const tools = [tool("a", { inputSchema: { $ref: url, $schema: url }, icons: [{ src: url }] })];
    const listing = modern(() => ({ tools }));
    const server = await serve((request, response) => {
      response.setHeader("link", `<${url}>; rel="preload"`);
      response.setHeader("content-location", url);
      response.setHeader("refresh", `0; url=${url}`);
      return listing(request, response);
    });
    expect((await probe(`${server.origin}/mcp`)).ok).toBe(true);
    const guarded = await serve((_, response) =>
      response
        .writeHead(401, { "www-authenticate": `Bearer resource_metadata="${url}"`, location: url })
        .end(),
    );
    expect(await probe(`${guarded.origin}/mcp`)).toMatchObject({ ok: true, needsToken: true });
    expect(canary.connections()).toBe(0);
  });

  test("the `endpoint` event of another origin", async () => {
    const canary = await serve((_, response) => response.end());
    for (const said of [
      `${canary.origin}/messages`,
      `//127.0.0.1:${canary.port}/x`,
      "file:///etc/passwd",
    ]) {
      const server = await serve((request, response) =>
        request.method === "GET"
          ? void stream(response).write(`event: endpoint\ndata: ${said}\n\n`)
          : void response.writeHead(404).end(),
      );
      const outcome = await probe(`${server.origin}/sse`, { transport: "sse" });
      expect(outcome).toMatchObject({ ok: false, finding: { code: "NOT_MCP" } });
      expect(!outcome.ok && outcome.finding.cause).toContain("another origin");
    }
    expect(canary.connections()).toBe(0);
  });
});
