import type { JsonValue } from "@hub/core/json";
import { defaultBudgets } from "@hub/core/limits";
import { type ByteBudget, type DialAnswer, DialError, redirectToFollow } from "@hub/dial";
import { eventsOf, wholeText } from "./event-stream.js";
import { ProbeFault } from "./fault.js";
import { JsonRefused, parseGuarded, printable } from "./guarded-json.js";
import { type RpcReply, replyTo } from "./mcp-protocol.js";

const mib = 1024 * 1024;

/** What a server may answer to be greeted, in all. */
export const mostAnswerBytes = 4 * mib;
/** Of an answer that only says no. */
const mostRefusalBytes = 65_536;

function sizeInWords(bytes: number): string {
  return bytes % mib === 0 ? `${bytes / mib} MiB` : `${bytes} bytes`;
}

export function mediaType(answer: DialAnswer): string {
  return (answer.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Parses JSON of a server; a fault when the hub cannot or will not. */
export function parseMessage(text: string, mostValues?: number): JsonValue {
  try {
    return parseGuarded(text, mostValues);
  } catch (error) {
    if (!(error instanceof JsonRefused) || error.refusal === "not JSON")
      throw new ProbeFault({ kind: "not-mcp", what: "something that is not JSON" });
    throw new ProbeFault({
      kind: "too-large",
      limit:
        error.refusal === "too deep"
          ? "64 levels of nesting"
          : `${(mostValues ?? defaultBudgets.messageValues).toLocaleString("en")} values in one answer`,
    });
  }
}

/** Any failure as a fault. `budget` is what the whole conversation may take. */
export function asFault(error: unknown, budget: ByteBudget): ProbeFault {
  if (error instanceof ProbeFault) return error;
  if (!(error instanceof DialError)) throw error;
  if (error.code === "TOO_LARGE")
    return new ProbeFault({ kind: "too-large", limit: sizeInWords(budget.limit), isBudget: true });
  if (error.code === "UNDECODABLE")
    return new ProbeFault({ kind: "not-mcp", what: "bytes that are neither JSON nor text" });
  return new ProbeFault({ kind: "dial", error });
}

/** The reply to request `id` in a 2xx answer, as JSON or as an event stream. */
export async function readReply(
  answer: DialAnswer,
  id: number,
  budget: ByteBudget,
  mostValues?: number,
): Promise<RpcReply> {
  const chunks = answer.chunks(Number.POSITIVE_INFINITY, budget);
  switch (mediaType(answer)) {
    case "application/json": {
      const reply = replyTo(id, parseMessage(await wholeText(chunks), mostValues));
      if (reply !== undefined) return reply;
      throw new ProbeFault({ kind: "not-mcp", what: "JSON that is no answer to an MCP request" });
    }
    case "text/event-stream": {
      for await (const event of eventsOf(chunks)) {
        if (event.type !== "message" || event.data.trim() === "") continue;
        const reply = replyTo(id, parseMessage(event.data, mostValues));
        if (reply !== undefined) return reply;
      }
      throw new ProbeFault({
        kind: "not-mcp",
        what: "an event stream that ended without an answer",
      });
    }
    case "text/html":
      answer.discard();
      throw new ProbeFault({ kind: "not-mcp", what: "a web page (HTML)" });
    default:
      answer.discard();
      throw new ProbeFault({ kind: "not-mcp", what: describeType(answer), isTyped: true });
  }
}

function describeType(answer: DialAnswer): string {
  const type = printable(mediaType(answer), 60);
  return type === "" ? `HTTP ${answer.status} without a content type` : `content of type ${type}`;
}

/** Refusals of SDK v1 and v2, the Python SDK, Playwright and common development servers. */
const hostRefusal =
  /\b(invalid|disallowed|unknown|blocked)\b.{0,20}\bhosts?\b|\bhosts?\b.{0,30}\bnot allowed\b|\baccess is only allowed at\b/i;

/** Statuses of servers that let nobody in without a token. Not all of them say so in a header. */
const lockedStatuses: ReadonlySet<number> = new Set([401, 403, 407]);

/** What an answer outside 2xx means: the reply in it, when it is a JSON-RPC error; else throws. */
export async function readRefusal(answer: DialAnswer, id: number, url: string): Promise<RpcReply> {
  const { status, headers } = answer;
  if (status >= 300 && status < 400) {
    answer.discard();
    throw new ProbeFault({
      kind: "redirect",
      status,
      target: redirectTarget(headers.location, url),
      follow: redirectToFollow(status, headers.location, url),
    });
  }
  const text = await refusalText(answer);
  const isHostStatus = status === 403 || status === 421 || status === 400;
  if (isHostStatus && hostRefusal.test(text))
    throw new ProbeFault({ kind: "host-refused", status });
  if (lockedStatuses.has(status)) throw new ProbeFault({ kind: "token-needed", status });
  const reply = rpcError(text, id);
  if (reply !== undefined && status < 500) return reply;
  throw new ProbeFault({ kind: "status", status, isRpc: reply !== undefined });
}

/** The start of a refusal; read to be understood, never to be shown. */
async function refusalText(answer: DialAnswer): Promise<string> {
  try {
    return await wholeText(answer.chunks(mostRefusalBytes));
  } catch (error) {
    if (error instanceof DialError && error.code !== "TOO_LARGE" && error.code !== "UNDECODABLE")
      throw new ProbeFault({ kind: "dial", error });
    return "";
  }
}

function rpcError(text: string, id: number): RpcReply | undefined {
  try {
    const reply = replyTo(id, parseGuarded(text));
    return reply?.kind === "error" ? reply : undefined;
  } catch {
    return undefined;
  }
}

/** Origin and path of a redirect: queries hold secrets too often to be shown. */
function redirectTarget(location: string | undefined, base: string): string | undefined {
  if (location === undefined || !URL.canParse(location, base)) return undefined;
  const target = new URL(location, base);
  return printable(`${target.origin}${target.pathname}`, 300);
}
