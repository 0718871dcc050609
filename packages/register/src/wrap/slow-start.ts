import type { Log } from "../log.js";

/** How long a server may take to start before a warning is logged, in milliseconds. */
const quietMs = 10_000;

/** Logs once when a server is slow to answer its first request. Returns a function that stops this. */
export function watchSlowStart(log: Log | undefined, handshakeMs: number): () => void {
  const timer = setTimeout(() => {
    const message = `the server has not answered initialize for ${quietMs / 1_000} s; it has ${handshakeMs / 1_000} s in all`;
    log?.({ level: "warn", message });
  }, quietMs);
  return () => clearTimeout(timer);
}
