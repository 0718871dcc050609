import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Faults } from "../faults.js";
import { ContainedReceiver } from "./contained-dialer.js";
import type {
  UpstreamDialer,
  UpstreamExchange,
  UpstreamReceiver,
  UpstreamRequest,
} from "./port.js";

const unpackers: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/**
 * A dialer that unpacks the answers to requests that want it (see `UpstreamRequest.isUnpacked`). `dialer` is a
 * contained one; what fails at a piece that was unpacked later ends its one exchange as well.
 */
export function unpackingDialer(dialer: UpstreamDialer, faults: Faults): UpstreamDialer {
  return {
    send: (url, request, receiver) =>
      request.isUnpacked === true
        ? sendUnpacked(dialer, url, request, receiver, faults)
        : dialer.send(url, request, receiver),
  };
}

/**
 * Hears an answer unpacked, a piece at a time and no faster than its receiver takes it. An encoding that is
 * not known is a failure, `ENCODED`; so is a body that is not what it is announced as, `ANSWER_INVALID`.
 */
function sendUnpacked(
  dialer: UpstreamDialer,
  url: string,
  request: UpstreamRequest,
  receiver: UpstreamReceiver,
  faults: Faults,
): UpstreamExchange {
  /** Hears what comes of the unpacker. */
  const heard = new ContainedReceiver(receiver, faults);
  let unpacker: Transform | undefined;
  let isPaused = false;
  let isOver = false;
  const fail = (code: string, detail: string) => {
    if (isOver) return;
    isOver = true;
    unpacker?.destroy();
    exchange.abort();
    heard.onFailure({ neverSent: false, code, detail });
  };
  const unpack = (encoding: string): boolean => {
    const make = unpackers.get(encoding);
    if (make === undefined) {
      fail("ENCODED", `it answers in the encoding ${encoding.slice(0, 20)}, unasked`);
      return false;
    }
    unpacker = make();
    unpacker
      .on("data", (chunk: Buffer) => {
        if (!isOver) heard.onData(chunk);
      })
      .on("end", () => {
        if (isOver) return;
        isOver = true;
        heard.onEnd();
      })
      .on("drain", () => {
        if (!isPaused && !isOver) exchange.resume();
      })
      .on("error", () =>
        fail(
          "ANSWER_INVALID",
          `it sent an answer that is no ${encoding}, as which it was announced`,
        ),
      );
    return true;
  };
  const exchange = dialer.send(url, request, {
    onHead(status, headers) {
      const given = [headers["content-encoding"] ?? "identity"].flat().join(",");
      const encoding = given.trim().toLowerCase();
      if (encoding === "identity" || encoding === "") return receiver.onHead(status, headers);
      if (!unpack(encoding)) return;
      // What comes has neither this encoding nor this length.
      const { "content-encoding": _, "content-length": __, ...kept } = headers;
      receiver.onHead(status, kept);
    },
    onData(chunk) {
      if (unpacker === undefined) receiver.onData(chunk);
      else if (!isOver && !unpacker.write(chunk)) exchange.pause();
    },
    onEnd() {
      if (unpacker === undefined) receiver.onEnd();
      else unpacker.end();
    },
    onFailure(failure) {
      if (isOver) return;
      unpacker?.destroy();
      receiver.onFailure(failure);
      // Not before: whoever fails at hearing of it is told once more.
      isOver = true;
    },
  });
  const handle: UpstreamExchange = {
    abort() {
      isOver = true;
      unpacker?.destroy();
      exchange.abort();
    },
    pause() {
      isPaused = true;
      unpacker?.pause();
      exchange.pause();
    },
    resume() {
      isPaused = false;
      unpacker?.resume();
      if (unpacker?.writableNeedDrain !== true) exchange.resume();
    },
  };
  heard.exchange = handle;
  return handle;
}
