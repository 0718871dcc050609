import type { IncomingMessage } from "node:http";
import type { Arrival } from "./arrival.js";

/** What says who is asking, from whatever interface a request came over. */
export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Where the client is, as far as that is known. */
  readonly address: string | undefined;
  /** The origin under which clients know the hub: `MCP_HUB_PUBLIC_URL`, else the one that this client used. */
  readonly publicUrl: string;
  /** By its name in small letters. One that came more than once is one text, with commas. */
  header(name: string): string | undefined;
}

/**
 * The head of one request. A class, because an object with a getter of its own is of a kind of its own to V8, which
 * keeps that, and with it the whole request, until it next collects all garbage.
 */
class Head implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly address: string | undefined;
  readonly header: (name: string) => string | undefined;
  readonly #arrival: Arrival;

  constructor(
    method: string,
    target: string,
    arrival: Arrival,
    header: (name: string) => string | undefined,
  ) {
    this.method = method;
    this.target = target;
    this.address = arrival.address;
    this.header = header;
    this.#arrival = arrival;
  }

  get publicUrl(): string {
    return this.#arrival.publicUrl;
  }
}

/** The head of a web-standard request. */
export function headOf({ method, url, headers }: Request, arrival: Arrival): RequestHead {
  const path = url.indexOf("/", url.indexOf("//") + 2);
  const target = path === -1 ? "/" : url.slice(path);
  return new Head(method, target, arrival, (name) => headers.get(name) ?? undefined);
}

/** The head of a request as Node has it. */
export function headOfIncoming(request: IncomingMessage, arrival: Arrival): RequestHead {
  const { method = "GET", url = "/" } = request;
  return new Head(method, url, arrival, (name) =>
    request.headers[name] === undefined ? undefined : everyValueOf(request.rawHeaders, name),
  );
}

/**
 * Node keeps only the first of some that came twice, and a second credential must not go unseen. Its
 * `headersDistinct` says the same, but sorts all headers of each request for it.
 */
function everyValueOf(rawHeaders: readonly string[], name: string): string | undefined {
  let values: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const one = rawHeaders[index];
    if (one?.length !== name.length || one.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? "";
    values = values === undefined ? value : `${values}, ${value}`;
  }
  return values;
}
