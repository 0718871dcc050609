import { metaKeys, modernMeta, modernVersion, newestLegacyVersion } from "@hub/mcp/eras";
import type { Time } from "./lease/time.js";
import { ownIdentity } from "./own-identity.js";

/** What a served endpoint says of itself; empty when it hides it, for instance behind a token. */
export interface UrlDescription {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

const callMs = 5_000;
const requestId = 1;

/** Waits until something listens at the URL, then asks it who it is. `undefined` when stopped before. */
export async function describeUrl(
  url: string,
  dependencies: {
    readonly time: Time;
    readonly signal: AbortSignal;
    onWaiting(reason: string): void;
  },
): Promise<UrlDescription | undefined> {
  const { time, signal } = dependencies;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      return await askUrl(url, signal);
    } catch (error) {
      if (attempt === 0 && !signal.aborted) dependencies.onWaiting(reasonOf(error));
      await time.sleep(Math.min(250 * 2 ** attempt, 5_000), signal);
    }
  }
  return undefined;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  // That of a time limit is a number, which says nothing.
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

/**
 * Asks an endpoint who it is: stateless first; a server of 2025 refuses that and is asked to initialize.
 * Rejects when nothing answers.
 */
export async function askUrl(url: string, signal: AbortSignal): Promise<UrlDescription> {
  const clientInfo = ownIdentity;
  const modern = await post(url, signal, "server/discover", {
    _meta: modernMeta<object>({ clientCapabilities: {}, clientInfo }),
  });
  const meta = modern?._meta as Readonly<Record<string, unknown>> | undefined; // read with care below
  const info = meta?.[metaKeys.serverInfo];
  if (info !== undefined) return identityOf(info);
  const legacy = await post(url, signal, "initialize", {
    protocolVersion: newestLegacyVersion,
    capabilities: {},
    clientInfo,
  });
  return identityOf(legacy?.serverInfo);
}

function identityOf(info: unknown): UrlDescription {
  const { name, version } = (info ?? {}) as { name?: unknown; version?: unknown }; // checked next
  return {
    name: typeof name === "string" ? name : undefined,
    version: typeof version === "string" ? version : undefined,
  };
}

/** The result of one request, or `undefined` for every answer that is none. Rejects when nothing answers. */
async function post(
  url: string,
  signal: AbortSignal,
  method: string,
  params: object,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(callMs)]);
  const isModern = method === "server/discover";
  const response = await fetch(url, {
    method: "POST",
    redirect: "manual",
    signal: limit,
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(isModern ? { "mcp-protocol-version": modernVersion, "mcp-method": method } : {}),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: requestId, method, params }),
  });
  const session = response.headers.get("mcp-session-id");
  try {
    return await readResult(response);
  } finally {
    await response.body?.cancel().catch(() => {});
    if (session !== null) {
      const ended = { method: "DELETE", headers: { "mcp-session-id": session }, signal: limit };
      await fetch(url, ended).catch(() => {});
    }
  }
}

async function readResult(response: Response) {
  if (!response.ok || response.body === null) return undefined;
  const isStream = response.headers.get("content-type")?.includes("text/event-stream") === true;
  // As the streams of Node can be read; the types of browsers, which hold here, do not say so.
  const texts = textOf(response.body as unknown as AsyncIterable<Uint8Array>);
  if (!isStream) {
    let text = "";
    for await (const piece of texts) text += piece;
    return resultOf(text);
  }
  let data: string[] = [];
  for await (const line of linesOf(texts)) {
    if (line.startsWith("data:")) data.push(line.slice(5).trim());
    if (line !== "") continue;
    const result = resultOf(data.join("\n"));
    if (result !== undefined) return result;
    data = [];
  }
  return undefined;
}

/** The text of an answer; it ends early, where it would be longer than any answer of interest. */
async function* textOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let characters = 0;
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    characters += text.length;
    if (characters > 1_000_000) return;
    yield text;
  }
}

/** Lines that end in LF or CRLF. Looks at every character once, however small the pieces are. */
async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let begun: string[] = [];
  for await (const text of texts) {
    const [first = "", ...others] = text.split("\n");
    begun.push(first);
    for (const next of others) {
      const line = begun.join("");
      yield line.endsWith("\r") ? line.slice(0, -1) : line;
      begun = [next];
    }
  }
}

function resultOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const message = JSON.parse(text) as Partial<Record<"id" | "result", unknown>> | null; // checked next
    // Some servers answer a number as its text.
    const result = String(message?.id) === String(requestId) ? message?.result : undefined;
    return typeof result === "object" && result !== null
      ? (result as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
