import { type BudgetBook, type Clock, HubError, type Registry, serverStatus } from "@hub/core";
import {
  CallSeries,
  type CountedCalls,
  type SeenStatus,
  type SeriesKind,
  type SeriesStore,
  StatusSeries,
} from "@hub/core/past";
import { describeError } from "../describe-error.js";
import type { Log } from "../log.js";
import { seriesKeptMs } from "./retention.js";

export type PastOptions = {
  readonly store: SeriesStore;
  readonly budgets: BudgetBook;
  readonly registry: Registry;
  readonly clock: Clock;
  /** Gives the calls that ended since it was asked last. */
  readonly drain: () => readonly CountedCalls[];
  readonly log: Pick<Log, "warn">;
  /** This hub among others that write the same store. Default: it is the only one. */
  readonly hubs?:
    | { readonly id: string; readonly leads: () => boolean; readonly wall: () => number }
    | undefined;
};

/** How much of the last minute a hub that is killed forgets. */
const flushEveryMs = 10_000;

/** Calls and statuses over time, as this hub writes them down. */
export class Past {
  readonly calls: CallSeries;
  readonly statuses: StatusSeries;
  readonly #options: PastOptions;
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: PastOptions, statuses: StatusSeries) {
    const { store, budgets, drain, registry, hubs } = options;
    this.#options = options;
    this.statuses = statuses;
    this.calls = new CallSeries({
      store,
      budgets,
      drain,
      writer: hubs?.id,
      onError: (error) => this.#warn(error),
    });
    this.#stopListening = registry.subscribe(({ kind, serverId, ...event }) => {
      if (kind === "forgotten" && !("instance" in event && event.instance !== undefined))
        this.#forget(serverId);
      const entry = registry.get(serverId);
      if (entry !== undefined)
        statuses.observe({ serverId, status: serverStatus(entry.instances) });
    });
  }

  /** Rejects when the store cannot be read. */
  static async open(options: PastOptions): Promise<Past> {
    const { store, registry, clock, log, hubs } = options;
    const statuses = await StatusSeries.open({
      store,
      clock: { monotonic: () => clock.monotonic(), wall: hubs?.wall ?? (() => clock.wall()) },
      leads: hubs?.leads,
      statuses: () => statusesOf(registry),
      onError: (error) => log.warn("history-not-written", { error: describeError(error) }),
    });
    return new Past(options, statuses);
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), flushEveryMs);
    this.#timer.unref();
  }

  /** Writes what waits. Never rejects. */
  async flush(): Promise<void> {
    await this.calls.flush();
    await this.statuses.flush();
  }

  /** Drops what is too old. Rejects when the store cannot. */
  async trim(): Promise<void> {
    // Not by a clock that has just jumped ahead.
    const { wall, steady } = this.#options.registry.now();
    const now = Math.min(wall, steady);
    for (const [kind, kept] of Object.entries(seriesKeptMs))
      await this.#options.store.trim(kind as SeriesKind, now - kept); // its keys
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening();
    await this.flush();
  }

  #forget(serverId: string): void {
    const forget = async () => {
      await this.calls.forget(serverId);
      await this.statuses.forget(serverId);
    };
    // What stays of it is shown to nobody, and goes when it is old.
    forget().catch((error) => this.#warn(error));
  }

  #warn(error: unknown): void {
    // The store itself says that it cannot write.
    if (!HubError.is(error))
      this.#options.log.warn("history-not-written", { error: describeError(error) });
  }
}

function* statusesOf(registry: Registry): Iterable<SeenStatus> {
  for (const { record, instances } of registry.list())
    yield { serverId: record.id, status: serverStatus(instances) };
}
