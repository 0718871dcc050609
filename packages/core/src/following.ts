import type { EntryRecord } from "./entry.js";
import type { JournalEvent } from "./events.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import type { News, SharedWrites } from "./store.js";
import type { StoreOutage } from "./store-outage.js";

/** What other hubs made of the catalogue. */
export type Followed = {
  /** New records; `undefined` for entries that are gone. */
  readonly changed: ReadonlyMap<string, EntryRecord | undefined>;
  /** Entries from before that went, also where another has taken the id. */
  readonly removed: ReadonlySet<string>;
  readonly snapshots: ReadonlyMap<string, CapabilitySnapshot>;
  /** All ids that there are, where more may have gone than `removed` says. */
  readonly only?: ReadonlySet<string>;
};

/** Where the writes of other hubs take effect. */
export interface NewsSink {
  /** Takes over what other hubs wrote, before anybody is told of it. */
  follow(followed: Followed): void;
  /** Tells of what happened, in the order of the journal. */
  publish(events: readonly JournalEvent[]): void;
}

/**
 * Where one hub stands in a store that others write, too. Every write has a number, without gaps; a hub that has seen
 * all of them up to one has the catalogue as it was then. It reads what is new only while it writes nothing itself.
 */
export class Following {
  readonly #shared: SharedWrites;
  readonly #sink: NewsSink;
  readonly #outage: Pick<StoreOutage, "worked" | "failed"> | undefined;
  /** Everything up to this write is in the catalogue, and everything up to this event is told. */
  #write = 0;
  #lastSeq = 0;
  /** Own writes after that one: the catalogue has them already. */
  #own = new Set<number>();
  /** How often somebody said that something may have been written, and how many of these a reading began after. */
  #said = 0;
  #read = 0;

  /** `outage` hears how the store does. */
  constructor(
    shared: SharedWrites,
    sink: NewsSink,
    outage?: Pick<StoreOutage, "worked" | "failed">,
  ) {
    this.#shared = shared;
    this.#sink = sink;
    this.#outage = outage;
  }

  startFrom(write: number, lastSeq: number): void {
    this.#write = write;
    this.#lastSeq = lastSeq;
  }

  /** Whether something may have been written that was not read yet. */
  get isNewsExpected(): boolean {
    return this.#said > this.#read;
  }

  /** Somebody may have written. Returns what to ask `hasRead` for. */
  expect(): number {
    this.#said += 1;
    return this.#said;
  }

  /** Whether all has been read that was written before `expect` returned this. */
  hasRead(said: number): boolean {
    return this.#read >= said;
  }

  /** Takes note of an own write. "behind": others wrote before it, so its events are told when theirs have been read. */
  wrote(write: number, events: readonly JournalEvent[]): "next" | "behind" {
    if (write === this.#write + 1) {
      this.#write = write;
      this.#lastSeq = events.at(-1)?.seq ?? this.#lastSeq;
      return "next";
    }
    this.#own.add(write);
    this.expect();
    return "behind";
  }

  /**
   * Reads what is new, if anything may be. Never rejects: what cannot be read now is read with the next news, and
   * what the store failed with is what this resolves with.
   */
  async read(): Promise<unknown> {
    // Somebody may write while it reads.
    while (this.isNewsExpected) {
      const failure = await this.#readOnce();
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Resolves with what the store failed with. */
  async #readOnce(): Promise<unknown> {
    // Before it asks: what is written from now on may come too late for the answer, and is told again.
    const upTo = this.#said;
    let news: News;
    try {
      news = await this.#shared.since(this.#write, this.#lastSeq);
      this.#outage?.worked();
    } catch (error) {
      // The store says for itself that it fails.
      this.#outage?.failed(error);
      return error;
    }
    const isOther = ({ write }: { readonly write: number }) => !this.#own.has(write);
    // What this hub has put under an id since then stays.
    const ownIds = new Set(
      news.entries.filter((entry) => !isOther(entry)).map(({ record }) => record.id),
    );
    const removed = news.removed
      .filter((one) => isOther(one) && !ownIds.has(one.id))
      .map(({ id }) => id);
    const changed = new Map<string, EntryRecord | undefined>(removed.map((id) => [id, undefined]));
    for (const { record } of news.entries.filter(isOther)) changed.set(record.id, record);
    this.#sink.follow({
      changed,
      removed: new Set(removed),
      ...(news.only === undefined ? {} : { only: new Set(news.only) }),
      snapshots: new Map(
        news.snapshots.filter(isOther).map(({ serverId, snapshot }) => [serverId, snapshot]),
      ),
    });
    this.#write = news.write;
    this.#lastSeq = news.events.at(-1)?.seq ?? this.#lastSeq;
    this.#own.clear();
    this.#read = upTo;
    this.#sink.publish(news.events);
    return undefined;
  }
}
