import type { BudgetBook } from "../budget-book.js";
import { HubError } from "../errors.js";
import { addCounts, type CallCounts, noCounts, packCounts, unpackCounts } from "./call-counts.js";
import type { SeriesKey, SeriesKind, SeriesRow, SeriesStore } from "./series-store.js";
import { Turns } from "./turns.js";

/** Calls of one minute to one thing that a server offers. */
export type CountedCalls = {
  readonly serverId: string;
  readonly method: string;
  /** The tool or prompt, as its server calls it. */
  readonly name?: string | undefined;
  /** Some instant of the minute, by the wall clock. */
  readonly at: number;
  readonly counts: CallCounts;
};

/** Calls of one minute, hour, or whatever step was asked for. */
export type CallSlot = { readonly at: number; readonly counts: CallCounts };

/** The same of one thing that a server offers, over all of a time. */
export type ItemCalls = Pick<CountedCalls, "method" | "name" | "counts">;

export type CallSeriesOptions = {
  readonly store: SeriesStore;
  readonly budgets: BudgetBook;
  /** Gives what was counted since it was asked last. */
  readonly drain: () => readonly CountedCalls[];
  /**
   * Who counts, where several hubs write one store: rows of each are its own, and reading adds them up. Default: rows
   * have no such mark.
   */
  readonly writer?: string | undefined;
  /** Told what went wrong that is not the store being unavailable. Default: nobody. */
  readonly onError?: (error: unknown) => void;
};

/** A minute in milliseconds. */
export const minuteMs = 60_000;
/** An hour in milliseconds. */
export const hourMs = 60 * minuteMs;
/** A day in milliseconds. */
export const dayMs = 24 * hourMs;
/** The hub itself, in the place of a server's id: all calls to all servers. */
export const wholeHub = "";

type Cell = { readonly key: SeriesKey; readonly counts: CallCounts };

/** One write of the store, during which nothing else is done. */
const rowsPerWrite = 500;

/**
 * Calls over time. What was counted waits in memory until `flush` adds it to what is stored, so a call costs nothing
 * here. A minute and its hour are added in one write: neither is ever without the other.
 */
export class CallSeries {
  readonly #options: CallSeriesOptions;
  readonly #turns = new Turns();
  /** By server, so that what belongs together is written together. */
  #waiting = new Map<string, Map<string, Cell>>();
  #cells = 0;

  constructor(options: CallSeriesOptions) {
    this.#options = options;
    options.budgets.watch("countsWaiting", () => ({ used: this.#cells }));
  }

  /** Writes what was counted; what cannot be written waits on. Never rejects. */
  flush(): Promise<void> {
    return this.#turns.take(async () => {
      this.#collect();
      try {
        while (this.#waiting.size > 0) await this.#write();
      } catch (error) {
        if (!HubError.is(error)) this.#options.onError?.(error);
      }
    });
  }

  /**
   * Calls of a time in steps, the oldest first; a step without calls is left out. Steps shorter than an hour are
   * made of minutes, others of hours, and each begins at a multiple of its length.
   */
  slots(serverId: string, from: number, until: number, stepMs: number): Promise<CallSlot[]> {
    return this.#turns.take(async () => {
      const kind = stepMs < hourMs ? "minute" : "hour";
      const slots = new Map<number, CallCounts>();
      for (const { key, counts } of await this.#cellsOf(kind, serverId, from, until)) {
        const at = Math.floor(key.at / stepMs) * stepMs;
        addCounts(slotAt(slots, at), counts);
      }
      return [...slots]
        .sort(([one], [other]) => one - other)
        .map(([at, counts]) => ({ at, counts }));
    });
  }

