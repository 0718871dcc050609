import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { HubError } from "@hub/core";
import { plainAddress } from "@hub/core/limits";
import { addressKind, canonicalAddress, type Network, networkHolds, parseNetwork } from "@hub/dial";
import { type Hop, readForwarded, readOlderForwarded } from "./forwarded.js";

export type ArrivalOptions = {
  /** Addresses and networks of proxies whose word counts. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** The origin under which clients reach the hub, such as `https://hub.example`. Default: as they say themselves. */
  readonly publicUrl?: string | undefined;
};

/** How a request reached the hub, as far as those who say so are believed. */
export class Arrival {
  /** Where the client is; undefined when that is not known. */
  readonly address: string | undefined;
  /** The name of the hub that the client used, with its port. */
  readonly host: string;
  /** How the client came; undefined where something that ends TLS may stand in between and say nothing. */
  readonly scheme: "http" | "https" | undefined;
  /** The address of the hub that the connection was made to. */
  readonly localAddress: string | undefined;
  /** Whether a proxy whose word counts handed it on. */
  readonly isForwarded: boolean;
  readonly #configuredUrl: string | undefined;

  constructor(
    { address, host, scheme, localAddress, isForwarded }: Omit<Arrival, "publicUrl">,
    configuredUrl: string | undefined,
  ) {
    this.address = address;
    this.host = host;
    this.scheme = scheme;
    this.localAddress = localAddress;
    this.isForwarded = isForwarded;
    this.#configuredUrl = configuredUrl;
  }

  /** The origin under which clients know the hub: the configured one, else the one that this client used. */
  get publicUrl(): string {
    if (this.#configuredUrl !== undefined) return this.#configuredUrl;
    const url = `${this.scheme ?? "http"}://${this.host}`;
    return URL.canParse(url) ? new URL(url).origin : url;
  }
}

/** What is known of a request without believing anybody. */
export type Received = {
  /** Of whom the connection is. */
  readonly peer: string | undefined;
  readonly localAddress: string | undefined;
  readonly isEncrypted: boolean;
  readonly host: string;
  header(name: string): string | undefined;
};

/** By these, programs in front of the hub would say whose a request is. */
const markers = ["forwarded", "x-forwarded-for", "x-real-ip"] as const;
const mostProxiesKnown = 1_000;

/**
 * Says of each request where it comes from and what the client calls the hub. Proxies are believed when the
 * operator named them; what stands in their headers before that may be made up by anybody and counts nothing.
 */
export class Arrivals {
  readonly #proxies: readonly Network[];
  readonly #publicUrl: string | undefined;
  readonly #known = new Map<string, boolean>();

  constructor({ trustedProxies = [], publicUrl }: ArrivalOptions = {}) {
    this.#proxies = trustedProxies.map((text) => {
      const network = parseNetwork(text);
      if (network !== undefined) return network;
      throw new HubError(
        "INVALID_REQUEST",
        `MCP_HUB_TRUSTED_PROXIES must list addresses and networks such as 127.0.0.1 or 10.0.0.0/8, got ${JSON.stringify(text.slice(0, 80))}.`,
      );
    });
    this.#publicUrl = publicUrl;
  }

  /** Whether an address is that of a proxy which the operator named. */
  trusts(address: string | undefined): boolean {
    if (this.#proxies.length === 0 || address === undefined) return false;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const trusted = this.#proxies.some((network) => networkHolds(network, address));
    if (this.#known.size >= mostProxiesKnown) this.#known.clear();
    this.#known.set(address, trusted);
    return trusted;
  }

  /** How a request arrived, or why nobody can say. Never throws. */
  of(received: Received): Arrival | HubError {
    const { peer, host, localAddress, isEncrypted } = received;
    if (this.trusts(peer)) {
      const hops = hopsOf(received);
      if (hops === undefined) return unreadable();
      if (hops.length > 0) return this.#forwarded(hops, received);
    } else if (isNear(peer)) {
      const marker = markers.find((name) => received.header(name) !== undefined);
      if (marker !== undefined) return unnamedProxy(marker);
    }
    const scheme = isEncrypted ? "https" : undefined;
    return new Arrival(
      { address: peer, host, scheme, localAddress, isForwarded: false },
      this.#publicUrl,
    );
  }

  /** What the outermost proxy that is believed said. */
  #forwarded(hops: readonly Hop[], { peer, localAddress, host }: Received): Arrival {
    let address = peer;
    let outermost: Hop | undefined;
    for (const hop of hops.toReversed()) {
      if (!this.trusts(address)) break;
      outermost = hop;
      const before = hop.address === undefined ? undefined : canonicalAddress(hop.address);
      if (before === undefined) break;
      address = before;
    }
    const said = outermost?.scheme;
    const scheme = said === "http" || said === "https" ? said : undefined;
    return new Arrival(
      { address, host: outermost?.host ?? host, scheme, localAddress, isForwarded: true },
      this.#publicUrl,
    );
  }
}

