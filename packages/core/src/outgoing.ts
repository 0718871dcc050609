/**
 * Names and values in turns: lower case, and nothing among them that must not cross, which nobody checks
 * again. It is for the hot path.
 */
export type ReadyHeaders = readonly string[];

/** A request to an upstream endpoint, as it goes out. */
export type UpstreamRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  /**
   * Lower-case names. Of a record only headers that are known to be for servers cross; the dialer drops all
   * others. A ready list crosses as it is: who makes it answers for what is in it.
   */
  readonly headers: Readonly<Record<string, string>> | ReadyHeaders;
  readonly body?: string | Buffer | undefined;
  /**
   * Whether its answer comes unpacked: some servers, and proxies before them, pack what nobody asked them to.
   * Default: it comes as it was sent.
   */
  readonly isUnpacked?: boolean;
  /** The hubs a relayed request already came through, as received. */
  readonly via?: string | undefined;
  /** The server that it is for: what the hub proves itself with there goes along. Default: nothing does. */
  readonly serverId?: string | undefined;
};

/** Headers of many requests, made ready once. Lower-case names that may cross. */
export function ready(headers: Readonly<Record<string, string>>): ReadyHeaders {
  return Object.entries(headers).flat();
}

/** Whether they were made ready before. */
export function areReady(headers: UpstreamRequest["headers"]): headers is ReadyHeaders {
  return Array.isArray(headers);
}

/** Why a request has no whole answer. */
export type UpstreamFailure = {
  /** True when no byte of the request can have reached the server: another instance may be tried. */
  readonly neverSent: boolean;
  /** A short code such as ECONNREFUSED. */
  readonly code: string;
  /** Half a sentence about the server: "nothing listens there". */
  readonly detail: string;
};

/** Hears what an upstream answers: the head, then data, then exactly one of end and failure. */
export interface UpstreamReceiver {
  onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

/** What the hub proves itself with to servers that ask for it. */
export interface UpstreamCredentials {
  /**
   * The headers that a request for a server to a URL carries; undefined for none, as for a URL of an origin that
   * they were not given for. At once wherever nothing has to be fetched; never rejects.
   */
  headersFor(
    serverId: string,
    url: string,
  ): ReadyHeaders | undefined | Promise<ReadyHeaders | undefined>;
  /** The server answered a request with these headers that it does not accept them (401). */
  onRefused(serverId: string, headers: ReadyHeaders): void;
}

/** A request in flight. */
export interface UpstreamExchange {
  /** Ends it; nothing is heard afterwards. */
  abort(): void;
  pause(): void;
  resume(): void;
}

/**
 * Makes every outgoing connection of the gateway: the hub's guarded dialer. Connections are pooled; the
 * answer is neither decoded, unless that is asked for, nor limited.
 */
export interface UpstreamDialer {
  send(url: string, request: UpstreamRequest, receiver: UpstreamReceiver): UpstreamExchange;
}