  /** Calls of whole hours by what a server offers. */
  items(serverId: string, from: number, until: number): Promise<ItemCalls[]> {
    return this.#turns.take(async () => {
      const items = new Map<string, CallCounts>();
      for (const { key, counts } of await this.#cellsOf("item-hour", serverId, from, until))
        addCounts(slotAt(items, unmarked(key.item)), counts);
      return [...items].map(([item, counts]) => ({ ...partsOf(item), counts }));
    });
  }

  /** Forgets a server that is gone; all calls together stay what they were. Rejects when the store cannot. */
  forget(serverId: string): Promise<void> {
    return this.#turns.take(async () => {
      this.#collect();
      this.#cells -= this.#waiting.get(serverId)?.size ?? 0;
      this.#waiting.delete(serverId);
      await this.#options.store.forget(serverId);
    });
  }

  #collect(): void {
    for (const { serverId, method, name, at, counts } of this.#options.drain()) {
      const minute = Math.floor(at / minuteMs) * minuteMs;
      const hour = Math.floor(at / hourMs) * hourMs;
      for (const whose of [serverId, wholeHub]) {
        this.#add({ kind: "minute", serverId: whose, item: "", at: minute }, counts);
        this.#add({ kind: "hour", serverId: whose, item: "", at: hour }, counts);
      }
      const item = itemOf(method, name);
      this.#add({ kind: "item-hour", serverId, item, at: hour }, counts);
    }
  }

  #add(added: SeriesKey, counts: CallCounts): void {
    const { writer } = this.#options;
    const key = writer === undefined ? added : { ...added, item: `${added.item}${mark}${writer}` };
    const cells = this.#waiting.get(key.serverId) ?? new Map<string, Cell>();
    const id = idOf(key);
    const known = cells.get(id);
    if (known !== undefined) {
      addCounts(known.counts, counts);
      return;
    }
    const { budgets } = this.#options;
    if (this.#cells >= budgets.limit("countsWaiting")) {
      budgets.refused("countsWaiting");
      return;
    }
    const cell = { key, counts: noCounts() };
    addCounts(cell.counts, counts);
    cells.set(id, cell);
    this.#waiting.set(key.serverId, cells);
    this.#cells += 1;
  }

  /** Writes some servers' cells; they wait until that is durable. */
  async #write(): Promise<void> {
    const servers: string[] = [];
    const cells: Cell[] = [];
    for (const [serverId, those] of this.#waiting) {
      if (cells.length > 0 && cells.length + those.size > rowsPerWrite) break;
      servers.push(serverId);
      cells.push(...those.values());
    }
    const { store } = this.#options;
    const stored = new Map(
      (await store.get(cells.map(({ key }) => key))).map((row) => [idOf(row), row]),
    );
    await store.put(cells.map(({ key, counts }) => summed(key, counts, stored.get(idOf(key)))));
    for (const serverId of servers) this.#waiting.delete(serverId);
    this.#cells -= cells.length;
  }

  /** What is stored and what waits, each as it is. */
  async #cellsOf(kind: SeriesKind, serverId: string, from: number, until: number): Promise<Cell[]> {
    this.#collect();
    const stored = await this.#options.store.range({ kind, serverId, from, until });
    const waiting = [...(this.#waiting.get(serverId)?.values() ?? [])].filter(
      ({ key }) => key.kind === kind && key.at >= from && key.at < until,
    );
    return [...stored.map((row) => ({ key: row, counts: unpackCounts(row.value) })), ...waiting];
  }
}

const idOf = ({ kind, serverId, item, at }: SeriesKey) => `${kind} ${at} ${serverId}\n${item}`;

function summed(key: SeriesKey, counts: CallCounts, stored: SeriesRow | undefined): SeriesRow {
  const sum = stored === undefined ? noCounts() : unpackCounts(stored.value);
  addCounts(sum, counts);
  return { ...key, value: packCounts(sum) };
}

function slotAt<Key>(slots: Map<Key, CallCounts>, key: Key): CallCounts {
  const known = slots.get(key);
  if (known !== undefined) return known;
  const slot = noCounts();
  slots.set(key, slot);
  return slot;
}

// As JSON, because names of clients' making may hold what no database takes for text.
/** Between what a row is about and who counted. JSON has no such character outside of escapes. */
const mark = "\u001f";
const unmarked = (item: string) => item.split(mark)[0] ?? "";

const itemOf = (method: string, name: string | undefined) =>
  JSON.stringify(name === undefined ? [method] : [method, name]);

function partsOf(item: string): Pick<ItemCalls, "method" | "name"> {
  // It is what `itemOf` made.
  const [method, name] = JSON.parse(item) as [string, string?];
  return { method, ...(name === undefined ? {} : { name }) };
}
