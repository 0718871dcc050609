import type { IncomingMessage } from "node:http";
import { HubError } from "@hub/core";
import { hubViaHeader } from "@hub/dial";
import type { Arrival } from "../access/arrival.js";
import { isLoopbackHost } from "../access/profile.js";
import { hostNameIn } from "./host-header.js";

export type GuardOptions = {
  /** Host names (without port) that requests may be addressed to, beside the hub's own. */
  readonly allowedHosts: readonly string[];
  /** Origins, such as `https://tools.example`, whose pages may call the hub. */
  readonly allowedOrigins: readonly string[];
  /** Where clients on a network reach the hub. Default: under the allowed hosts. */
  readonly publicUrl?: string | undefined;
  /** Other machines can reach the hub. Default: false. */
  readonly isNetwork?: boolean | undefined;
};

/** What of a request is judged, from whatever interface it came over. */
export type Guarded = {
  readonly method: string;
  readonly arrival: Arrival;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
  /** The hubs it came through. */
  readonly via: string | undefined;
};

export type Guard = {
  /**
   * Why a request may not be answered: HOST_REFUSED, ORIGIN_REFUSED, PROXY_NOT_TRUSTED when it came from another
   * machine to a hub that is for this one, or ENDPOINT_REFUSED when it came back to its hub. Undefined when it may.
   * Never throws, whatever the headers hold.
   */
  refusal(request: Guarded): HubError | undefined;
  /** The origin to name in CORS headers: only one that was allowed by name. */
  corsOrigin(request: Guarded): string | undefined;
};

/** What of a web-standard request is judged. */
export function guarded(request: Request, arrival: Arrival): Guarded {
  const header = (name: string) => request.headers.get(name) ?? undefined;
  return {
    method: request.method,
    arrival,
    origin: header("origin"),
    site: header("sec-fetch-site"),
    via: header(hubViaHeader),
  };
}

/** The same of a request as Node has it. */
export function guardedIncoming(
  { headers, method = "GET" }: IncomingMessage,
  arrival: Arrival,
): Guarded {
  return {
    method,
    arrival,
    origin: headers.origin,
    site: single(headers["sec-fetch-site"]),
    via: single(headers[hubViaHeader]),
  };
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

const loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

/** A host name as a Host header would have the address; IPv6 in brackets. */
const inHost = (address: string) => (address.includes(":") ? `[${address}]` : address);

/**
 * Keeps pages of other sites from using the hub: the name in Host must be one of its own (DNS rebinding), a page
 * must be of this very origin, and requests without either header, as curl, httpx and SDKs send them, pass. Judges
 * every request, whichever way it came, before any route is looked at.
 *
 * The names of a hub on loopback are those of loopback. On a network they are the public URL's and the allowed ones;
 * whoever is connected to an address itself may use that, since no other site's page has it for an origin.
 */
export function createGuard(
  { allowedHosts, allowedOrigins, publicUrl, isNetwork = false }: GuardOptions,
  hubId: string,
): Guard {
  const own = publicUrl === undefined ? undefined : new URL(publicUrl);
  const hosts = new Set([
    ...(isNetwork ? [] : loopbackHosts),
    ...(own === undefined ? [] : [own.hostname]),
    ...allowedHosts.map((host) => host.toLowerCase()),
  ]);
  const origins = new Set(allowedOrigins.map((origin) => new URL(origin).origin));

  function isOurs(name: string | undefined, { localAddress, isForwarded }: Arrival): boolean {
    if (name === undefined) return false;
    if (hosts.has(name)) return true;
    // A proxy that calls the hub by its address does not tell what the client called it.
    if (!isNetwork || isForwarded || localAddress === undefined) return false;
    return name === inHost(localAddress) || (name === "localhost" && isLoopbackHost(localAddress));
  }

  function isOwnOrigin(origin: string, { host, scheme }: Arrival): boolean {
    if (origin === own?.origin) return true;
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    if ((url.protocol !== "http:" && url.protocol !== "https:") || url.origin !== origin)
      return false;
    // On loopback nothing is told of how the client came.
    if (isNetwork && url.protocol !== `${scheme ?? "http"}:`) return false;
    const named = `${url.protocol}//${host}`;
    return URL.canParse(named) && url.host === new URL(named).host;
  }

  return {
    refusal({ method, arrival, origin, site, via }) {
      const { host, address } = arrival;
      if (via?.split(",").some((one) => one.trim() === hubId)) {
        return new HubError(
          "ENDPOINT_REFUSED",
          "This request came back to the hub that it started from.",
        );
      }
      if (!isNetwork && address !== undefined && !isLoopbackHost(address)) {
        return new HubError(
          "PROXY_NOT_TRUSTED",
          "This hub is for programs on its own machine, and the request comes from another one. To open the hub to a network, give it tokens and say where it is reached: MCP_HUB_PUBLIC_URL.",
        );
      }
      if (!isOurs(hostNameIn(host), arrival)) {
        const name = JSON.stringify(host.slice(0, 100));
        return new HubError(
          "HOST_REFUSED",
          isNetwork
            ? `The hub does not answer to the host ${name}. Say where clients reach it in MCP_HUB_PUBLIC_URL, or name the host in MCP_HUB_ALLOWED_HOSTS.`
            : `The hub does not answer to the host ${name}. Use localhost or 127.0.0.1, or name the host in MCP_HUB_ALLOWED_HOSTS.`,
        );
      }
      if (origin !== undefined && !origins.has(origin) && !isOwnOrigin(origin, arrival)) {
        const hint =
          isNetwork && own === undefined
            ? " If that is where the hub itself is reached, say so in MCP_HUB_PUBLIC_URL."
            : "";
        return new HubError(
          "ORIGIN_REFUSED",
          `Pages of ${JSON.stringify(origin.slice(0, 100))} may not call the hub. To allow them, name the origin in MCP_HUB_ALLOWED_ORIGINS.${hint}`,
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
