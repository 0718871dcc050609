import { type BudgetBook, HubError } from "@hub/core";
import { actorOf, type Principal } from "@hub/core/access";
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
/** So long the same refusal of the same asker is one line and a count. */
const sameRefusalMs = 60_000;
const mostRefusals = 1_000;
/** One write of the store, during which nothing else is done. */
const linesPerWrite = 500;

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
 * The part of the audit that no decision waits for: calls, and what was refused. Both are written in batches, and
 * held within limits until then. Decisions stand in the write that carries them out.
 */
export class Audit {
  readonly #options: AuditOptions;
  #calls: AuditRecord[] = [];
  #lost = 0;
  #lines: AuditRecord[] = [];
  readonly #counted = new Map<string, Counted>();
  #countedSince: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
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
    this.#timer = setInterval(() => void this.flush(), flushEveryMs);
    this.#timer.unref();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#endCounts();
    await this.flush();
    await this.flush();
  }

  /** Writes down what is then done; resolves when that is durable. Rejects with STORE_UNAVAILABLE. */
  decided(line: Asker & Pick<AuditRecord, "action" | "subject">): Promise<void> {
    return this.#options.store.append([{ ...line, at: this.#options.now(), outcome: "done" }]);
  }

  /** Takes note of a call of somebody. Costs no more than a place in a list. */
  call(
    { at, serverId, method, name, durationMs, outcome, params }: EndedCall,
    by: Principal,
  ): void {
    if (this.#calls.length >= this.#options.budgets.limit("auditCallsWaiting")) {
      this.#options.budgets.refused("auditCallsWaiting");
      this.#lost += 1;
      return;
    }
    this.#calls.push({
      at,
      who: actorOf(by),
      action: "call",
      outcome,
      serverId,
      method,
      subject: name,
      durationMs,
      ...(this.#options.keepsArguments ? { arguments: params } : {}),
    });
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
    this.#running ??= this.#write().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #write(): Promise<void> {
    if (this.#options.now() - this.#countedSince >= sameRefusalMs) this.#endCounts();
    try {
      while (this.#lines.length > 0) await this.#take(this.#lines);
      while (this.#calls.length > 0) await this.#take(this.#calls);
      if (this.#lost > 0) {
        const count = this.#lost;
        const line = {
          who: hub,
          at: this.#options.now(),
          action: "calls-lost",
          outcome: "failed",
        } as const;
        await this.#options.store.append([{ ...line, count }]);
        this.#lost -= count;
      }
      this.#isFailing = false;
    } catch (error) {
      // Once; the store itself says more, and when it has recovered.
      if (!this.#isFailing && !HubError.is(error))
        this.#options.log.warn("audit-not-written", { error: describeError(error) });
      this.#isFailing = true;
    }
  }

  async #take(waiting: AuditRecord[]): Promise<void> {
    const batch = waiting.slice(0, linesPerWrite);
    await this.#options.store.append(batch);
    waiting.splice(0, batch.length);
  }

  #endCounts(): void {
    const at = this.#options.now();
    for (const { line, more } of this.#counted.values())
      if (more > 0) this.#lines.push({ ...line, at, count: more });
    this.#counted.clear();
    this.#countedSince = at;
  }
}
