import type { Clock } from "../clock.js";
import type { ServerStatus } from "../entry.js";
import { HubError } from "../errors.js";
import type { SeriesRow, SeriesStore } from "./series-store.js";
import {
  clipped,
  compacted,
  type Run,
  type StatusSpan,
  spansOf,
  statusValue,
} from "./status-spans.js";
import { Turns } from "./turns.js";

/** A server, and what it is now. */
export type SeenStatus = { readonly serverId: string; readonly status: ServerStatus };

export type StatusSeriesOptions = {
  readonly store: SeriesStore;
  readonly clock: Clock;
  /** What all servers are now. */
  readonly statuses: () => Iterable<SeenStatus>;
  /**
   * Where several hubs write one store: whether this one writes for all of them now. The clock must be one that they
   * agree on. Default: it is the only one.
   */
  readonly leads?: (() => boolean) | undefined;
  /** Told what went wrong that is not the store being unavailable. Default: nobody. */
  readonly onError?: (error: unknown) => void;
};

/** A hub that did not look for longer knows nothing of that time. */
const longestBlindMs = 60_000;
/** Clocks are set right by a little all the time; that is no jump. */
const jumpMs = 5_000;
const mostRuns = 1_000;
/** How many rows a server has at most, give or take those that came since they were counted. */
const mostRows = 300;
const rowsUntilCounted = 100;
/** With less than 90 times this, rows of one server that are too many can always be summed up. */
const summedWithinMs = 24 * 3_600_000;
const mostWaiting = 50_000;

const runRow = ({ from, to }: Run): SeriesRow => ({
  kind: "status",
  serverId: "",
  item: "",
  at: from,
  value: { to },
});

/**
 * What servers were, and when. Written are only changes, and how long the hub ran; so a hub that was killed
 * knows what it saw up to its last `flush`, and of the time until it runs again it says nothing.
 */
export class StatusSeries {
  readonly #options: StatusSeriesOptions;
  readonly #turns = new Turns();
  readonly #runs: Run[];
  /** What was written last of each server, in this run. */
  readonly #last = new Map<string, ServerStatus>();
  readonly #uncounted = new Map<string, number>();
  #waiting: SeriesRow[] = [];
  /** The clock went back behind what is stored: rows from here on speak of a time that is yet to come. */
  #cutFrom: number | undefined;
  #wall: number;
  #monotonic: number;
  #hasLed: boolean;

