import type { ServerResponse } from "node:http";
import type { JsonRpcId } from "@hub/mcp";
import { markShared } from "./shared-bytes.js";

/** A message in pieces, some of which other messages share. */
export type Pieces = {
  readonly pieces: readonly Buffer[];
  /** Of all of them, in bytes. */
  readonly length: number;
};

export function piecesOf(pieces: readonly Buffer[]): Pieces {
  return { pieces, length: pieces.reduce((sum, piece) => sum + piece.length, 0) };
}

/** The same between two texts. */
export function between(before: string, { pieces, length }: Pieces, after: string): Pieces {
  const [head, tail] = [Buffer.from(before, "utf8"), Buffer.from(after, "utf8")];
  return { pieces: [head, ...pieces, tail], length: head.length + length + tail.length };
}

/** The response to a request whose result is in pieces. */
export function resultPieces(id: JsonRpcId, result: Pieces): Pieces {
  return between(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`, result, "}");
}

/** Up to this many bytes, copying costs less than writing piece by piece. */
const mostCopied = 128 * 1024;

/** Ends a response with a message, whose large pieces are never copied: many clients may wait for one. */
export function endWith(response: ServerResponse, { pieces, length }: Pieces): void {
  if (length <= mostCopied) {
    response.end(Buffer.concat(pieces, length));
    return;
  }
  markShared(response, pieces);
  response.cork();
  for (const piece of pieces) response.write(piece);
  response.end();
  response.uncork();
}
