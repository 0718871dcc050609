import { randomUUID } from "node:crypto";
import type { FetchHandler } from "./node-listener.js";

const header = "mcp-hub-self-check";
const limitMs = 5_000;

/** Finds out whether requests to a URL reach the endpoint that was mounted there, or the app answers them itself. */
export class SelfCheck {
  readonly #nonce = randomUUID();

  /** The endpoint, which also answers this check. */
  wrap(fetch: FetchHandler): FetchHandler {
    return async (request, parsedBody) =>
      request.headers.get(header) === this.#nonce
        ? new Response(null, { status: 204, headers: { [header]: this.#nonce } })
        : fetch(request, parsedBody);
  }

  /** The status that somebody else answered with; undefined when the endpoint did, or nobody. */
  async strangersStatus(url: string, signal: AbortSignal): Promise<number | undefined> {
    try {
      const response = await globalThis.fetch(url, {
        method: "POST",
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
        headers: { "content-type": "application/json", [header]: this.#nonce },
        body: "{}",
      });
      await response.body?.cancel();
      return response.headers.get(header) === this.#nonce ? undefined : response.status;
    } catch {
      return undefined;
    }
  }
}
