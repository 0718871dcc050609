import type { IncomingMessage } from "node:http";
import { plainAddress } from "@hub/core/limits";

/** What says who is asking, from whatever interface a request came over. */
export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Where the connection comes from; undefined when it is none of a network. */
  readonly address: string | undefined;
  /** The origin under which clients know the hub. */
  readonly publicUrl: string;
  /** By its name in small letters. One that came more than once is one text, with commas. */
  header(name: string): string | undefined;
}

/** The head of a web-standard request. */
export function headOf(request: Request, address: () => string | undefined): RequestHead {
  const { method, url, headers } = request;
  const path = url.indexOf("/", url.indexOf("//") + 2);
  return {
    method,
    target: path === -1 ? "/" : url.slice(path),
    get address() {
      return address();
    },
    publicUrl: publicUrlBy(headers.get("host") ?? new URL(url).host),
    header: (name) => headers.get(name) ?? undefined,
  };
}

/** The head of a request as Node has it. */
export function headOfIncoming(request: IncomingMessage): RequestHead {
  const { method = "GET", url = "/", socket } = request;
  return {
    method,
    target: url,
    get address() {
      const { remoteAddress } = socket;
      return remoteAddress === undefined ? undefined : plainAddress(remoteAddress);
    },
    get publicUrl() {
      return publicUrlBy(request.headers.host ?? "");
    },
    // Node keeps only the first of some that came twice, and a second credential must not go unseen.
    header: (name) =>
      request.headers[name] === undefined ? undefined : request.headersDistinct[name]?.join(", "),
  };
}

const publicUrlBy = (host: string) => {
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).origin : url;
};
