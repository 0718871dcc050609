import type { JsonRpcId } from "@hub/mcp";
import type { CallPlace } from "./call-place.js";

type Waiting = Pick<CallPlace, "waitForClient" | "goOn">;

/** Questions of one session that are open at a time; further ones keep no call waiting. */
const mostOpen = 1_000;

/** The calls of one 2025 session that are in flight, and what its server asked in the middle of them. */
class SessionCalls {
  readonly running = new Set<Waiting>();
  /** By the server's id: the calls that wait for the answer. */
  readonly #open = new Map<string, readonly Waiting[]>();

  asked(id: JsonRpcId, call: Waiting | undefined): void {
    const key = JSON.stringify(id);
    if (this.#open.has(key) || this.#open.size >= mostOpen) return;
    // Outside of a call nothing says which one it is for; they are all of one client.
    const waiting = call === undefined ? [...this.running] : [call];
    this.#open.set(key, waiting);
    for (const one of waiting) one.waitForClient();
  }

  /** A call is over: what it alone waited for, nobody waits for any more. */
  over(call: Waiting): void {
    this.running.delete(call);
    for (const [key, waiting] of this.#open) {
      const left = waiting.filter((one) => one !== call);
      if (left.length === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    }
  }

  answered(id: JsonRpcId): void {
    const key = JSON.stringify(id);
    const waiting = this.#open.get(key) ?? [];
    this.#open.delete(key);
    for (const one of waiting) one.goOn();
  }
}

/**
 * Which calls wait for their clients at endpoints where client and server speak to each other themselves:
 * what the server asks, and what the client answers, goes by here in two different requests.
 */
export class CallsBySession {
  readonly #sessions = new Map<string, SessionCalls>();

  /** A call is in flight in a session. Returns how to say that it is over. */
  begin(session: string, call: Waiting): () => void {
    const calls = this.#sessions.get(session) ?? new SessionCalls();
    this.#sessions.set(session, calls);
    calls.running.add(call);
    return () => {
      calls.over(call);
      if (calls.running.size === 0 && this.#sessions.get(session) === calls)
        this.#sessions.delete(session);
    };
  }

  /** The server asked, in the middle of a call or outside of any. */
  asked(session: string, id: JsonRpcId, call: Waiting | undefined): void {
    this.#sessions.get(session)?.asked(id, call);
  }

  /** The client answers. An answer to nothing, or a second one, changes nothing. */
  answered(session: string, id: JsonRpcId): void {
    this.#sessions.get(session)?.answered(id);
  }
}
