import type { RequestListener, ServerResponse } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import {
  closeServers,
  codeOf,
  deep,
  flood,
  mostSent,
  probeHostile,
  serve,
  serveTcp,
  stream,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeServers);

const json = (
  response: ServerResponse,
  body: string | Buffer,
  headers: Record<string, string> = {},
) => response.writeHead(200, { "content-type": "application/json", ...headers }).end(body);

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

const gzipBomb = gzipSync(big, { level: 1 });
const brotliBomb = brotliCompressSync(big.subarray(0, 8_000_000));

describe("a server that greets the hub with", () => {
  test.each(greetings)("one that %s gets %s", async (_, expected, handler) => {
    sent.bytes = 0;
    const server = await serve(handler);
    const before = process.memoryUsage().rss;
    const isSilent = String(expected).includes("TOO_SLOW");
    const outcome = await probeHostile(`${server.origin}/mcp`, {}, { isSilent });
    expect(codeOf(outcome)).toMatch(expected);
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
    const outcome = await probeHostile(`${server.origin}/mcp`);
    expect(codeOf(outcome)).toMatch(expected);
  });

  test("hints that an answer is coming, for ever", async () => {
    const server = await serveTcp((socket) =>
      socket.once("data", () =>
        flood(socket, "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n".repeat(50), sent),
      ),
    );
    const outcome = await probeHostile(`${server.origin}/mcp`, {}, { isSilent: true });
    expect(outcome.ok).toBe(false);
  });
});
