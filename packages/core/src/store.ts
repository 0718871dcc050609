import type { EntryRecord } from "./entry.js";
import type { HubEvent, JournalEvent } from "./events.js";
import type { CapabilitySnapshot, ItemChange } from "./snapshot.js";

/** One step in the history of what a server offers. */
export type CapabilityChange = {
  readonly serverId: string;
  /** The journal number of the `capabilities-changed` event it belongs to. */
  readonly seq: number;
  readonly at: number;
  readonly hash: string;
  readonly previousHash?: string;
  readonly changes: readonly ItemChange[];
};

export type EntryWrite = {
  readonly record: EntryRecord;
  /** The version this was decided on; undefined for a new entry. */
  readonly basedOn: number | undefined;
};

export type EventWrite = {
  readonly event: HubEvent;
  /** Only with `capabilities-changed`: the differences in full, for the history. */
  readonly changes?: readonly ItemChange[];
};

/** Everything in it is stored, or nothing. */
export type StoreWrite = {
  readonly entries: readonly EntryWrite[];
  /**
   * Go first, with their snapshots and histories. An id that is among `entries` as well starts anew
   * in the same write; both are based on the version before it.
   */
  readonly removed: readonly { readonly id: string; readonly basedOn: number }[];
  readonly snapshots: readonly {
    readonly serverId: string;
    readonly snapshot: CapabilitySnapshot;
  }[];
  readonly events: readonly EventWrite[];
};

export type CommitResult =
  /** `seqs` are the journal numbers of the write's events, in order and growing. */
  | { readonly ok: true; readonly seqs: readonly number[] }
  /** Somebody else wrote first: the entries as they are now (`undefined`: gone). Nothing was stored. */
  | { readonly ok: false; readonly fresh: ReadonlyMap<string, EntryRecord | undefined> };

export type StoredState = {
  readonly entries: readonly EntryRecord[];
  readonly snapshots: ReadonlyMap<string, CapabilitySnapshot>;
  /** The number of the newest event; 0 for an empty journal. */
  readonly lastSeq: number;
};

export type JournalQuery = {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly order: "oldest-first" | "newest-first";
  readonly limit: number;
  readonly serverId?: string | undefined;
  readonly kinds?: readonly HubEvent["kind"][] | undefined;
};

/**
 * Where the catalogue survives. A commit that was acknowledged survives `kill -9` of the hub and, on
 * disk, a power loss. Every adapter runs the suite of `store-contract.ts`.
 * A store that cannot write rejects with `STORE_UNAVAILABLE` and keeps what it had.
 */
export interface RegistryStore {
  load(): Promise<StoredState>;
  commit(write: StoreWrite): Promise<CommitResult>;
  journal(query: JournalQuery): Promise<readonly JournalEvent[]>;
  /** The history of one server's capabilities, newest first, from before journal number `before`. */
  changes(
    serverId: string,
    query: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<readonly CapabilityChange[]>;
  /** The oldest journal number still kept; 0 for an empty journal. Older ones were trimmed. */
  oldestSeq(): Promise<number>;
  /** Drops the oldest events so that at most `keep` remain. Histories of living entries stay. */
  trimJournal(keep: number): Promise<void>;
  close(): Promise<void>;
}
