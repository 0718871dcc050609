import type { RequestListener, ServerResponse } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { ProbeTarget } from "@hub/core";
import { eventText } from "@hub/mcp";
import { closeServers, codeOf, createTestDialer, rpcOf, serve } from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createProber } from "./prober.js";

afterEach(closeServers);

const prober = createProber({ dialer: createTestDialer(), version: "1.2.3" });
const quick = { full: false, timeoutMs: 5_000 };
const target = (origin: string): ProbeTarget => ({
  endpoint: `${origin}/mcp`,
  transport: "streamable-http",
  candidates: [],
});
const name = "Wetter – 天気 ☔";
const greeting = (id: unknown, said = name) =>
  JSON.stringify({
    jsonrpc: "2.0",
    id,
    result: {
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: {} },
      _meta: { "io.modelcontextprotocol/serverInfo": { name: said, version: "1" } },
    },
  });

/** A server that answers its greeting as `answer` writes it. */
const answering =
  (answer: (response: ServerResponse, id: unknown) => void): RequestListener =>
  async (request, response) => {
    const { id } = await rpcOf(request);
    answer(response, id);
  };
const probe = async (listener: RequestListener) =>
  prober.probe(target((await serve(listener)).origin), quick);
const up = { ok: true, era: "modern", serverName: name };

describe("JSON that a server answers with", () => {
  test.each([
    ["application/json"],
    ["application/json; charset=utf-8"],
    ["APPLICATION/JSON;charset=UTF-8"],
    [" application/json "],
  ])("may be of the type %j", async (type) => {
    const outcome = await probe(
      answering((response, id) =>
        response.writeHead(200, { "content-type": type }).end(greeting(id)),
      ),
    );
    expect(outcome).toMatchObject(up);
  });

  test.each([
    ["text/plain"],
    ["application/json-rpc"],
    ["application/x-ndjson"],
    ["text/json"],
    ["json"],
    [""],
  ])("is none of the type %j, which the finding names", async (type) => {
    const outcome = await probe(
      answering((response, id) =>
        response.writeHead(200, { "content-type": type }).end(greeting(id)),
      ),
    );
    expect(codeOf(outcome)).toBe("NOT_MCP");
    expect(!outcome.ok && outcome.finding.cause).toContain(type === "" ? "content type" : type);
    expect(!outcome.ok && outcome.finding.fix).toContain("Content-Type: application/json");
  });

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ] as const)("may be packed with %s", async (encoding, pack) => {
    const outcome = await probe(
      answering((response, id) =>
        response
          .writeHead(200, { "content-type": "application/json", "content-encoding": encoding })
          .end(pack(Buffer.from(greeting(id)))),
      ),
    );
    expect(outcome).toMatchObject(up);
  });

  test("may begin with a byte order mark, and have white space around it", async () => {
    const outcome = await probe(
      answering((response, id) =>
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(`\uFEFF\r\n\t ${greeting(id)} \n\n`),
      ),
    );
    expect(outcome).toMatchObject(up);
  });

  test("may be cut anywhere, also within a character", async () => {
    let cuts: readonly number[] = [];
    const server = await serve(
      answering((response, id) => {
        const bytes = Buffer.from(greeting(id));
        response.writeHead(200, { "content-type": "application/json" });
        const places = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].sort(
          (one, other) => one - other,
        );
        for (const [index, from] of places.slice(0, -1).entries())
          response.write(bytes.subarray(from, places[index + 1]));
        response.end();
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1_000), { maxLength: 30 }), async (given) => {
        cuts = given;
        expect(await prober.probe(target(server.origin), quick)).toMatchObject(up);
      }),
      { numRuns: 20 },
    );
  });

  test("counts though its status is another good one", async () => {
    for (const status of [200, 201, 202])
      expect(
        await probe(
          answering((response, id) =>
            response.writeHead(status, { "content-type": "application/json" }).end(greeting(id)),
          ),
        ),
      ).toMatchObject(up);
  });
});

