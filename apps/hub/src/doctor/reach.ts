import { connect as connectPlain, isIP } from "node:net";
import { connect as connectTls } from "node:tls";

/** Whether a connection to a server comes about from this machine; `code` says why not. */
export type Reach =
  | { readonly isReached: true }
  | { readonly isReached: false; readonly code: string };

/** A connection that takes longer is of no use to anybody. */
const connectMs = 1_000;

/**
 * Opens a connection to where a URL leads, with TLS where it says so, and closes it. Asks nothing: a server that
 * accepts connections and never answers is reached. Never rejects.
 */
export function reach(url: string, signal: AbortSignal): Promise<Reach> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const isSecure = protocol === "https:";
  const at = { host, port: Number(port === "" ? (isSecure ? 443 : 80) : port) };
  return new Promise((resolve) => {
    const socket = isSecure
      ? connectTls({ ...at, ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connectPlain(at);
    const end = (found: Reach) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(found);
    };
    const abort = () => end({ isReached: false, code: "ABORTED" });
    const timer = setTimeout(() => end({ isReached: false, code: "TIMEOUT" }), connectMs);
    signal.addEventListener("abort", abort, { once: true });
    socket.once(isSecure ? "secureConnect" : "connect", () => end({ isReached: true }));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      end({ isReached: false, code: error.code ?? error.name }),
    );
  });
}
