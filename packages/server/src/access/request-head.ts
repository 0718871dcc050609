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

/** The head of a web-standard request. */
export function headOf(request: Request, arrival: Arrival): RequestHead {
  const { method, url, headers } = request;
  const path = url.indexOf("/", url.indexOf("//") + 2);
  return {
    method,
    target: path === -1 ? "/" : url.slice(path),
    address: arrival.address,
    get publicUrl() {
      return arrival.publicUrl;
    },
    header: (name) => headers.get(name) ?? undefined,
  };
}

/** The head of a request as Node has it. */
export function headOfIncoming(request: IncomingMessage, arrival: Arrival): RequestHead {
  const { method = "GET", url = "/" } = request;
  return {
    method,
    target: url,
    address: arrival.address,
    get publicUrl() {
      return arrival.publicUrl;
    },
    // Node keeps only the first of some that came twice, and a second credential must not go unseen.
    header: (name) =>
      request.headers[name] === undefined ? undefined : request.headersDistinct[name]?.join(", "),
  };
}
