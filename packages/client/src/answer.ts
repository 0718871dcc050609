import { HubClientError } from "./hub-client-error.js";
import { proxyHint } from "./proxy.js";

type Json = Readonly<Record<string, unknown>>;

/** A hub whose answers are read: its URL, and the most bytes of one answer. */
export interface Answering {
  readonly url: string;
  readonly maxAnswerBytes: number;
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Json) // just checked
      : undefined;
  } catch {
    return undefined;
  }
}

/** `Retry-After` is seconds or an HTTP date; the answer is milliseconds from `nowMs`. */
function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** The error for something that answers at the hub's URL but is not a hub. */
export function notAHub(url: string, status: number, why: string): HubClientError {
  return new HubClientError({
    status,
    code: "NOT_A_HUB",
    detail: `${url} answers, but not as an MCP Hub (${why}). MCP_HUB_URL must be the hub's own base URL, such as http://127.0.0.1:8001`,
  });
}

function failure(response: Response, body: Json, url: string): HubClientError {
  const detail = body.detail ?? body.title;
  // The hub's errors have a body. An error without one may come from a proxy in between.
  const hint = proxyHint(url);
  const plain = `${url} answered ${response.status}${hint === undefined ? "" : `. ${hint}`}`;
  return new HubClientError({
    status: response.status,
    code: typeof body.code === "string" ? body.code : "HTTP_ERROR",
    detail: typeof detail === "string" ? detail : plain,
    // The header counts in whole seconds.
    retryAfterMs:
      typeof body.retryAfterMs === "number"
        ? body.retryAfterMs
        : parseRetryAfter(response.headers.get("retry-after"), Date.now()),
    problem: body,
  });
}

/** No hub redirects. A browser hides where to; elsewhere the origin is shown, and no path, which may hold a secret. */
function redirection(response: Response, url: string): HubClientError {
  const location = response.headers.get("location");
  const target =
    location !== null && URL.canParse(location, url) ? new URL(location, url) : undefined;
  const where = target === undefined ? "" : ` to ${target.origin}`;
  return notAHub(url, response.status, `it redirects${where}`);
}

/** The bytes of an answer as they come. @throws HubClientError once they are more than a hub's can be. */
async function* piecesOf(
  response: Response,
  { url, maxAnswerBytes }: Answering,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return;
    bytes += value.byteLength;
    if (bytes > maxAnswerBytes) {
      await reader?.cancel();
      throw notAHub(url, response.status, `its answer is longer than ${maxAnswerBytes} bytes`);
    }
    yield value;
  }
}

async function textOf(response: Response, hub: Answering): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of piecesOf(response, hub))
    text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** The whole body of an answer. @throws HubClientError for one that is longer than a hub's can be. */
export async function readBytes(response: Response, hub: Answering): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(response, hub)) pieces.push(piece);
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

/** @throws HubClientError for every status that is no success, and for answers no hub would give. */
function judge(response: Response, body: Json | undefined, url: string): void {
  if (body?.jsonrpc !== undefined)
    throw notAHub(url, response.status, "it is an MCP endpoint: it speaks JSON-RPC");
  if (response.ok) return;
  const isProblem = typeof body?.code === "string";
  const isRedirect = response.status === 0 || (response.status >= 300 && response.status < 400);
  if (!isProblem && isRedirect) throw redirection(response, url);
  // A proxy in front of the hub answers 5xx and 429 with its own pages; those pass by themselves.
  if (!isProblem && [404, 405].includes(response.status))
    throw notAHub(url, response.status, `it answered ${response.status}`);
  throw failure(response, body ?? {}, url);
}

/**
 * Turns the hub's answer into its JSON object (`undefined` for an empty one).
 * @throws HubClientError for every status that is no success, and for answers no hub would give.
 */
export async function readAnswer(response: Response, hub: Answering): Promise<Json | undefined> {
  const { url } = hub;
  const text = await textOf(response, hub);
  const body = parseObject(text);
  judge(response, body, url);
  if (text === "") return undefined;
  if (body === undefined) throw notAHub(url, response.status, "its answer is not a JSON object");
  return body;
}
