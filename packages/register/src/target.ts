import { urlOf } from "./url-target.js";
import type { Connectable } from "./wrap/factory-backend.js";

/**
 * Any MCP server object of this process: SDK v1 or v2, `McpServer` or `Server`, or an npm `fastmcp`
 * server. Typed by shape, so that no SDK has to be installed for the types.
 */
export interface ServerLike {
  connect(transport: never, ...rest: never[]): Promise<unknown>;
}

/** Makes a fresh server: for each client session, and for each request of a stateless client. */
export type ServerFactory = () => ServerLike | Promise<ServerLike>;

/** What `register` takes: a server, a factory of servers, or the URL of one that is served already. */
export type Target = ServerLike | ServerFactory | string | URL;

export type ClassifiedTarget =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "factory"; readonly create: () => Promise<Connectable> }
  /** `isStarted`: it is served already, by itself. */
  | { readonly kind: "fastmcp"; readonly server: Connectable; readonly isStarted: boolean }
  | { readonly kind: "instance"; readonly server: Connectable };

/** @throws TypeError with a sentence for everything that cannot be registered. */
export function classifyTarget(target: unknown): ClassifiedTarget {
  if (typeof target === "string" || target instanceof URL)
    return { kind: "url", url: urlOf(String(target), "register") };
  if (typeof target === "function") {
    const factory = target as ServerFactory; // what it returns is checked at each call
    return { kind: "factory", create: async () => connectable(await factory()) };
  }
  const server = connectable(target);
  if (isFastMcp(server)) {
    return { kind: "fastmcp", server, isStarted: server.serverState === "running" };
  }
  if (isConnected(server)) {
    throw new TypeError(
      "This MCP server is already connected to a transport. Pass its URL to `register`, or pass it before `connect()`",
    );
  }
  return { kind: "instance", server };
}

function connectable(value: unknown): Connectable {
  if (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { connect?: unknown }).connect === "function"
  ) {
    return value as Connectable; // just checked
  }
  throw new TypeError(
    `\`register\` got ${describeValue(value)}. Expected an MCP server (with a \`connect\` method), a function that makes one, or a URL`,
  );
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return `an object of class ${value.constructor?.name ?? "Object"}`;
}

function isFastMcp(server: Connectable): server is Connectable & { serverState: string } {
  return "serverState" in server && "start" in server;
}

function isConnected(server: Connectable): boolean {
  const { transport, server: inner } = server as {
    transport?: unknown;
    server?: { transport?: unknown };
  }; // `McpServer` holds a `Server` of either SDK; both show their transport
  return transport !== undefined || inner?.transport !== undefined;
}
