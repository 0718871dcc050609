import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

/** A web-standard handler; `parsedBody` is a body that a framework has read already. */
export type FetchHandler = (request: Request, parsedBody?: unknown) => Promise<Response>;

/** A `node:http` request by shape: whoever imports this package needs no types of Node for it. */
export interface NodeRequestLike {
  readonly url?: string | undefined;
  readonly method?: string | undefined;
}

/** A `node:http` response by shape. */
export interface NodeResponseLike {
  writeHead(status: number): { end(): unknown };
  end(): unknown;
}

/** Usable as a `node:http` request listener and as Express middleware. */
export type NodeListener = (request: NodeRequestLike, response: NodeResponseLike) => void;

/** Express keeps the whole path here and a body parser its result there. */
type MaybeExpress = { readonly originalUrl?: string; readonly body?: unknown };

export function createNodeListener(fetch: FetchHandler): NodeListener {
  return (request, response) => {
    const incoming = request as IncomingMessage; // nothing else calls a `node:http` listener
    const outgoing = response as ServerResponse;
    answer(fetch, incoming, outgoing).catch(() => {
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
  };
}

async function answer(fetch: FetchHandler, incoming: IncomingMessage, outgoing: ServerResponse) {
  const { originalUrl, body } = incoming as MaybeExpress; // both optional, both checked
  const aborted = new AbortController();
  outgoing.once("close", () => aborted.abort());

  const wasParsed = body !== undefined && incoming.readableEnded;
  const request = toRequest(
    incoming,
    originalUrl ?? incoming.url ?? "/",
    wasParsed,
    aborted.signal,
  );
  if (request === undefined) {
    outgoing.writeHead(400).end();
    return;
  }
  const response = await fetch(request, wasParsed ? body : undefined);
  await write(response, outgoing);
  // Left-over bytes of a refused body must not stand before the next request.
  if (!incoming.readableEnded) incoming.resume();
}

function toRequest(
  incoming: IncomingMessage,
  path: string,
  wasParsed: boolean,
  signal: AbortSignal,
): Request | undefined {
  const url = `http://${incoming.headers.host ?? "localhost"}${path.startsWith("/") ? path : "/"}`;
  if (!URL.canParse(url)) return undefined;
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? "", incoming.rawHeaders[index + 1] ?? "");
  }
  const method = incoming.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD" && !wasParsed;
  return new Request(url, {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" } : {}),
  });
}

async function write(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  // Event streams start with the headers alone; the client waits for them.
  outgoing.flushHeaders();
  const reader = response.body.getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = await reader.read();
    if (done || outgoing.destroyed) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
  });
}
