import { randomBytes } from "node:crypto";
import type { ModernCall } from "./modern-call.js";

/** How long a client has to come back with its answers, in milliseconds. */
const patienceMs = 10 * 60_000;

/**
 * Calls whose server asked something back, waiting for the client to try again with the answers.
 * The request state that names them is a random secret, so only the asked client can go on.
 */
export class HeldCalls {
  readonly #held = new Map<string, { readonly call: ModernCall; readonly timer: NodeJS.Timeout }>();

  hold(call: ModernCall): string {
    const state = randomBytes(16).toString("base64url");
    const timer = setTimeout(
      () => this.take(state)?.giveUp("The client did not come back"),
      patienceMs,
    );
    timer.unref();
    this.#held.set(state, { call, timer });
    return state;
  }

  take(state: string): ModernCall | undefined {
    const held = this.#held.get(state);
    if (held === undefined) return undefined;
    this.#held.delete(state);
    clearTimeout(held.timer);
    return held.call;
  }

  close(): void {
    for (const state of [...this.#held.keys()]) this.take(state)?.giveUp("The server is closing");
  }
}
