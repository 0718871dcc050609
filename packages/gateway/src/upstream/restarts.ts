import type { BudgetBook, Entry, Now } from "@hub/core";
import type { BudgetName, BudgetUse, Holder } from "@hub/core/limits";
import { whyNot } from "../catalogue/missing.js";
import type { CatalogueSource } from "../catalogue/views.js";
import type { GatewayFailure } from "../errors.js";
import type { Faults } from "../faults.js";
import type { GatewayLimits } from "../limits.js";
import { isAway, waitsUntil } from "./away.js";
import type { Instances, UpstreamInstance } from "./instances.js";
import { type Place, RestartQueue } from "./restart-queue.js";

/** Whether something listens at an endpoint now. Never rejects. */
export type Knock = (endpoint: string) => Promise<boolean>;

/** A call as it waits: nothing of it was sent. */
export interface WaitingCall {
  readonly serverId: string;
  /** Whose it is when the hub shares out what it has: see `peerOf`. */
  readonly peer: string;
  readonly principalId: string;
  /** What is kept of it meanwhile. */
  readonly bytes: number;
  /** It opens a conversation: clients wait for that as long as the hub does, and would hear no reason. */
  readonly isGreeting?: boolean;
  /** Given when it waits for the first time. */
  place: Place | undefined;
  /** Its server is there again: sends it, as the server is now. It may come back to wait again. */
  send(entry: Entry): void;
  /** Its wait is over without that. */
  fail(failure: GatewayFailure, entry: Entry | undefined): void;
  /** Nobody wants its answer any more. */
  cancel(): void;
  /** It goes on waiting. Called from time to time. */
  stillWaits(now: number): void;
}

type Placed = WaitingCall & { readonly place: Place };

/** One server that is away, and those who wait for it. */
type Absence = {
  readonly serverId: string;
  readonly queue: RestartQueue<Placed>;
  /** When a call was refused last; whoever has shown life since is back. Hub time. */
  refusedAt: number;
  /** Why, in words. */
  failure: GatewayFailure | undefined;
  isKnocking: boolean;
  stopTimer: () => void;
};

export type RestartsDeps = {
  readonly catalogue: Pick<CatalogueSource, "get" | "now">;
  readonly instances: Pick<Instances, "first" | "of">;
  readonly budgets: BudgetBook;
  readonly limits: Pick<GatewayLimits, "restartMs">;
  readonly faults: Faults;
  readonly knock: Knock;
  /** Reads what a server is now: what was found out by knocking is told to nobody else. */
  readonly refresh: (serverId: string) => Promise<void>;
  /** Calls `run` once after `ms` and returns how to prevent that. Default: an unref'd timer. */
  readonly setTimer?: (run: () => void, ms: number) => () => void;
};

/** How often the hub looks whether a server that calls wait for is back. */
export const lookEveryMs = 100;

/**
 * Calls that were not sent, because their server restarts: it drains, has left, or nothing listens where it
 * was. They wait for it for a while, bounded in number and memory, and go out in the order they came.
 */
export class Restarts {
  readonly #deps: RestartsDeps;
  readonly #absences = new Map<string, Absence>();
  /** The places of those that wait, in the whole hub. */
  readonly #holders = new Map<WaitingCall, Holder>();
  #arrivals = 0;
  #isDraining = false;

