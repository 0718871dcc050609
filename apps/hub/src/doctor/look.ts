import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";

/** What one request met, as facts. */
export type Look =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** The `Mcp-Hub-Id` of a hub. */
      readonly hubId: string | undefined;
      /** What the other side's clock said, less what ours did when half of the time was over; in ms. */
      readonly clockAheadMs: number | undefined;
      /** The body speaks JSON-RPC, so an MCP endpoint answered. */
      readonly isMcp: boolean;
      /** The hub's problem code, where the body has one. */
      readonly code: string | undefined;
    }
  /** `code`: of the system, such as ECONNREFUSED, or TIMEOUT. */
  | { readonly kind: "nothing"; readonly code: string };

export type LookOptions = {
  readonly signal: AbortSignal;
  /** Default: GET without a body. */
  readonly rpc?: boolean;
  readonly token?: string | undefined;
};

/** For all that one request takes. */
const lookMs = 2_000;
const mostBytes = 64 * 1_024;

/** Something that every MCP server answers, and that changes nothing in any. */
const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });

/**
 * Asks a URL from this machine, over a connection of its own: no proxy of the environment stands between, so a
 * difference to what `fetch` meets is that proxy's. Never rejects.
 */
export function look(url: string, options: LookOptions): Promise<Look> {
  const { signal, rpc = false, token } = options;
  const began = Date.now();
  return new Promise((resolve) => {
    const nothing = (code: string) => resolve({ kind: "nothing", code });
    const ask = url.startsWith("https:") ? requestTls : requestPlain;
    const outgoing = ask(
      url,
      {
        method: rpc ? "POST" : "GET",
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(lookMs)]),
        headers: {
          accept: rpc ? "application/json, text/event-stream" : "application/json",
          ...(rpc ? { "content-type": "application/json" } : {}),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (incoming) => {
        let text = "";
        const end = () => {
          incoming.destroy();
          const { date, "mcp-hub-id": hubId, "content-type": type } = incoming.headers;
          const body = parsed(text);
          resolve({
            kind: "answer",
            status: incoming.statusCode ?? 0,
            hubId: typeof hubId === "string" ? hubId : undefined,
            clockAheadMs: clockAhead(date, began),
            isMcp:
              body.jsonrpc === "2.0" || (rpc && type?.startsWith("text/event-stream") === true),
            code: typeof body.code === "string" ? body.code : undefined,
          });
        };
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > mostBytes) end();
        });
        incoming.once("end", end).once("error", end);
        // The head of a stream says all that is asked.
        if (incoming.headers["content-type"]?.startsWith("text/event-stream") === true) end();
      },
    );
    outgoing.once("error", (error: NodeJS.ErrnoException) =>
      nothing(
        error.name === "TimeoutError" || error.name === "AbortError"
          ? "TIMEOUT"
          : (error.code ?? error.name),
      ),
    );
    outgoing.end(rpc ? ping : undefined);
  });
}

function clockAhead(date: string | undefined, began: number): number | undefined {
  const at = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? undefined : at - (began + Date.now()) / 2;
}

function parsed(text: string): { readonly jsonrpc?: unknown; readonly code?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