type Ends = Pick<Received, "peer" | "localAddress">;

/** The addresses of connections, each of which brings many requests. */
const ends = new WeakMap<Socket, Ends>();

function endsOf(socket: Socket): Ends {
  const known = ends.get(socket);
  if (known !== undefined) return known;
  const plain = (address: string | undefined) =>
    address === undefined ? undefined : plainAddress(address);
  const found = { peer: plain(socket.remoteAddress), localAddress: plain(socket.localAddress) };
  ends.set(socket, found);
  return found;
}

/** What is known of a request as Node has it. */
export function receivedBy({ headers, socket }: IncomingMessage): Received {
  const { peer, localAddress } = endsOf(socket);
  return {
    peer,
    localAddress,
    isEncrypted: "encrypted" in socket && socket.encrypted === true,
    host: headers.host ?? "",
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
  };
}

/** The same of a web-standard request, of whose connection nothing is known. */
export function receivedAs({ headers, url }: Request): Received {
  return {
    peer: undefined,
    localAddress: undefined,
    isEncrypted: url.startsWith("https:"),
    host: headers.get("host") ?? new URL(url).host,
    header: (name) => headers.get(name) ?? undefined,
  };
}

/** Whether only this machine can be at the other end; of what is not known, that is assumed. */
function isNear(peer: string | undefined): boolean {
  return peer === undefined || peer === "127.0.0.1" || addressKind(peer) === "loopback";
}

/** The hops that a proxy tells of, the nearest last; undefined when they cannot be read or contradict each other. */
function hopsOf({ header }: Received): readonly Hop[] | undefined {
  const standard = header("forwarded");
  const addresses = header("x-forwarded-for");
  const [schemes, hosts] = [header("x-forwarded-proto"), header("x-forwarded-host")];
  const newer = standard === undefined ? [] : readForwarded(standard);
  const older = addresses === undefined ? [] : readOlderForwarded({ addresses, schemes, hosts });
  if (newer === undefined) return undefined;
  if (newer.length === 0) return older;
  // Most proxies write one kind and hand the other on as the client sent it: of two that differ, none is believed.
  const isSame = older.length === 0 || newer.at(-1)?.address === older.at(-1)?.address;
  return isSame ? newer : undefined;
}

const unreadable = () =>
  new HubError(
    "INVALID_REQUEST",
    "The proxy's Forwarded and X-Forwarded-For headers cannot be read, or they contradict each other. Let it write one kind, and remove the other from what clients send.",
  );

function unnamedProxy(marker: string): HubError {
  return new HubError(
    "PROXY_NOT_TRUSTED",
    `Something on the hub's own machine forwarded this request (header ${marker}), and its word does not count. If a proxy of yours is in front of the hub, name it: MCP_HUB_TRUSTED_PROXIES=127.0.0.1,::1. A development proxy can leave the header out (\`xfwd: false\`).`,
  );
}
