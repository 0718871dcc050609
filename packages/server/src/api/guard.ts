import type { IncomingMessage } from "node:http";
import { HubError } from "@hub/core";
import { hubViaHeader } from "@hub/dial";
import { hostNameIn } from "./host-header.js";

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
  /**
   * Why a request may not be answered: HOST_REFUSED, ORIGIN_REFUSED, or ENDPOINT_REFUSED when it came back
   * to its hub. Undefined when it may. Never throws, whatever the headers hold.
   */
  refusal(request: Guarded): HubError | undefined;
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

/** The same of a request as Node has it. */
export function guardedIncoming({ headers, method = "GET" }: IncomingMessage): Guarded {
  return {
    method,
    host: headers.host ?? "",
    origin: headers.origin,
    site: single(headers["sec-fetch-site"]),
    via: single(headers[hubViaHeader]),
  };
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

const loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Keeps pages of other sites from using a hub that listens on loopback: the name in Host must be one of
 * ours (DNS rebinding), a page must be of this very origin, and requests without either header, as
 * curl, httpx and SDKs send them, pass. Judges every request, whichever way it came, before any
 * route is looked at.
 */
export function createGuard({ allowedHosts, allowedOrigins }: GuardOptions, hubId: string): Guard {
  const hosts = new Set([...loopbackHosts, ...allowedHosts.map((host) => host.toLowerCase())]);
  const origins = new Set(allowedOrigins.map((origin) => new URL(origin).origin));
  const isOurs = (name: string | undefined) => name !== undefined && hosts.has(name);

  function isOwnOrigin(origin: string, host: string): boolean {
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    if ((url.protocol !== "http:" && url.protocol !== "https:") || url.origin !== origin)
      return false;
    const own = `${url.protocol}//${host}`;
    return URL.canParse(own) && url.host === new URL(own).host;
  }

  return {
    refusal({ method, host, origin, site, via }) {
      if (via?.split(",").some((one) => one.trim() === hubId)) {
        return new HubError(
          "ENDPOINT_REFUSED",
          "This request came back to the hub that it started from.",
        );
      }
      if (!isOurs(hostNameIn(host))) {
        return new HubError(
          "HOST_REFUSED",
          `The hub does not answer to the host ${JSON.stringify(host.slice(0, 100))}. Use localhost or 127.0.0.1, or name the host in MCP_HUB_ALLOWED_HOSTS.`,
        );
      }
      if (origin !== undefined && !origins.has(origin) && !isOwnOrigin(origin, host)) {
        return new HubError(
          "ORIGIN_REFUSED",
          `Pages of ${JSON.stringify(origin.slice(0, 100))} may not call the hub. To allow them, name the origin in MCP_HUB_ALLOWED_ORIGINS.`,
        );
      }
      const isForeign = site !== undefined && site !== "same-origin" && site !== "none";
      const mayChange = method !== "GET" && method !== "HEAD";
      if (isForeign && mayChange && !(origin !== undefined && origins.has(origin))) {
        return new HubError(
          "ORIGIN_REFUSED",
          "A page of another site may not change anything in the hub.",
        );
      }
      return undefined;
    },
    corsOrigin({ origin }) {
      return origin !== undefined && origins.has(origin) ? origin : undefined;
    },
  };
}
