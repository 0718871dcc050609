import type { Server } from "node:http";
import { type Bound, urlFor } from "../advertise.js";
import { askUrl } from "../describe-url.js";

/** The HTTP servers that listen in this process. Node has no public list of them; without this one there are none. */
function listeningHere(): Server[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?(): unknown[] }; // not in the types
  return (handles?.call(process) ?? []).filter(isListening);
}

function isListening(handle: unknown): handle is Server {
  return (
    typeof handle === "object" &&
    handle !== null &&
    "listening" in handle &&
    handle.listening === true &&
    "address" in handle &&
    typeof handle.address === "function"
  );
}

/** An npm `fastmcp` server keeps its path to itself; these are the ways to set it besides `start()`. */
function pathHere(): string {
  const said = (option: string, variable: string) => {
    const at = process.argv.indexOf(option);
    return (at < 0 ? undefined : process.argv[at + 1]) ?? process.env[variable] ?? "";
  };
  const base = said("--base-path", "FASTMCP_BASE_PATH");
  const endpoint = said("--endpoint", "FASTMCP_ENDPOINT") || "/mcp";
  return [base, endpoint]
    .flatMap((part) => part.split("/"))
    .filter((part) => part !== "")
    .map((part) => `/${part}`)
    .join("");
}

/** What listens everywhere is asked here. */
const loopbackOf: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Where in this process a server of this name answers MCP; undefined when that cannot be found out. */
export async function findStarted(name: string, signal: AbortSignal): Promise<Bound | undefined> {
  const path = pathHere();
  for (const server of listeningHere()) {
    const listening = server.address();
    if (listening === null || typeof listening === "string") continue;
    const { address, port } = listening;
    // An https.Server has this method, an http.Server does not.
    const bound = { address, port, path, isSecure: "setSecureContext" in server };
    const url = urlFor(loopbackOf[address] ?? address, bound);
    const found = await askUrl(url, signal).catch(() => undefined);
    if (found?.name === name) return bound;
  }
  return undefined;
}
