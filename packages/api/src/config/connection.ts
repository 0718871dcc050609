import type { ClientFormat, ClientId } from "./ids.js";
import type { Traits } from "./traits.js";

/** One MCP endpoint a client is told of. All of it is made of safe characters: see `safeUrl`. */
export type Connection = {
  /** How the client calls it: the id of a server or toolset, or `hub`. `[a-z0-9-]` only. */
  readonly key: string;
  readonly url: string;
  readonly transport: "streamable-http" | "sse";
  /** The variable of the environment with the token that it asks for. Absent where it asks for none. */
  readonly tokenVariable?: string;
};

/** A connection, and what is sent to it in the head of each request. */
export type Target = Connection & { readonly headers?: Record<string, string> };

/** A server that a client is to reach by itself. */
export type DirectConnection = Connection & {
  /** The same server through the hub, for clients that cannot be told of its own endpoint. */
  readonly hubUrl: string;
  /** The variable with the token that the hub asks for. Absent where it asks for none. */
  readonly hubTokenVariable?: string;
  /** It answered the hub's probe, and wants a token. */
  readonly needsToken: boolean;
  /** It does not answer now. */
  readonly isAway: boolean;
};

type InstallLink = { readonly label: string; readonly href: string };

/** What the configuration of a client says: the answer of `GET /config/{client}`. */
export type Configuration = {
  readonly client: string;
  readonly title: string;
  readonly format: ClientFormat;
  readonly file?: string;
  readonly text: string;
  readonly steps: readonly string[];
  readonly installLinks: readonly InstallLink[];
  readonly notes: readonly string[];
  readonly endpoints: readonly Connection[];
  readonly data?: unknown;
};

/** A program that people connect with, and how it wants to be told of MCP endpoints. */
export type ClientKind = Traits & {
  readonly id: ClientId;
  readonly title: string;
  readonly format: ClientFormat;
  /** The file that the text belongs in. Absent for commands. */
  readonly file?: string;
  /** The whole file or all commands. There is at least one connection. */
  text(connections: readonly Connection[]): string;
  /** What a constructor of the framework takes; undefined for what it cannot be told so. */
  data?(targets: readonly Target[]): unknown;
  /** What a person does with the text, one sentence each; commands and names in backticks. */
  steps(connections: readonly Connection[]): readonly string[];
  installLinks?(connections: readonly Connection[]): readonly InstallLink[];
  /** What goes wrong for people who do not know it. */
  notes?(connections: readonly Connection[]): readonly string[];
  /** Where the token comes from. Absent where the text cannot name it, and a person adds the header. */
  tokenNote?(variable: string): string;
};

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Whether a URL means the machine of whoever uses it. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return loopback.test(hostname) || hostname.endsWith(".localhost");
}
