import { isLoopback } from "./serve/guard.js";

/** Where a server listens, as far as is known. */
export interface Bound {
  readonly port: number;
  readonly path: string;
  /** The bound address; `undefined` when somebody else listens and only the port is known. */
  readonly address: string | undefined;
  /** Whether it answers https. */
  readonly isSecure: boolean;
}

/** What this machine says of itself. */
export interface Surroundings {
  /** The container platform's word for our address, where there is one. */
  readonly podIp: string | undefined;
  readonly hostName: string;
  /** Addresses other machines may reach, IPv4 first. */
  readonly addresses: readonly string[];
}

export interface Advertised {
  readonly endpoint: string;
  readonly candidates: readonly string[];
  /** What was found out and is no use, because hubs connect to no link-local address. */
  readonly leftOut: readonly string[];
}

/** The URL of what listens there, under a name or an address of its machine. */
export function urlFor(host: string, { port, path, isSecure }: Bound): string {
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `${isSecure ? "https" : "http"}://${name}:${port}${path}`;
}

/** A full URL stays as it is; a base gets the real path. */
function completed(advertiseUrl: string, path: string): string {
  const url = new URL(advertiseUrl);
  return url.pathname === "/" ? `${url.origin}${path}${url.search}` : advertiseUrl;
}

const wildcards = ["0.0.0.0", "::", ""];

/**
 * The URLs a hub may reach us at, best first: what the user said, the platform's address, the host
 * name, network addresses, loopback. A hub on this machine gets loopback before all guesses.
 */
export function advertise(
  bound: Bound,
  surroundings: Surroundings,
  options: { readonly advertiseUrl: string | undefined; readonly hubUrl: string },
): Advertised {
  const said =
    options.advertiseUrl === undefined ? [] : [completed(options.advertiseUrl, bound.path)];
  const guessed = guesses(bound, surroundings, isLoopback(new URL(options.hubUrl).hostname));
  const leftOut = guessed.filter(isLinkLocal);
  const useful = guessed.filter((url) => !isLinkLocal(url));
  // With nothing else the hub says why it cannot be.
  const urls = [...said, ...(said.length + useful.length === 0 ? guessed : useful)];
  const [endpoint = "", ...rest] = [...new Set(urls)];
  return { endpoint, candidates: rest.slice(0, 16), leftOut };
}

/** Those of IPv4, and of IPv6 also where they hold one of IPv4. A name is looked up by the hub alone. */
function isLinkLocal(url: string): boolean {
  const { hostname } = new URL(url);
  return /^169\.254\.|^\[fe[89ab]|^\[::ffff:a9fe:/.test(hostname);
}

function guesses(bound: Bound, surroundings: Surroundings, isHubHere: boolean): string[] {
  const { address } = bound;
  if (address !== undefined && !wildcards.includes(address)) {
    return [urlFor(address, bound)];
  }
  const { podIp, hostName, addresses } = surroundings;
  const outside = [podIp, hostName, ...addresses].filter((host) => host !== undefined);
  const hosts = isHubHere ? ["127.0.0.1", ...outside] : [...outside, "127.0.0.1"];
  return hosts.map((host) => urlFor(host, bound));
}