  private constructor(options: StatusSeriesOptions, runs: Run[], wall: number) {
    this.#options = options;
    this.#runs = runs;
    this.#wall = wall;
    this.#monotonic = options.clock.monotonic();
    this.#hasLed = options.leads === undefined;
    if (this.#hasLed) this.#begin(Math.max(wall, runs.at(-1)?.to ?? wall));
  }

  /** Reads when the hub ran before. Rejects when the store cannot. */
  static async open(options: StatusSeriesOptions): Promise<StatusSeries> {
    const { store, clock } = options;
    const runs = await storedRuns(store);
    const wall = Math.floor(clock.wall());
    const series = new StatusSeries(options, runs, wall);
    if (options.leads === undefined && runs.some(({ to }) => to > wall + jumpMs))
      series.#goBack(wall);
    return series;
  }

  /** Takes note of what a server is now. */
  observe({ serverId, status }: SeenStatus): void {
    if (!this.#isLeading) return;
    this.#follow();
    this.#observe({ serverId, status });
  }

  /** Looks at all servers and writes what is new; what cannot be written waits on. Never rejects. */
  flush(): Promise<void> {
    return this.#turns.take(async () => {
      try {
        if (!(await this.#takeOver())) return;
        this.#look();
        await this.#write();
      } catch (error) {
        if (!HubError.is(error)) this.#options.onError?.(error);
      }
    });
  }

  /** What is known of a server in a time, the oldest first. */
  spans(serverId: string, from: number, until: number): Promise<StatusSpan[]> {
    return this.#turns.take(async () => {
      if (this.#isLeading) this.#look();
      else this.#runs.splice(0, this.#runs.length, ...(await storedRuns(this.#options.store)));
      const stored = await this.#options.store.range({ kind: "status", serverId });
      const { ahead, waiting } = this.#own(serverId, stored);
      return spansOf([...ahead, ...waiting], this.#runs).flatMap(
        (span) => clipped(span, from, until) ?? [],
      );
    });
  }

  /** Forgets a server that is gone. Rejects when the store cannot. */
  forget(serverId: string): Promise<void> {
    return this.#turns.take(async () => {
      this.#waiting = this.#waiting.filter((row) => row.serverId !== serverId);
      this.#last.delete(serverId);
      this.#uncounted.delete(serverId);
      await this.#options.store.forget(serverId);
    });
  }

  /** It leads, and has read what those before it wrote. */
  get #isLeading(): boolean {
    return this.#hasLed && this.#options.leads?.() !== false;
  }

  /** Goes on where another hub stopped. False when another one writes. */
  async #takeOver(): Promise<boolean> {
    const { leads, store, clock } = this.#options;
    if (leads?.() === false) {
      this.#hasLed = false;
      this.#waiting = [];
      return false;
    }
    if (this.#hasLed) return true;
    const runs = await storedRuns(store);
    this.#runs.splice(0, this.#runs.length, ...runs);
    this.#wall = Math.floor(clock.wall());
    this.#monotonic = clock.monotonic();
    const last = runs.at(-1);
    if (last === undefined || this.#wall - last.to > longestBlindMs)
      this.#begin(Math.max(this.#wall, last?.to ?? this.#wall));
    this.#last.clear();
    this.#hasLed = true;
    return true;
  }

  /** What is stored of a server and what waits, in order, as it will be stored. */
  #own(serverId: string, stored: readonly SeriesRow[]) {
    const waiting = this.#waiting.filter((row) => row.serverId === serverId);
    const until = Math.min(
      this.#cutFrom ?? Number.POSITIVE_INFINITY,
      waiting[0]?.at ?? Number.POSITIVE_INFINITY,
    );
    return { ahead: stored.filter(({ at }) => at < until), waiting };
  }

  #look(): void {
    this.#follow();
    for (const seen of this.#options.statuses()) this.#observe(seen);
  }

  #observe({ serverId, status }: SeenStatus): void {
    const last = this.#last.get(serverId);
    // One that the hub has not reached yet in this run says nothing.
    if (last === status || (last === undefined && status === "pending")) return;
    // Too many at once can only be while the store does not write; the next look finds them again.
    if (this.#waiting.length >= mostWaiting) return;
    this.#last.set(serverId, status);
    const row = { kind: "status", serverId, item: "", at: this.#now, value: statusValue(status) };
    this.#waiting.push(row as SeriesRow); // `kind` is a literal
  }

  get #run(): Run {
    const run = this.#runs.at(-1);
    if (run === undefined) throw new Error("There is always a run.");
    return run;
  }

  /** The time up to which this run has come: it never goes back by itself. */
  get #now(): number {
    return this.#run.to;
  }

  #begin(at: number): void {
    this.#runs.push({ from: at, to: at });
    this.#last.clear();
  }

  /** Takes a reading of the clocks. */
  #follow(): void {
    const { clock } = this.#options;
    const wall = Math.floor(clock.wall());
    const monotonic = clock.monotonic();
    const elapsed = monotonic - this.#monotonic;
    const jumped = wall - this.#wall - elapsed;
    this.#wall = wall;
    this.#monotonic = monotonic;
    if (jumped < 0 && wall < this.#now - jumpMs) this.#goBack(wall);
    else if (elapsed > longestBlindMs || jumped > longestBlindMs) this.#begin(wall);
    else this.#run.to = Math.max(this.#now, wall);
  }

  /** What was written of the time from here on was written by a clock that was wrong. */
  #goBack(wall: number): void {
    this.#cutFrom = Math.min(this.#cutFrom ?? wall, wall);
    this.#waiting = this.#waiting.filter(({ at }) => at < wall);
    const kept = this.#runs.filter(({ from }) => from < wall);
    for (const run of kept) run.to = Math.min(run.to, wall);
    this.#runs.splice(0, this.#runs.length, ...kept);
    this.#begin(wall);
  }

  async #write(): Promise<void> {
    const { store } = this.#options;
    const cutFrom = this.#cutFrom;
    if (cutFrom !== undefined) {
      await store.cut("status", cutFrom);
      const shortened = this.#runs.filter(({ to }) => to === cutFrom);
      await store.put(shortened.map(runRow));
      if (this.#cutFrom === cutFrom) this.#cutFrom = undefined;
    }
    const batch = this.#waiting;
    await store.put([...batch, runRow(this.#run)]);
    const written = new Set(batch);
    this.#waiting = this.#waiting.filter((row) => !written.has(row));
    await this.#bound(batch);
  }

  async #bound(written: readonly SeriesRow[]): Promise<void> {
    const { store } = this.#options;
    const old = this.#runs.splice(0, Math.max(0, this.#runs.length - mostRuns));
    if (old.length > 0) await store.remove(old.map(runRow));
    for (const { serverId } of written) {
      // The first of a run is looked at: those of earlier runs were never counted.
      const uncounted = (this.#uncounted.get(serverId) ?? rowsUntilCounted - 1) + 1;
      this.#uncounted.set(serverId, uncounted % rowsUntilCounted);
      if (uncounted < rowsUntilCounted) continue;
      const rows = await store.range({ kind: "status", serverId });
      if (rows.length <= mostRows) continue;
      const { put, removed } = compacted(rows, this.#runs, mostRows, summedWithinMs);
      await store.put(put);
      await store.remove(removed);
    }
  }
}

async function storedRuns(store: SeriesStore): Promise<Run[]> {
  const rows = await store.range({ kind: "status", serverId: "" });
  return rows.map(({ at, value }) => ({
    from: at,
    to: typeof value.to === "number" ? value.to : at,
  }));
}
