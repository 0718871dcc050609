import type * as undici from "undici";
import { boundedText } from "./bounded-text.js";
import { wholeUndici } from "./undici.js";

/** What is sent to an address that the operator named. */
export type OperatorRequest = {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
};

/** Sends one request, and reads its whole answer. Rejects when there is none, or when it is too long or too late. */
export type OperatorFetch = (url: string, request?: OperatorRequest) => Promise<Response>;

export type OperatorFetchOptions = {
  /** From the start until the whole answer is there. Default: 5 s. */
  readonly timeoutMs?: number | undefined;
  /** Of the answer, decoded. Default: 256 KiB. */
  readonly mostBytes?: number | undefined;
};

/**
 * Requests to addresses that only the operator's settings name, such as an issuer of tokens. They may be in any
 * network, unlike endpoints, which strangers name. Follows no redirect, and obeys no proxy environment.
 */
export function createOperatorFetch({
  timeoutMs = 5_000,
  mostBytes = 262_144,
}: OperatorFetchOptions = {}): { readonly ask: OperatorFetch; close(): Promise<void> } {
  let opened: Opened | undefined;
  return {
    async ask(url, { method = "GET", headers = {}, body } = {}) {
      opened ??= open(timeoutMs);
      const { fetch, agent } = opened;
      const answer = await fetch(url, {
        method,
        headers: { ...headers },
        body: body ?? null,
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
        dispatcher: agent,
      });
      const text = await boundedText(answer.body, mostBytes);
      const type = answer.headers.get("content-type");
      return new Response(hasNoBody(answer.status) ? null : text, {
        status: answer.status,
        headers: type === null ? {} : { "content-type": type },
      });
    },
    async close() {
      await opened?.agent.destroy();
    },
  };
}

type Opened = { readonly fetch: typeof undici.fetch; readonly agent: undici.Agent };

/** Most hubs ask no such address, and need not pay for all of undici (see `undici.ts`). */
function open(timeoutMs: number): Opened {
  const { Agent, fetch } = wholeUndici();
  const agent = new Agent({ connections: 8, connect: { timeout: timeoutMs }, allowH2: false });
  return { fetch, agent };
}

/** Statuses with which a Response may hold no body. */
const hasNoBody = (status: number) => [101, 103, 204, 205, 304].includes(status);
