import type { Transform } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import type {
  UpstreamDialer,
  UpstreamExchange,
  UpstreamFailure,
  UpstreamReceiver,
  UpstreamRequest,
} from "@hub/core/upstream";
import type { Faults } from "../faults.js";
import { ContainedReceiver } from "./contained-dialer.js";

/**
 * Codings that every server and proxy has, and that need little to unpack: 32 KiB of what came before. Brotli
 * may keep 16 MiB for each answer, however short it is, and nobody sends it unasked.
 */
const unpackers: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
]);

/** An answer that unpacks to more than this many times its bytes, beyond a first part, was made to do harm. */
const mostRatio = 200;
const unratedBytes = 4 * 1024 * 1024;

/**
 * A dialer that unpacks the answers to requests that want it (see `UpstreamRequest.isUnpacked`). `dialer` is a
 * contained one; what fails at a piece that was unpacked later ends its one exchange as well.
 */
export function unpackingDialer(dialer: UpstreamDialer, faults: Faults): UpstreamDialer {
  return {
    send: (url, request, receiver) =>
      request.isUnpacked === true
        ? sendUnpacked(dialer, url, request, new Unpacking(receiver, faults, url))
        : dialer.send(url, request, receiver),
  };
}

function sendUnpacked(
  dialer: UpstreamDialer,
  url: string,
  request: UpstreamRequest,
  unpacking: Unpacking,
): UpstreamExchange {
  unpacking.exchange = dialer.send(url, request, unpacking);
  return unpacking;
}

/**
 * Hears an answer unpacked, a piece at a time and no faster than its receiver takes it. An encoding that is
 * not known is a failure, `ENCODED`; so is a body that is not what it is announced as, or that unpacks to far
 * more than came, `ANSWER_INVALID`.
 */
class Unpacking implements UpstreamReceiver, UpstreamExchange {
  readonly #receiver: UpstreamReceiver;
  readonly #faults: Faults;
  readonly #url: string;
  exchange: UpstreamExchange | undefined;
  /** Hears what comes of the unpacker. */
  #heard: ContainedReceiver | undefined;
  #unpacker: Transform | undefined;
  #packedBytes = 0;
  #unpackedBytes = 0;
  #isPaused = false;
  #isOver = false;

  constructor(receiver: UpstreamReceiver, faults: Faults, url: string) {
    this.#receiver = receiver;
    this.#faults = faults;
    this.#url = url;
  }

  onHead(status: number, headers: Parameters<UpstreamReceiver["onHead"]>[1]): void {
    const given = headers["content-encoding"];
    // Nearly all answers come as they are.
    const encoding = given === undefined ? "" : [given].flat().join(",").trim().toLowerCase();
    if (encoding === "identity" || encoding === "") {
      this.#receiver.onHead(status, headers);
      return;
    }
    if (!this.#unpack(encoding)) return;
    // What comes has neither this encoding nor this length.
    const { "content-encoding": _, "content-length": __, ...kept } = headers;
    this.#receiver.onHead(status, kept);
  }

  onData(chunk: Buffer): void {
    if (this.#unpacker === undefined) {
      this.#receiver.onData(chunk);
      return;
    }
    this.#packedBytes += chunk.length;
    if (!this.#isOver && !this.#unpacker.write(chunk)) this.exchange?.pause();
  }

  onEnd(): void {
    if (this.#unpacker === undefined) this.#receiver.onEnd();
    else this.#unpacker.end();
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.#isOver) return;
    this.#unpacker?.destroy();
    this.#receiver.onFailure(failure);
    // Not before: whoever fails at hearing of it is told once more.
    this.#isOver = true;
  }

  abort(): void {
    this.#isOver = true;
    this.#unpacker?.destroy();
    this.exchange?.abort();
  }

  pause(): void {
    this.#isPaused = true;
    this.#unpacker?.pause();
    this.exchange?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#unpacker?.resume();
    if (this.#unpacker?.writableNeedDrain !== true) this.exchange?.resume();
  }

  #unpack(encoding: string): boolean {
    const heard = new ContainedReceiver(this.#receiver, this.#faults, this.#url);
    heard.exchange = this;
    this.#heard = heard;
    const unpacker = unpackers.get(encoding)?.();
    if (unpacker === undefined) {
      this.#fail(
        "ENCODED",
        `it answers in the encoding ${encoding.slice(0, 20)}, which the hub did not ask for`,
      );
      return false;
    }
    this.#unpacker = unpacker;
    unpacker
      .on("data", (chunk: Buffer) => {
        if (this.#isOver) return;
        this.#unpackedBytes += chunk.length;
        if (this.#unpackedBytes > unratedBytes + mostRatio * this.#packedBytes)
          this.#fail(
            "ANSWER_INVALID",
            `it sent an answer that unpacks to more than ${mostRatio} times its bytes`,
          );
        else heard.onData(chunk);
      })
      .on("end", () => {
        if (this.#isOver) return;
        this.#isOver = true;
        heard.onEnd();
      })
      .on("drain", () => {
        if (!this.#isPaused && !this.#isOver) this.exchange?.resume();
      })
      .on("error", () =>
        this.#fail(
          "ANSWER_INVALID",
          `it announced an answer as ${encoding}, but that is not what it sent`,
        ),
      );
    return true;
  }

  #fail(code: string, detail: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unpacker?.destroy();
    this.exchange?.abort();
    this.#heard?.onFailure({ neverSent: false, code, detail });
  }
}