  constructor(deps: RestartsDeps) {
    this.#deps = deps;
    deps.budgets.watch("restartCalls", () => {
      let most: BudgetUse = { used: 0 };
      for (const { serverId, queue } of this.#absences.values())
        if (queue.size > most.used) most = { used: queue.size, by: serverId };
      return most;
    });
  }

  /**
   * Whether a new call must wait: `best` is where it would go, `home` where its session lives. Those that
   * came before it and still wait go first.
   */
  mustWait(
    entry: Entry,
    best: UpstreamInstance | undefined,
    home?: UpstreamInstance | undefined,
  ): boolean {
    if (this.#deps.limits.restartMs === 0 || this.#isDraining) return false;
    // Who drains goes on with what it has begun.
    if (home?.status === "draining") return false;
    if (this.#absences.has(entry.record.id)) return true;
    if (best !== undefined) return isAway(best.status);
    // One that did not answer a moment ago is there, and only slow.
    return this.#deps.instances.of(entry).every(({ status }) => isAway(status));
  }

  /**
   * Lets a call wait for its server; false when it may not, so that its caller is told at once. `failure`:
   * it was tried, and this came of it.
   */
  hold(call: WaitingCall, entry: Entry, failure?: GatewayFailure): boolean {
    const { catalogue, limits } = this.#deps;
    const now = catalogue.now();
    if (this.#isDraining || limits.restartMs === 0) return false;
    call.place ??= this.#placeAt(call, catalogue.get(call.serverId) ?? entry, now);
    if (!isPlaced(call) || call.place.until <= now.hub || !this.#admit(call)) return false;
    // At once where it is only in doubt; but whoever was refused a moment ago would be again.
    const absence = this.#absence(call.serverId, failure === undefined ? 0 : lookEveryMs);
    absence.queue.add(call);
    if (failure !== undefined) {
      absence.refusedAt = now.hub;
      absence.failure = failure;
    }
    return true;
  }

  /** It waits no more, for a reason of its own. Does nothing for a call that does not wait. */
  leave(call: WaitingCall): void {
    const absence = this.#absences.get(call.serverId);
    if (absence === undefined || !isPlaced(call) || !absence.queue.remove(call)) return;
    this.#giveBack(call);
    this.#endIfEmpty(absence);
  }

  /** Something happened to a server. */
  look(serverId: string): void {
    const absence = this.#absences.get(serverId);
    if (absence !== undefined) this.#look(absence);
  }

  /** Ends the calls of somebody who may ask no more. */
  endOf(principalId: string): void {
    for (const absence of [...this.#absences.values()])
      for (const call of [...absence.queue.calls])
        if (call.principalId === principalId) {
          this.leave(call);
          call.cancel();
        }
  }

  /** The hub stops: nobody waits any more. */
  drain(): void {
    this.#isDraining = true;
    const cause = "The hub is stopping.";
    for (const absence of [...this.#absences.values()])
      this.#failAll(absence, { code: "HUB_STOPPING", cause, mayHaveRun: false }, undefined);
  }

  #placeAt({ isGreeting = false }: WaitingCall, entry: Entry, now: Now): Place {
    const { instances, limits } = this.#deps;
    const aliveAt = Math.max(...instances.of(entry).map((one) => one.aliveAt));
    const until = waitsUntil(entry, aliveAt, now, limits.restartMs);
    this.#arrivals += 1;
    return {
      arrival: this.#arrivals,
      since: now.hub,
      until: isGreeting ? Math.min(until, now.hub + limits.restartMs / 2) : until,
    };
  }

  #absence(serverId: string, lookInMs: number): Absence {
    const known = this.#absences.get(serverId);
    if (known !== undefined) return known;
    const absence: Absence = {
      serverId,
      queue: new RestartQueue(),
      refusedAt: Number.NEGATIVE_INFINITY,
      failure: undefined,
      isKnocking: false,
      stopTimer: () => undefined,
    };
    this.#absences.set(serverId, absence);
    this.#tickIn(absence, lookInMs);
    return absence;
  }

  #tickIn(absence: Absence, ms: number): void {
    const setTimer = this.#deps.setTimer ?? unreferencedTimer;
    absence.stopTimer = setTimer(() => this.#deps.faults.contain(() => this.#tick(absence)), ms);
  }

  #tick(absence: Absence): void {
    this.#tickIn(absence, lookEveryMs);
    const { catalogue } = this.#deps;
    const now = catalogue.now();
    for (const call of absence.queue.takeOverdue(now.hub)) {
      this.#giveBack(call);
      const entry = catalogue.get(absence.serverId);
      this.#deps.faults.contain(() => call.fail(this.#overdue(absence, call, entry), entry));
    }
    if (this.#endIfEmpty(absence) || this.#look(absence)) return;
    for (const call of [...absence.queue.calls])
      this.#deps.faults.contain(() => call.stillWaits(now.hub));
    this.#knock(absence);
  }

  /** Sends what waits if its server is there, and ends it if the server is gone for good. True when nobody waits any more. */
  #look(absence: Absence): boolean {
    const { catalogue, instances } = this.#deps;
    const entry = catalogue.get(absence.serverId);
    if (entry === undefined) {
      const cause = "It was removed from the hub while the call waited for it to come back.";
      this.#failAll(absence, { code: "SERVER_UNAVAILABLE", cause, mayHaveRun: false }, undefined);
      return true;
    }
    const best = instances.first(entry);
    // Of a process that has just registered the hub learns in a moment what it speaks.
    if (best === undefined || best.status === "pending" || isAway(best.status)) return false;
    const { refusedAt } = absence;
    if (best.aliveAt <= refusedAt && best.knownSince <= refusedAt) return false;
    this.#release(absence, entry);
    return true;
  }

  /** Looks for whoever comes back without a word: where a connection can be made, calls are sent. */
  #knock(absence: Absence): void {
    const { catalogue, instances, knock, refresh } = this.#deps;
    const entry = catalogue.get(absence.serverId);
    if (entry === undefined || absence.isKnocking) return;
    const now = catalogue.now().hub;
    const known = instances
      .of(entry)
      .filter(
        ({ status, knownSince }) =>
          status !== "draining" &&
          status !== "down" &&
          (status !== "pending" || now - knownSince >= lookEveryMs),
      );
    if (known.length === 0) return;
    absence.isKnocking = true;
    const heard = known.map(async ({ endpoint, status }) => {
      if (!(await knock(endpoint))) return;
      const isRead = refresh(absence.serverId);
      // Only its answer says what a new process speaks: when that is known, `look` sends what waits.
      if (status === "pending") return isRead;
      void isRead;
      const current = catalogue.get(absence.serverId);
      if (current !== undefined && this.#absences.get(absence.serverId) === absence)
        this.#deps.faults.contain(() => this.#release(absence, current));
    });
    void Promise.all(heard)
      .catch((error) => void this.#deps.faults.report(error))
      .finally(() => {
        absence.isKnocking = false;
      });
  }

  #release(absence: Absence, entry: Entry): void {
    this.#end(absence);
    for (const call of absence.queue.takeAll()) {
      this.#giveBack(call);
      this.#deps.faults.contain(() => call.send(entry));
    }
  }

  #failAll(absence: Absence, failure: GatewayFailure, entry: Entry | undefined): void {
    this.#end(absence);
    for (const call of absence.queue.takeAll()) {
      this.#giveBack(call);
      this.#deps.faults.contain(() => call.fail(failure, entry));
    }
  }

  #overdue(absence: Absence, { place }: Placed, entry: Entry | undefined): GatewayFailure {
    const now = this.#deps.catalogue.now();
    const known = absence.failure?.cause ?? (entry && whyNot(entry, now).reason) ?? "it is away.";
    const waited = `The call waited ${Math.round((now.hub - place.since) / 100) / 10} s for it to come back.`;
    return {
      ...absence.failure,
      code: "SERVER_UNAVAILABLE",
      cause: `${known} ${waited}`,
      mayHaveRun: false,
    };
  }

  /** Takes a call's share of what may wait; false when there is none left. */
  #admit(call: Placed): boolean {
    const { budgets } = this.#deps;
    const holder = { isUsed: true, end: () => undefined };
    const waiting = this.#absences.get(call.serverId)?.queue.size ?? 0;
    let full: BudgetName | undefined;
    if (waiting >= budgets.limit("restartCalls")) full = "restartCalls";
    else if (!budgets.shares("allRestartCalls").admit(call.peer, holder)) full = "allRestartCalls";
    else if (!budgets.byteShares("restartBytes").take(call.peer, call.bytes)) {
      budgets.shares("allRestartCalls").leave(call.peer, holder);
      full = "restartBytes";
    }
    if (full === undefined) this.#holders.set(call, holder);
    else budgets.refused(full);
    return full === undefined;
  }

  #giveBack(call: Placed): void {
    const holder = this.#holders.get(call);
    if (holder === undefined) return;
    this.#holders.delete(call);
    const { budgets } = this.#deps;
    budgets.shares("allRestartCalls").leave(call.peer, holder);
    budgets.byteShares("restartBytes").give(call.peer, call.bytes);
  }

  #endIfEmpty(absence: Absence): boolean {
    if (absence.queue.size > 0) return false;
    this.#end(absence);
    return true;
  }

  #end(absence: Absence): void {
    absence.stopTimer();
    if (this.#absences.get(absence.serverId) === absence) this.#absences.delete(absence.serverId);
  }
}

function isPlaced(call: WaitingCall): call is Placed {
  return call.place !== undefined;
}

function unreferencedTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}
