import type { ServerResponse } from "node:http";

const shared = new WeakMap<ServerResponse, readonly Buffer[]>();

/** Notes which parts of an answer are no copies: other answers, or what they are made of, hold them too. */
export function markShared(response: ServerResponse, pieces: readonly Buffer[]): void {
  shared.set(response, pieces);
}

/** Those parts. Whoever counts what waits for clients that do not read must count each only once. */
export function sharedBytesOf(response: ServerResponse): readonly Buffer[] {
  return shared.get(response) ?? [];
}
