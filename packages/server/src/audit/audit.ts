import { setImmediate as nextTurn } from "node:timers/promises";
import { type BudgetBook, HubError } from "@hub/core";
import { type Actor, actorOf, type Principal } from "@hub/core/access";
import type { Asker, AuditRecord, AuditStore } from "@hub/core/storage";
import type { EndedCall } from "@hub/gateway";
import { describeError } from "../describe-error.js";
import type { Log } from "../log.js";

export type AuditOptions = {
  readonly store: AuditStore;
  readonly budgets: BudgetBook;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Log, "warn">;
  /** Keep the arguments of calls, which may hold secrets. */
  readonly keepsArguments: boolean;
  /** How long lines are kept, in milliseconds. */
  readonly keepMs: number;
};

/** What was refused, for the audit. */
export type Refusal = Asker &
  Pick<AuditRecord, "serverId" | "subject"> & { readonly error: HubError };

type Counted = { readonly line: AuditRecord; more: number };

const flushEveryMs = 1_000;
/** What the end of the process may cost of calls. */
const flushCallsEveryMs = 100;
/** So long the same refusal of the same asker is one line and a count. */
const sameRefusalMs = 60_000;
const mostRefusals = 1_000;
/** One write of the store, during which nothing else is done. So many calls are written before their time. */
const linesPerWrite = 1_000;

/** What says no to somebody, rather than to what it sent. */
const refusals: ReadonlySet<string> = new Set([
  "UNAUTHENTICATED",
  "INSUFFICIENT_SCOPE",
  "ADMISSION_REFUSED",
  "NOT_OWNER",
  "NAME_TAKEN",
]);

const hub = { kind: "anonymous", id: "hub" } as const;

/**
 * The part of the audit that no decision waits for: calls, what was refused, and what the hub itself did. All is
 * written in batches; calls and refusals are held within limits until then. Decisions stand in the write that carries them out.
 */
