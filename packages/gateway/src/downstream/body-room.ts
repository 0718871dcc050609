import { sharerOf } from "../reply/peer.js";
import { refuseMore } from "../reply/refuse-more.js";
import { sendText } from "../reply/send-text.js";
import type { Incoming } from "./incoming.js";

const retryAfterMs = 5_000;

/**
 * Room for one message of a client, as far as it does not come in one piece. It is taken while the message
 * comes, which a client can make last long, and given back when the message is answered.
 */
export class BodyRoom {
  readonly #incoming: Incoming;
  #taken = 0;

  constructor(incoming: Incoming) {
    this.#incoming = incoming;
  }

  /** Takes room for more of the message; false when its client has its share. */
  take(bytes: number): boolean {
    const { budgets, peer, response } = this.#incoming;
    const shares = budgets.byteShares("receivedBytes");
    if (!shares.take(peer, bytes)) return false;
    if (this.#taken === 0) response.once("close", () => shares.give(peer, this.#taken));
    this.#taken += bytes;
    return true;
  }

  /** Answers that the client should try again later. */
  refuse(): void {
    const { budgets, peer, response, always } = this.#incoming;
    const cause = `messages of ${sharerOf(peer)} that the hub has not answered yet use all the memory that the hub gives it.`;
    const failure = { code: "TOO_MANY_BYTES", cause } as const;
    const { status, text, headers } = refuseMore(
      budgets,
      "receivedBytes",
      null,
      failure,
      retryAfterMs,
    );
    sendText(response, status, text, { ...always, ...headers });
  }
}
