import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { asDialError } from "./connector.js";
import { codeOf, DialError } from "./dial-error.js";

/** Bytes that may still be read; shared by the answers of one conversation. */
export type ByteBudget = { remaining: number; limit: number };

export function byteBudget(limit: number): ByteBudget {
  return { remaining: limit, limit };
}

/** Gives a conversation another limit; what was read counts. */
export function giveLimit(budget: ByteBudget, limit: number): void {
  budget.remaining += limit - budget.limit;
  budget.limit = limit;
}

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

function decodersFor(encoding: string | undefined) {
  const names = (encoding ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  // Nobody encodes twice but to cost the reader more than the sender.
  if (names.length > 1) throw new DialError("http", "UNDECODABLE", "encoded more than once");
  return names.map((name) => {
    const create = decoders.get(name);
    if (create === undefined)
      throw new DialError("http", "UNDECODABLE", "unknown content encoding");
    return create;
  });
}

/**
 * The decoded bytes of a body, at most `limit` of them and no more than the budget has left: what a
 * compressed body unfolds to counts, not what was sent. Throws DialError (TOO_LARGE, UNDECODABLE, ...).
 */
export async function* boundedBody(
  body: Readable,
  encoding: string | undefined,
  limit: number,
  budget: ByteBudget,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let stream: Readable = body;
  let read = 0;
  try {
    for (const create of decodersFor(encoding)) {
      // Errors reach the loop below through the last stream.
      stream = pipeline(stream, create(), () => undefined);
    }
    for await (const chunk of stream) {
      const bytes: Uint8Array = chunk;
      read += bytes.length;
      budget.remaining -= bytes.length;
      if (read > limit || budget.remaining < 0)
        throw new DialError("http", "TOO_LARGE", `more than ${Math.min(limit, read)} bytes`);
      yield bytes;
    }
  } catch (error) {
    if (!signal.aborted && /^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT)/.test(codeOf(error)))
      throw new DialError("http", "UNDECODABLE", "broken compression", { cause: error });
    throw asDialError("http", error, signal);
  } finally {
    body.on("error", () => undefined).destroy();
  }
}
