import type { IncomingMessage, ServerResponse } from "node:http";
import { type BudgetBook, HubError } from "@hub/core";
import { openPrincipal, type Principal } from "@hub/core/access";
import { type BudgetName, peerOf, RateLimit, settingOf } from "@hub/core/limits";
import type { Arrival } from "./arrival.js";
import { isControl, isRegistration } from "./control.js";
import type { RequestHead } from "./request-head.js";

/** Told whose the requests on a connection are. Says why it may have no more of them. */
type ConnectionOwner = (request: IncomingMessage, peer: string) => HubError | undefined;

const callsRetryAfterMs = 1_000;
/** So many callers without a call are remembered at least. */
const leastKept = 1_000;

/** How many calls somebody has under way. */
type Running = { count: number };

/** Who a client is when the hub shares out what it has: its principal, and without one its address. */
export function callerOf(principal: Principal, address: string | undefined): string {
  return principal.kind === "anonymous" ? peerOf(address) : principal.id;
}

/**
 * What each caller may ask of the hub: requests in a minute, and calls at a time. On an open hub there is only one
 * caller, whom nothing here limits. Heartbeats, registrations and questions for the hub's health are counted
 * apart, so that nobody loses its servers by its calls.
 */
export class Callers {
  readonly #budgets: BudgetBook;
  readonly #requests: RateLimit;
  readonly #strangers: RateLimit;
  /**
   * Who has no call under way stays until there are many of those: a map that callers come to and go from with each
   * call is made anew every few of them, and its old self keeps what it held until all garbage is collected.
   */
  readonly #calls = new Map<string, Running>();
  #mostKept = leastKept;
  #owner: ConnectionOwner | undefined;

  constructor(budgets: BudgetBook, now: () => number) {
    this.#budgets = budgets;
    const rate = (name: BudgetName) => {
      const limit = new RateLimit({ perMinute: budgets.limit(name), now });
      budgets.watch(name, () => limit.largest);
      return limit;
    };
    this.#requests = rate("callerRequests");
    this.#strangers = rate("strangerRequests");
    budgets.watch("callerCalls", () => this.#mostCalls());
  }

  /** Hears from now on whose each request is. */
  set connections(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  /** Takes note of whose a request is. Returns why it is not answered now; undefined when it is. */
  admit(
    head: RequestHead,
    principal: Principal,
    arrival: Arrival,
    incoming?: IncomingMessage,
  ): HubError | undefined {
    if (principal === openPrincipal && !arrival.isForwarded) return undefined;
    const caller = callerOf(principal, arrival.address);
    if (incoming !== undefined) {
      const refusal = this.#owner?.(incoming, caller);
      if (refusal !== undefined) return refusal;
    }
    return principal === openPrincipal ? undefined : this.#rate(head, principal, caller);
  }

  /** Counts a call until it is answered. Returns why there may be no more of this caller. */
  begin(principal: Principal, response: ServerResponse): HubError | undefined {
    if (principal === openPrincipal) return undefined;
    const running = this.#runningOf(principal);
    const most = this.#budgets.limit("callerCalls");
    if (running.count >= most) {
      this.#budgets.refused("callerCalls");
      return new HubError(
        "TOO_MANY_REQUESTS",
        `You have ${most} calls running (${settingOf("callerCalls")}). Wait for answers, or try again later.`,
        { retryAfterMs: callsRetryAfterMs },
      );
    }
    running.count += 1;
    response.on("close", () => {
      running.count -= 1;
    });
    return undefined;
  }

  #rate(head: RequestHead, { kind }: Principal, caller: string): HubError | undefined {
    const name = kind === "anonymous" ? "strangerRequests" : "callerRequests";
    const limit = kind === "anonymous" ? this.#strangers : this.#requests;
    const isApart = isControl(head) || isRegistration(head);
    const retryAfterMs = limit.take(isApart ? `${caller} (heartbeats)` : caller);
    if (retryAfterMs === 0) return undefined;
    this.#budgets.refused(name);
    return new HubError(
      "TOO_MANY_REQUESTS",
      `You sent more than ${this.#budgets.limit(name)} requests in a minute (${settingOf(name)}). Try again later.`,
      { retryAfterMs },
    );
  }

  #runningOf({ id }: Principal): Running {
    const known = this.#calls.get(id);
    if (known !== undefined) return known;
    if (this.#calls.size >= this.#mostKept) this.#forgetIdle();
    const running = { count: 0 };
    this.#calls.set(id, running);
    return running;
  }

  #forgetIdle(): void {
    for (const [id, { count }] of this.#calls) if (count === 0) this.#calls.delete(id);
    this.#mostKept = Math.max(leastKept, 2 * this.#calls.size);
  }

  #mostCalls() {
    let most: { readonly used: number; readonly by?: string } = { used: 0 };
    for (const [by, { count }] of this.#calls) if (count > most.used) most = { used: count, by };
    return most;
  }
}
