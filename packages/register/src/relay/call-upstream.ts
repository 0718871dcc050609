import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

const connectMs = 10_000;
const mostRedirects = 3;
const connections = { keepAlive: true, maxSockets: 256, maxFreeSockets: 16 } as const;
const agents = { "http:": new HttpAgent(connections), "https:": new HttpsAgent(connections) };

export interface UpstreamRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** It was reached and answered with what cannot be passed on, or it was not reached. */
export class UpstreamFailed extends Error {
  /** The request went out, so what it asked for may have been done. */
  readonly mayHaveRun: boolean;

  constructor(message: string, mayHaveRun = false) {
    super(message);
    this.mayHaveRun = mayHaveRun;
  }
}

/**
 * Sends a request and gives the beginning of its answer. A redirect on the same origin is followed, another
 * is refused: headers of the file go to the origin of the file alone.
 * @throws UpstreamFailed with a sentence without a full stop, which shows no address.
 */
export async function callUpstream(request: UpstreamRequest): Promise<IncomingMessage> {
  let { url } = request;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const answer = await send({ ...request, url });
    const { statusCode: status = 0 } = answer;
    const { location } = answer.headers;
    if (status < 300 || status > 399 || location === undefined) return answer;
    answer.resume();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next?.origin !== url.origin)
      throw new UpstreamFailed(`it answers HTTP ${status} and sends to another origin`);
    if (request.method !== "GET" && status !== 307 && status !== 308)
      throw new UpstreamFailed(`it answers HTTP ${status}, with which a message would get lost`);
    url = next;
  }
  throw new UpstreamFailed("it redirects without end");
}

function send(options: UpstreamRequest): Promise<IncomingMessage> {
  const { method, url, headers, body, signal } = options;
  const protocol = url.protocol === "https:" ? "https:" : "http:";
  const start = protocol === "https:" ? requestHttps : requestHttp;
  const length = body === undefined ? {} : { "content-length": String(body.length) };
  return new Promise((resolve, reject) => {
    const request = start(url, {
      method,
      agent: agents[protocol],
      headers: { ...headers, ...length, "accept-encoding": "identity" },
      signal,
    });
    const timer = setTimeout(
      () => request.destroy(new UpstreamFailed(`nothing connects in ${connectMs / 1_000} s`)),
      connectMs,
    );
    let isSent = false;
    request.once("socket", (socket) => {
      const connected = () => {
        isSent = true;
        clearTimeout(timer);
      };
      if (!socket.connecting) return connected();
      socket.once(protocol === "https:" ? "secureConnect" : "connect", connected);
    });
    request.once("response", resolve);
    request.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(error instanceof UpstreamFailed ? error : new UpstreamFailed(wordsFor(error), isSent));
    });
    request.end(body);
  });
}

/** Messages of the system may show the address, so its code stands alone. */
function wordsFor({ code, name }: NodeJS.ErrnoException): string {
  return code === undefined ? name : code;
}

/** The body of an answer, unpacked where the server packed it unasked. */
export function plainBody(answer: IncomingMessage): Readable {
  const unpack = {
    gzip: createGunzip,
    "x-gzip": createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }[answer.headers["content-encoding"]?.toLowerCase() ?? ""];
  if (unpack === undefined) return answer;
  const unpacked = unpack();
  answer.once("error", (error) => unpacked.destroy(error));
  return answer.pipe(unpacked);
}
