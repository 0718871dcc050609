import { deflateSync, gzipSync } from "node:zlib";
import type {
  UpstreamDialer,
  UpstreamExchange,
  UpstreamFailure,
  UpstreamReceiver,
} from "@hub/core/upstream";
import { until } from "@hub/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Faults } from "../faults.js";
import { unpackingDialer } from "./unpacking-dialer.js";

/** A connection of which the test is the server. */
class Line implements UpstreamDialer, UpstreamExchange {
  server: UpstreamReceiver | undefined;
  isAborted = false;
  isPaused = false;

  send(_url: string, _request: unknown, receiver: UpstreamReceiver): this {
    this.server = receiver;
    return this;
  }

  abort(): void {
    this.isAborted = true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

/** Hears an answer, and keeps it. */
class Hearer implements UpstreamReceiver {
  head: { status: number; headers: Readonly<Record<string, unknown>> } | undefined;
  readonly chunks: Buffer[] = [];
  failure: UpstreamFailure | undefined;
  isEnded = false;

  onHead(status: number, headers: Readonly<Record<string, unknown>>): void {
    this.head = { status, headers };
  }

  onData(chunk: Buffer): void {
    expect(this.isOver).toBe(false);
    this.chunks.push(chunk);
  }

  onEnd(): void {
    expect(this.isOver).toBe(false);
    this.isEnded = true;
  }

  onFailure(failure: UpstreamFailure): void {
    expect(this.isOver).toBe(false);
    this.failure = failure;
  }

  get isOver(): boolean {
    return this.isEnded || this.failure !== undefined;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

function asked(isUnpacked = true) {
  const line = new Line();
  const hearer = new Hearer();
  const faults: unknown[] = [];
  const dialer = unpackingDialer(line, new Faults((error) => faults.push(error)));
  const request = { method: "POST", headers: {}, isUnpacked } as const;
  const exchange = dialer.send("http://127.0.0.1:9/mcp", request, hearer);
  const { server } = line;
  if (server === undefined) throw new Error("nothing was sent");
  return { line, hearer, server, exchange, faults };
}

const packers = { gzip: gzipSync, "x-gzip": gzipSync, deflate: deflateSync } as const;
const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % Math.max(1, sizes.length)] ?? bytes.length;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};

describe("an answer that was packed", () => {
  test("is heard as it was before, whatever it was packed with and however it is cut", async () => {
    const encoding = fc.constantFrom("gzip", "x-gzip", "deflate");
    const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        encoding,
        fc.uint8Array({ maxLength: 5_000 }),
        sizes,
        async (how, given, lengths) => {
          const body = Buffer.from(given);
          const { hearer, server } = asked();
          server.onHead(200, { "content-encoding": how, "content-length": "7", "x-a": "b" });
          for (const piece of cut(packers[how](body), lengths)) server.onData(piece);
          server.onEnd();
          await until("the end", () => hearer.isOver);
          expect(hearer.failure).toBeUndefined();
          expect(hearer.bytes).toEqual(body);
          // Neither this encoding nor this length is that of what is heard.
          expect(hearer.head).toEqual({ status: 200, headers: { "x-a": "b" } });
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([["GZIP"], [" gzip "], ["GZip"]])("may write its encoding as %j", async (encoding) => {
    const { hearer, server } = asked();
    server.onHead(200, { "content-encoding": encoding });
    server.onData(gzipSync("hello"));
    server.onEnd();
    await until("the end", () => hearer.isOver);
    expect(hearer.bytes.toString()).toBe("hello");
  });

  test.each([["br"], ["zstd"], ["compress"], ["gzip, gzip"], [["gzip", "br"]]])(
    "in the encoding %j is a failure: nobody asked for that",
    (encoding) => {
      const { hearer, line, server } = asked();
      server.onHead(200, { "content-encoding": encoding });
      expect(hearer.failure).toMatchObject({ code: "ENCODED", neverSent: false });
      expect(hearer.head).toBeUndefined();
      expect(line.isAborted).toBe(true);
    },
  );

  test.each([
    ["is not what it says", () => Buffer.from('{"jsonrpc":"2.0"}')],
    ["breaks off", () => gzipSync("hello".repeat(1_000)).subarray(0, 20)],
    [
      "was changed on its way",
      () => {
        const bytes = gzipSync("hello".repeat(1_000));
        bytes.fill(0xff, 12, 24);
        return bytes;
      },
    ],
  ])("that %s is a failure", async (_, body) => {
    const { hearer, line, server } = asked();
    server.onHead(200, { "content-encoding": "gzip" });
    server.onData(body());
    server.onEnd();
    await until("the failure", () => hearer.isOver);
    expect(hearer.failure).toMatchObject({ code: "ANSWER_INVALID", neverSent: false });
    expect(hearer.failure?.detail).toContain("gzip");
    expect(line.isAborted).toBe(true);
  });

  test("that unpacks to far more than came ends early", async () => {
    const { hearer, line, server } = asked();
    server.onHead(200, { "content-encoding": "gzip" });
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    for (const piece of cut(bomb, [16 * 1024])) server.onData(piece);
    server.onEnd();
    await until("the failure", () => hearer.isOver);
    expect(hearer.failure?.detail).toContain("200 times");
    expect(line.isAborted).toBe(true);
    expect(hearer.bytes.length).toBeLessThan(32 * 1024 * 1024);
  });

  test("that is large and unpacks to what such texts do is whole", async () => {
    const { hearer, server } = asked();
    const body = Buffer.from(
      Array.from({ length: 200_000 }, (_, index) => `line ${index}`).join("\n"),
    );
    server.onHead(200, { "content-encoding": "deflate" });
    for (const piece of cut(deflateSync(body), [64 * 1024])) server.onData(piece);
    server.onEnd();
    await until("the end", () => hearer.isOver);
    expect(hearer.bytes.equals(body)).toBe(true);
  });
});

describe("an answer that was not packed", () => {
  test.each([[undefined], ["identity"], [""], ["IDENTITY"]])(
    "(%j) is passed on piece by piece",
    (encoding) => {
      const { hearer, server } = asked();
      server.onHead(201, { "content-encoding": encoding, "content-length": "2" });
      const chunk = Buffer.from("{}");
      server.onData(chunk);
      expect(hearer.chunks[0]).toBe(chunk);
      server.onEnd();
      expect(hearer).toMatchObject({ isEnded: true, head: { status: 201 } });
      expect(hearer.head?.headers).toMatchObject({ "content-length": "2" });
    },
  );

  test("or whose request wants it as it comes, is not touched", () => {
    const { hearer, server } = asked(false);
    const packed = gzipSync("hello");
    server.onHead(200, { "content-encoding": "gzip" });
    server.onData(packed);
    expect(hearer.bytes).toEqual(packed);
    expect(hearer.head?.headers).toEqual({ "content-encoding": "gzip" });
  });
});

describe("whoever hears a packed answer", () => {
  test("hears of a broken connection once, and of nothing after it", async () => {
    const { hearer, server } = asked();
    server.onHead(200, { "content-encoding": "gzip" });
    server.onData(gzipSync("hello").subarray(0, 12));
    const failure = { neverSent: false, code: "ECONNRESET", detail: "it hung up" };
    server.onFailure(failure);
    expect(hearer.failure).toEqual(failure);
    server.onFailure(failure);
  });

  test("hears nothing any more once it gave up", async () => {
    const { exchange, hearer, line, server } = asked();
    server.onHead(200, { "content-encoding": "gzip" });
    server.onData(gzipSync("hello".repeat(10_000)));
    exchange.abort();
    server.onEnd();
    await new Promise((resolve) => setImmediate(resolve));
    expect(line.isAborted).toBe(true);
    expect(hearer.isOver).toBe(false);
  });

  test("takes it at its own pace: nothing comes while it is paused", async () => {
    const { exchange, hearer, line, server } = asked();
    const body = Buffer.from("abcdefgh".repeat(50_000));
    server.onHead(200, { "content-encoding": "deflate" });
    exchange.pause();
    expect(line.isPaused).toBe(true);
    for (const piece of cut(deflateSync(body), [512])) server.onData(piece);
    server.onEnd();
    await new Promise((resolve) => setImmediate(resolve));
    expect(hearer.chunks).toEqual([]);
    exchange.resume();
    await until("the end", () => hearer.isOver);
    expect(hearer.bytes.equals(body)).toBe(true);
    expect(line.isPaused).toBe(false);
  });

  test("and fails at it costs this one answer, and is told so", async () => {
    const { faults, hearer, server } = asked();
    const broken = new Error("broken");
    hearer.onData = () => {
      throw broken;
    };
    server.onHead(200, { "content-encoding": "gzip" });
    server.onData(gzipSync("hello"));
    server.onEnd();
    await until("the failure", () => hearer.isOver);
    expect(faults).toEqual([broken]);
    expect(hearer.failure).toMatchObject({ code: "HUB_FAULT" });
  });
});
