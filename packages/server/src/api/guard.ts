import { HubError } from "@hub/core";
import { hubViaHeader } from "../probe/index.js";

export type GuardOptions = {
  /** Host names (without port) that requests may be addressed to, beside localhost and the loopback addresses. */
  readonly allowedHosts: readonly string[];
  /** Origins, such as `https://tools.example`, whose pages may call the hub. */
  readonly allowedOrigins: readonly string[];
};

/** What of a request is judged, from whatever interface it came over. */
export type Guarded = {
  readonly method: string;
  readonly host: string;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
  /** The hubs it came through. */
  readonly via: string | undefined;
};

export type Guard = {
  /** Throws HOST_REFUSED or ORIGIN_REFUSED; ENDPOINT_REFUSED for a request that came back to its hub. */
  check(request: Guarded): void;
  /** The origin to name in CORS headers: only one that was allowed by name. */
  corsOrigin(request: Guarded): string | undefined;
};

/** What of a web-standard request is judged. */
export function guarded(request: Request): Guarded {
  const header = (name: string) => request.headers.get(name) ?? undefined;
  return {
    method: request.method,
    host: header("host") ?? new URL(request.url).host,
    origin: header("origin"),
    site: header("sec-fetch-site"),
    via: header(hubViaHeader),
  };
}

const loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

/** The host name of a Host header, lower case, without port and trailing dot; undefined when it is none. */
function hostName(header: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header);
  return match?.[1]?.toLowerCase().replace(/\.$/, "");
}

/**
 * Keeps pages of other sites from using a hub that listens on loopback: the name in Host must be one of
 * ours (DNS rebinding), a page must be of this very origin, and requests without either header, as
 * curl, httpx and SDKs send them, pass. Runs on every request, before any route is looked at.
 */
export function createGuard({ allowedHosts, allowedOrigins }: GuardOptions, hubId: string): Guard {
  const hosts = new Set([...loopbackHosts, ...allowedHosts.map((host) => host.toLowerCase())]);
  /** The Host header that was let through last: nearly all requests name the hub alike. */
  let lastHost: string | undefined;
  const origins = new Set(allowedOrigins.map((origin) => new URL(origin).origin));
  const isOurs = (name: string | undefined) => name !== undefined && hosts.has(name);

  function isOwnOrigin(origin: string, host: string): boolean {
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    return (
      (url.protocol === "http:" || url.protocol === "https:") &&
      url.origin === origin &&
      url.host === new URL(`${url.protocol}//${host}`).host
    );
  }

  return {
    check({ method, host, origin, site, via }) {
      if (via?.split(",").some((one) => one.trim() === hubId)) {
        throw new HubError(
          "ENDPOINT_REFUSED",
          "This request came back to the hub that it started from.",
        );
      }
      if (host !== lastHost && !isOurs(hostName(host))) {
        throw new HubError(
          "HOST_REFUSED",
          `The hub does not answer to the host ${JSON.stringify(host.slice(0, 100))}. Use localhost or 127.0.0.1, or name the host in MCP_HUB_ALLOWED_HOSTS.`,
        );
      }
      lastHost = host;
      if (origin !== undefined && !origins.has(origin) && !isOwnOrigin(origin, host)) {
        throw new HubError(
          "ORIGIN_REFUSED",
          `Pages of ${JSON.stringify(origin.slice(0, 100))} may not call the hub. To allow them, name the origin in MCP_HUB_ALLOWED_ORIGINS.`,
        );
      }
      const isForeign = site !== undefined && site !== "same-origin" && site !== "none";
      const mayChange = method !== "GET" && method !== "HEAD";
      if (isForeign && mayChange && !(origin !== undefined && origins.has(origin))) {
        throw new HubError(
          "ORIGIN_REFUSED",
          "A page of another site may not change anything in the hub.",
        );
      }
    },
    corsOrigin({ origin }) {
      return origin !== undefined && origins.has(origin) ? origin : undefined;
    },
  };
}
