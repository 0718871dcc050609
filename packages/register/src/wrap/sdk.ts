import * as own from "@modelcontextprotocol/server";

/** What serves 2026-07-28 requests. */
export type Sdk = Pick<typeof own, "createMcpHandler" | "McpServer" | "Server">;

/** The SDK that this package carries. */
export const ownSdk: Sdk = own;

/** Not a literal, for a bundler would put another copy in its place. */
const installed: string = "@modelcontextprotocol/server";

/**
 * The SDK that is installed beside this package, else the one it carries. A program's own v2 servers are
 * made with the installed one, and only the handler of the same copy can serve them natively.
 */
export async function sdkOfProgram(): Promise<Sdk> {
  try {
    const found: unknown = await import(installed);
    return isSdk(found) ? found : ownSdk;
  } catch {
    return ownSdk;
  }
}

/** Whatever version it is, it must have what is used here. */
function isSdk(value: unknown): value is Sdk {
  const names: readonly (keyof Sdk)[] = ["createMcpHandler", "McpServer", "Server"];
  const functions = value as Readonly<Record<string, unknown>>; // a module
  return names.every((name) => typeof functions[name] === "function");
}
