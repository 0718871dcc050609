import type { Catalogue } from "./catalogue.js";
import type { CommitSink } from "./commit-queue.js";
import type { EntryRecord } from "./entry.js";
import type { JournalEvent } from "./events.js";
import type { Followed } from "./following.js";
import type { Now } from "./health.js";
import type { HubShare } from "./hubs/hub-share.js";
import type { SharedCatalogue } from "./hubs/shared-catalogue.js";
import type { Observer } from "./observer.js";
import { counted } from "./snapshot.js";
import type { StatusChanges } from "./status-changes.js";
import type { StoredState } from "./store.js";
import type { Commit } from "./write-draft.js";

export type CommitEffectsOptions = {
  readonly catalogue: Catalogue;
  readonly observer: Observer;
  readonly statuses: StatusChanges;
  readonly shared: SharedCatalogue;
  readonly share: HubShare;
  readonly now: () => Now;
  /** Tells whoever listens of an event. */
  readonly tell: (event: JournalEvent) => void;
  /** A probe may have become due. */
  readonly wake: () => void;
};

/** What is stored takes effect: in the catalogue, in what is observed of it, and with whoever listens. */
export class CommitEffects implements CommitSink {
  readonly #options: CommitEffectsOptions;
  #lastSeq = 0;

  constructor(options: CommitEffectsOptions) {
    this.#options = options;
  }

  /** The number of the newest event in the journal. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** What the store had at the start. Every lease gets a full time to live again. */
  restore({ entries, snapshots, lastSeq }: StoredState): void {
    const { catalogue, observer, now } = this.#options;
    const at = now();
    for (const record of entries) {
      catalogue.put(record, at);
      const snapshot = snapshots.get(record.id);
      if (snapshot !== undefined) observer.restore(record.id, counted(snapshot));
    }
    this.#lastSeq = lastSeq;
  }

  recordOf(id: string): EntryRecord | undefined {
    return this.#options.catalogue.get(id)?.record;
  }

  take(commit: Commit): void {
    const { catalogue, observer, statuses, shared, share } = this.#options;
    const now = this.#options.now();
    const { gone, changed } = catalogue.take(commit, now);
    for (const record of gone) observer.forget(record);
    for (const { entry, instance, health } of changed) statuses.tell(entry, instance, health, now);
    if (share.isShared) shared.committed(commit);
  }

  /** What other hubs decided. They have told of it themselves. */
  follow({ changed, removed: told, snapshots, only }: Followed): void {
    const { catalogue, observer, shared, now, wake } = this.#options;
    const untold = only === undefined ? [] : catalogue.list().map(({ record }) => record.id);
    const removed = new Set([...told, ...untold.filter((id) => only?.has(id) === false)]);
    const { gone } = catalogue.take({ changed, removed, registered: new Map() }, now());
    for (const record of gone) observer.forget(record);
    for (const [serverId, snapshot] of snapshots)
      if (catalogue.get(serverId) !== undefined) observer.restore(serverId, counted(snapshot));
    shared.followed(changed.keys());
    if (changed.size > 0) wake();
  }

  publish(events: readonly JournalEvent[]): void {
    const { share, shared, tell } = this.#options;
    for (const event of events) {
      this.#lastSeq = Math.max(this.#lastSeq, event.seq);
      if (share.isShared) shared.published(event);
      tell(event);
    }
  }
}