describe("an event stream that a server answers with", () => {
  const piece = fc.oneof(
    fc.constant(": keep-alive\n\n"),
    fc.constant("event: ping\ndata: {}\n\n"),
    fc.constant("id: 7\nretry: 100\ndata:\n\n"),
    fc.constant(eventText({ data: '{"jsonrpc":"2.0","method":"notifications/message"}' })),
    fc.constant(eventText({ data: '{"jsonrpc":"2.0","id":1,"method":"roots/list"}' })),
    fc.constant(eventText({ data: '{"jsonrpc":"2.0","id":4711,"result":{}}' })),
    fc.constant("nonsense: x\nfield\n\n"),
  );
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");

  test("is understood whatever comes before the answer, in whatever lines and pieces", async () => {
    let shape: { before: readonly string[]; end: string; size: number } = {
      before: [],
      end: "\n",
      size: 9,
    };
    const server = await serve(
      answering((response, id) => {
        const text = `${shape.before.join("")}${eventText({ data: greeting(id), event: "message" })}`;
        const bytes = Buffer.from(text.replaceAll("\n", shape.end));
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (let at = 0; at < bytes.length; at += shape.size)
          response.write(bytes.subarray(at, at + shape.size));
        // It stays open: what counts is the answer.
        if (shape.end === "\r") response.end("\r");
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        lineEnd,
        fc.integer({ min: 1, max: 400 }),
        async (before, end, size) => {
          shape = { before, end, size };
          expect(await prober.probe(target(server.origin), quick)).toMatchObject(up);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ["is no JSON", "data: not json\n\n", "not JSON"],
    ["ends before it", ": hello\n\n", "ended without an answer"],
    [
      "has the answer in an event of another kind",
      "event: other\ndata: ANSWER\n\n",
      "ended without",
    ],
    ["breaks off within the event", "data: ANSWER", "ended without an answer"],
  ])("whose answer %s is not MCP", async (_, text, said) => {
    const outcome = await probe(
      answering((response, id) =>
        response
          .writeHead(200, { "content-type": "text/event-stream" })
          .end(text.replace("ANSWER", greeting(id))),
      ),
    );
    expect(codeOf(outcome)).toBe("NOT_MCP");
    expect(!outcome.ok && outcome.finding.cause).toContain(said);
  });

  test("of invalid UTF-8 is not MCP", async () => {
    const outcome = await probe(
      answering((response) =>
        response
          .writeHead(200, { "content-type": "text/event-stream" })
          .end(
            Buffer.concat([
              Buffer.from('data: {"a":"'),
              Buffer.from([0xff, 0xc0]),
              Buffer.from('"}\n\n'),
            ]),
          ),
      ),
    );
    expect(codeOf(outcome)).toBe("NOT_MCP");
    expect(!outcome.ok && outcome.finding.cause).toContain("neither JSON nor text");
  });
});

describe("an answer that is a refusal", () => {
  const refusing =
    (status: number, body: string, type = "application/json"): RequestListener =>
    (_, response) =>
      void response.writeHead(status, { "content-type": type }).end(body);

  test.each([
    [400, "NOT_MCP"],
    [402, "NOT_MCP"],
    [404, "WRONG_PATH"],
    [406, "NOT_MCP"],
    [409, "NOT_MCP"],
    [410, "WRONG_PATH"],
    [415, "NOT_MCP"],
    [429, "SERVER_ERROR"],
    [500, "SERVER_ERROR"],
    [502, "SERVER_ERROR"],
    [503, "SERVER_ERROR"],
    [504, "SERVER_ERROR"],
    [599, "SERVER_ERROR"],
  ])("of HTTP %i is %s, and says the status", async (status, code) => {
    const outcome = await probe(refusing(status, "<p>SECRET-MARK</p>", "text/html"));
    expect(codeOf(outcome)).toBe(code);
    expect(!outcome.ok && outcome.finding.cause).toContain(String(status));
    expect(JSON.stringify(outcome)).not.toContain("SECRET-MARK");
  });

  test.each([
    [406, "Accept: application/json, text/event-stream"],
    [415, "Content-Type: application/json"],
    [429, "MCP_HUB_PROBE_UP_MS"],
  ])("of HTTP %i says what to do: %s", async (status, fix) => {
    const outcome = await probe(refusing(status, ""));
    expect(!outcome.ok && outcome.finding.fix).toContain(fix);
  });

  test.each([
    ["Invalid Host header"],
    ["Disallowed host 127.0.0.1"],
    ["Unknown host"],
    ["Blocked request. This host is not allowed."],
  ])("of the host is told from others by its words: %s", async (text) => {
    expect(codeOf(await probe(refusing(403, text, "text/plain")))).toBe("HOST_REFUSED");
    expect(codeOf(await probe(refusing(421, text, "text/plain")))).toBe("HOST_REFUSED");
    expect(codeOf(await probe(refusing(404, text, "text/plain")))).not.toBe("HOST_REFUSED");
  });

  test.each([
    [301, "https://elsewhere.example/mcp?key=SECRET"],
    [302, "/login?next=SECRET"],
    [303, "/mcp"],
    [307, "https://elsewhere.example/mcp"],
    [308, "//elsewhere.example/mcp"],
  ])("of HTTP %i to %s is not followed, and shows no query", async (status, location) => {
    const outcome = await probe(
      (_, response) => void response.writeHead(status, { location }).end(),
    );
    expect(codeOf(outcome)).toBe("REDIRECT");
    expect(!outcome.ok && outcome.finding.cause).toContain(String(status));
    expect(JSON.stringify(outcome)).not.toContain("SECRET");
  });

  test.each([307, 308])(
    "of HTTP %i to another path there is followed, with a warning",
    async (status) => {
      const server = await serve(async (request, response) => {
        if (request.url === "/mcp")
          return void response.writeHead(status, { location: "/v2/mcp" }).end();
        const { id } = await rpcOf(request);
        response.writeHead(200, { "content-type": "application/json" }).end(greeting(id));
      });
      const outcome = await prober.probe(target(server.origin), quick);
      expect(outcome).toMatchObject({ ...up, endpoint: `${server.origin}/v2/mcp` });
      expect(outcome.ok && outcome.warnings.join()).toContain(`Register ${server.origin}/v2/mcp`);
    },
  );
});
