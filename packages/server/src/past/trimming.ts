import type { BudgetBook, HubStore, Registry } from "@hub/core";
import type { Audit } from "../audit/audit.js";
import { describeError } from "../describe-error.js";
import type { HubConfig } from "../hub-config.js";
import type { Log } from "../log.js";
import type { Past } from "./past.js";

export type TrimmingOptions = {
  readonly store: Pick<HubStore, "trimJournal" | "trimChanges">;
  readonly audit: Pick<Audit, "trim">;
  readonly past: Pick<Past, "trim">;
  readonly registry: Pick<Registry, "now">;
  readonly config: Pick<HubConfig, "retention">;
  readonly budgets: BudgetBook;
  /** Whether this hub does it: of several on one store, one does it for all. */
  readonly isMine: () => boolean;
  readonly log: Pick<Log, "warn">;
};

const everyMs = 600_000;

/** Deletes what is older than it is to be kept, when the hub starts and every ten minutes. */
export class Trimming {
  readonly #options: TrimmingOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TrimmingOptions) {
    this.#options = options;
  }

  start(): void {
    void this.trim();
    this.#timer = setInterval(() => void this.trim(), everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Deletes it now. Never rejects: what is left goes the next time. */
  async trim(): Promise<void> {
    const { store, audit, past, registry, config, budgets, isMine, log } = this.#options;
    if (!isMine()) return;
    const { wall, steady } = registry.now();
    // Not by a clock that has just jumped ahead.
    const now = Math.min(wall, steady);
    const { journalMs, historyMs } = config.retention;
    const steps = {
      journal: () => store.trimJournal(budgets.limit("journalItems"), now - journalMs),
      history: () => store.trimChanges(now - historyMs),
      audit: () => audit.trim(),
      series: () => past.trim(),
    };
    // One that fails must not let the others grow.
    for (const [part, step] of Object.entries(steps))
      try {
        await step();
      } catch (error) {
        log.warn("not-trimmed", { part, error: describeError(error) });
      }
  }
}
