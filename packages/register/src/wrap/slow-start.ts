import type { Log } from "../log.js";

/** A server that says nothing for so long at its start is spoken of. Milliseconds. */
const quietMs = 10_000;

/** Says once when a server is slow to answer its first request. Returns how to say nothing any more. */
export function watchSlowStart(log: Log | undefined, handshakeMs: number): () => void {
  const timer = setTimeout(() => {
    const message = `the server has not answered initialize for ${quietMs / 1_000} s; it has ${handshakeMs / 1_000} s in all`;
    log?.({ level: "warn", message });
  }, quietMs);
  return () => clearTimeout(timer);
}