export class Audit {
  readonly #options: AuditOptions;
  readonly #calls: AuditRecord[] = [];
  /** What is written of each principal: one object for all its calls that wait. */
  readonly #actors = new WeakMap<Principal, Actor>();
  #lost = 0;
  readonly #lines: AuditRecord[] = [];
  readonly #counted = new Map<string, Counted>();
  #countedSince: number;
  #timers: readonly NodeJS.Timeout[] = [];
  /** The end of the queue of writes. It never rejects. */
  #last: Promise<void> = Promise.resolve();
  #isWriting = false;
  #isFailing = false;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#countedSince = options.now();
    options.budgets.watch("auditCallsWaiting", () => ({ used: this.#calls.length }));
  }

  get store(): AuditStore {
    return this.#options.store;
  }

  start(): void {
    this.#timers = [
      setInterval(() => void this.flush(), flushEveryMs),
      setInterval(() => this.#flushCalls(), flushCallsEveryMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#endCounts();
    await this.flush();
  }

  /** Writes down what is then done; resolves when that is durable. Rejects with STORE_UNAVAILABLE. */
  decided(line: Asker & Pick<AuditRecord, "action" | "subject">): Promise<void> {
    return this.#options.store.append([{ ...line, at: this.#options.now(), outcome: "done" }]);
  }

  /** Takes note of what the hub itself did or could not do, which waits for no store. */
  happened(line: Omit<AuditRecord, "who" | "from" | "at">): void {
    this.#lines.push({ ...line, who: hub, at: this.#options.now() });
  }

  /** Takes note of what somebody did that waits for no store either. */
  noted(line: Omit<AuditRecord, "at">): void {
    this.#lines.push({ ...line, at: this.#options.now() });
  }

  /** Takes note of a call of somebody. Costs no more than a place in a list: it is written when others have their turn. */
  call(
    { at, serverId, method, name, durationMs, outcome, from, params }: EndedCall,
    by: Principal,
  ): void {
    if (this.#calls.length >= this.#options.budgets.limit("auditCallsWaiting")) {
      this.#options.budgets.refused("auditCallsWaiting");
      this.#lost += 1;
      return;
    }
    this.#calls.push({
      at,
      who: this.#actorOf(by),
      from,
      action: "call",
      outcome,
      serverId,
      method,
      subject: name,
      durationMs,
      ...(this.#options.keepsArguments ? { arguments: params } : {}),
    });
    // What waits long is copied by each collection of garbage, and written in one go keeps all others waiting.
    if (this.#calls.length === linesPerWrite) setImmediate(() => this.#flushCalls());
  }

  /** Takes note of a refusal that is about who asks. The same within a minute is one line, and a count. */
  refused({ error, who, from, serverId, subject }: Refusal): void {
    const { code } = error;
    if (!refusals.has(code) || error.details.credential === "missing") return;
    const place = JSON.stringify([who.id, from, code, serverId, subject]);
    const isFull = this.#counted.size >= mostRefusals && !this.#counted.has(place);
    const key = isFull ? code : place;
    const known = this.#counted.get(key);
    if (known !== undefined) {
      known.more += 1;
      return;
    }
    const what = isFull ? { who: hub } : { who, from, serverId, subject };
    const action = code === "NAME_TAKEN" || code === "ADMISSION_REFUSED" ? "register" : "access";
    const line: AuditRecord = {
      ...what,
      at: this.#options.now(),
      action,
      outcome: "refused",
      code,
    };
    this.#counted.set(key, { line, more: 0 });
    this.#lines.push(line);
  }

  /** Drops what is too old. Rejects when the store cannot. */
  trim(): Promise<void> {
    return this.#options.store.trim(this.#options.now() - this.#options.keepMs);
  }

  /** Writes what waits; what cannot be written waits on. Never rejects. */
  flush(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#options.now() - this.#countedSince >= sameRefusalMs) this.#endCounts();
      await this.#take(this.#lines, (lines) => this.#options.store.append(lines));
      await this.#takeCalls();
      if (this.#lost === 0) return;
      const count = this.#lost;
      const line = {
        who: hub,
        at: this.#options.now(),
        action: "calls-lost",
        outcome: "failed",
      } as const;
      await this.#options.store.append([{ ...line, count }]);
      this.#lost -= count;
    });
  }

  #flushCalls(): void {
    if (this.#calls.length > 0 && !this.#isWriting) void this.#inTurn(() => this.#takeCalls());
  }

  #inTurn(write: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      this.#isWriting = true;
      try {
        await write();
        this.#isFailing = false;
      } catch (error) {
        // Once; the store itself says more, and when it has recovered.
        if (!this.#isFailing && !HubError.is(error))
          this.#options.log.warn("audit-not-written", { error: describeError(error) });
        this.#isFailing = true;
      } finally {
        this.#isWriting = false;
      }
    });
    return this.#last;
  }

  #takeCalls(): Promise<void> {
    return this.#take(this.#calls, (calls) => this.#options.store.appendCalls(calls));
  }

  /** Writes what waits now. What comes meanwhile waits on, or a busy hub would write a line at a time. */
  async #take(
    waiting: AuditRecord[],
    append: (records: readonly AuditRecord[]) => Promise<void>,
  ): Promise<void> {
    let left = waiting.length;
    while (left > 0) {
      const batch = waiting.slice(0, Math.min(left, linesPerWrite));
      await append(batch);
      waiting.splice(0, batch.length);
      left -= batch.length;
      if (left > 0) await nextTurn();
    }
  }

  #actorOf(principal: Principal): Actor {
    const known = this.#actors.get(principal);
    if (known !== undefined) return known;
    const actor = actorOf(principal);
    this.#actors.set(principal, actor);
    return actor;
  }

  #endCounts(): void {
    const at = this.#options.now();
    for (const { line, more } of this.#counted.values())
      if (more > 0) this.#lines.push({ ...line, at, count: more });
    this.#counted.clear();
    this.#countedSince = at;
  }
}
