import type { Log } from "./log.js";
import type { ListeningServer } from "./serve/listen.js";
import type { MountTarget } from "./serve/mount.js";

/** A picture of a server, as MCP writes it. */
export interface Icon {
  /** An http(s) URL, or a `data:` URL with a bitmap in it. */
  readonly src: string;
  readonly mimeType?: string | undefined;
  readonly sizes?: string[] | undefined;
  readonly theme?: "light" | "dark" | undefined;
}

/** What the hub shows of a server. Written out here, so that these types stand alone. */
interface Profile {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: string[] | undefined;
  /** Who answers for it. */
  readonly owner?: string | undefined;
  readonly repository?: string | undefined;
  readonly websiteUrl?: string | undefined;
  readonly icons?: Icon[] | undefined;
  /** Whatever else; at most 8,192 characters of JSON. */
  readonly metadata?: Record<string, unknown> | undefined;
}

/** How a server is kept registered, wherever it is served. All optional. */
export interface MembershipOptions extends Profile {
  /** Default: the name the server itself gives. */
  readonly name?: string | undefined;
  /** Default: the version the server itself gives. */
  readonly version?: string | undefined;

  /** One hub or several, independent of each other. Default: `MCP_HUB_URL` (commas allowed), else http://127.0.0.1:8001. */
  readonly hubUrl?: string | readonly string[] | undefined;
  /**
   * Bearer token for the hub, or a function that says it, which is asked before each request. Default:
   * `MCP_HUB_TOKEN`, else the file that `MCP_HUB_TOKEN_FILE` names.
   */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Lets further instances join this name. Default: `MCP_HUB_SERVICE_KEY`. */
  readonly serviceKey?: string | undefined;
  /** Where the hub reaches this server: a whole URL, or a base to which the path is added. Default: `MCP_HUB_ADVERTISE_URL`, else found out. */
  readonly advertiseUrl?: string | undefined;
  /** How long the hub waits for a heartbeat, in milliseconds. Default: the hub's. */
  readonly leaseTtlMs?: number | undefined;

  /** For a URL: how it speaks. Default `streamable-http`. */
  readonly transport?: "streamable-http" | "sse" | undefined;
  /** For a URL: the program stays alive until `close()` or a signal, as with a server that is served here. Default true. */
  readonly keepAlive?: boolean | undefined;
  /** Finish calls and deregister on SIGTERM and SIGINT. Default true. */
  readonly signals?: boolean | undefined;
  /**
   * How long the calls that run when it is asked to end have, in milliseconds; then they are broken off. For what is
   * served here. Default 8,000.
   */
  readonly drainMs?: number | undefined;
  /** Default: one line each on stderr. */
  readonly log?: Log | undefined;
  /**
   * The last lines that the server logged, oldest first. A hub gets them (at most 500 lines, 64 KiB) when
   * somebody asks it what is wrong with this server, and when it cannot reach it. Values of environment
   * variables that look like secrets are replaced. Default: nothing is sent.
   */
  readonly lastLines?: (() => string | readonly string[]) | undefined;
}

/** All optional: without any, the server is served on a free port and registered at the local hub. */
export interface RegisterOptions extends MembershipOptions {
  /** Port to serve on; 0 is a free one. With `mount`: the port the user's server listens on. Default 0. */
  readonly port?: number | undefined;
  /** Address to serve on. Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Path of the endpoint; with `mount`, below the mount point. Default `/mcp`. */
  readonly path?: string | undefined;
  /** Serve inside this Hono app, Express app or router, or `node:http` server, not on an own port; `"manual"`: use `fetch` or `node` of the answer. */
  readonly mount?: MountTarget | undefined;
  /** With a mounted app: the server that runs it, if `port` does not say where it listens. */
  readonly server?: ListeningServer | undefined;
  /** Prefix at which the app or router with our path is mounted, where it cannot be found out. */
  readonly mountedAt?: string | undefined;

  /** Host names, without port, that may ask besides localhost. Those advertised are always allowed. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** A client session without traffic is dropped after this long, in milliseconds. Default 30 minutes. */
  readonly sessionIdleMs?: number | undefined;
}

/** The longest time that a timer of Node takes, in milliseconds. */
export const longestTimerMs = 2 ** 31 - 1;

/** @throws TypeError with a sentence for the first option that cannot work. */
export function checkOptions(options: RegisterOptions): void {
  const { port, path, mountedAt, mount, server, advertiseUrl, drainMs } = options;
  if (advertiseUrl !== undefined && !isHttpUrl(advertiseUrl)) {
    throw new TypeError(
      `Expected \`advertiseUrl\` to be an http(s) URL, got ${JSON.stringify(advertiseUrl)}`,
    );
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new TypeError(`Expected \`port\` to be 0-65535, got ${port}`);
  }
  if (drainMs !== undefined && !(drainMs >= 0 && drainMs <= longestTimerMs)) {
    throw new TypeError(`Expected \`drainMs\` to be 0-${longestTimerMs}, got ${drainMs}`);
  }
  for (const [name, value] of Object.entries({ path, mountedAt })) {
    if (value !== undefined && !value.startsWith("/")) {
      throw new TypeError(`Expected \`${name}\` to start with "/", got ${JSON.stringify(value)}`);
    }
  }
  const isHttpServer = typeof mount === "object" && "listening" in mount;
  if (mount !== undefined && !isHttpServer && server === undefined && !port) {
    throw new TypeError(
      "`mount` needs to know where the app listens: give its `server` (the http.Server) or its `port`",
    );
  }
}

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
