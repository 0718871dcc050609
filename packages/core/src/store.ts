import type { AuditRecord } from "./audit.js";
import type { EntryRecord } from "./entry.js";
import type { CapabilitiesChanged, HubEvent, JournalEvent } from "./events.js";
import type { KeptChanges } from "./history.js";
import type { SharedHubs } from "./hubs/shared-hubs.js";
import type { SharedSessions } from "./session-store.js";
import type { CapabilitySnapshot } from "./snapshot.js";

/** One step in the history of what a server offers. */
export type CapabilityChange = KeptChanges & {
  readonly serverId: string;
  /** The journal number of the `capabilities-changed` event it belongs to. */
  readonly seq: number;
  readonly at: number;
  readonly hash: string;
  readonly previousHash?: string;
};

/** A part of a history. `hasMore`: older steps are kept than the last of these. */
export type HistoryPage = {
  readonly changes: readonly CapabilityChange[];
  readonly hasMore: boolean;
};

/** Which steps of a server are asked for, newest first. */
export type HistoryQuery = {
  /** Only steps from before this journal number. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** As many steps as fit, and at least one. Default: no limit. */
  readonly mostBytes?: number | undefined;
};

/** The step of the history that an event brings; what adapters keep, and what they count the bytes of. */
export function stepOf(
  seq: number,
  { serverId, at, hash, previousHash }: CapabilitiesChanged,
  kept: KeptChanges,
): CapabilityChange {
  return {
    serverId,
    seq,
    at,
    hash,
    ...(previousHash === undefined ? {} : { previousHash }),
    ...kept,
  };
}

/** One entry as it is to be stored. */
export type EntryWrite = {
  readonly record: EntryRecord;
  /** The version this was decided on; undefined for a new entry. */
  readonly basedOn: number | undefined;
};

/** One event for the journal. */
export type EventWrite = {
  readonly event: HubEvent;
  /** Only with `capabilities-changed`: the differences, for the history. Without them it is no step of it. */
  readonly changes?: KeptChanges;
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
  /** Who asked for this, for the audit of the same hub. */
  readonly audit?: readonly AuditRecord[];
};

/** What became of a write: stored as a whole, or not at all because another hub wrote first. */
export type CommitResult =
  /**
   * `seqs` are the journal numbers of the write's events, in order and growing. `write` is the number of this write
   * in a store that several hubs have open.
   */
  | { readonly ok: true; readonly seqs: readonly number[]; readonly write?: number }
  /** Somebody else wrote first: the entries as they are now (`undefined`: gone). Nothing was stored. */
  | { readonly ok: false; readonly fresh: ReadonlyMap<string, EntryRecord | undefined> };

/** All that a hub starts from. */
export type StoredState = {
  readonly entries: readonly EntryRecord[];
  readonly snapshots: ReadonlyMap<string, CapabilitySnapshot>;
  /** The number of the newest event; 0 for an empty journal. */
  readonly lastSeq: number;
  /** The number of the newest write, in a store that several hubs have open. */
  readonly write?: number;
};

/** What became of a shared store since some write, as it is now. */
export type News = {
  /** The newest write that is in it. */
  readonly write: number;
  /** Entries that are new or other, with the write that made them so. */
  readonly entries: readonly { readonly record: EntryRecord; readonly write: number }[];
  /** Entries from before that went, also where another has taken the id since. */
  readonly removed: readonly { readonly id: string; readonly write: number }[];
  /** All that there are, for a hub that was away for so long that not all removals are known any more. */
  readonly only?: readonly string[];
  readonly snapshots: readonly {
    readonly serverId: string;
    readonly snapshot: CapabilitySnapshot;
    readonly write: number;
  }[];
  /** What was told since, in order. */
  readonly events: readonly JournalEvent[];
};

/** A part of a shared store that hubs write. */
export type NewsTopic = "catalogue" | "toolsets" | "tokens" | "sign-ins" | "credentials" | "hubs";

/** What several hubs on one store need of it, so that each knows what the others wrote. */
export interface SharedWrites {
  /** Everything that was written after a write, from `lastSeq` on, as one moment shows it. */
  since(write: number, lastSeq: number): Promise<News>;
  /** Calls `listener` when another hub may have written there. Returns how to stop. */
  onNews(topic: NewsTopic, listener: () => void): () => void;
  /** Where they say that they live, and what they saw. */
  readonly hubs: SharedHubs;
  /** Sessions of clients that go on at another hub. */
  readonly sessions: SharedSessions;
}

/** Which events of the journal are asked for. */
export type JournalQuery = {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly order: "oldest-first" | "newest-first";
  readonly limit: number;
  /** As many events as fit, and at least one. Default: no limit. */
  readonly mostBytes?: number | undefined;
  readonly serverId?: string | undefined;
  readonly kinds?: readonly HubEvent["kind"][] | undefined;
};

/**
 * Where the catalogue survives. A commit that was acknowledged survives `kill -9` of the hub and, on
 * disk, a power loss. Every adapter runs the suite of `store-contract.ts`.
 * A store that cannot write rejects with `STORE_UNAVAILABLE` and keeps what it had.
 * It keeps the budgets `historyBytes`, `historyItems`, `allHistoryBytes` and `journalBytes`: what goes,
 * goes with the write that needs the room.
 */
export interface RegistryStore {
  load(): Promise<StoredState>;
  commit(write: StoreWrite): Promise<CommitResult>;
  journal(query: JournalQuery): Promise<readonly JournalEvent[]>;
  /** The history of one server's capabilities, newest first. */
  changes(serverId: string, query: HistoryQuery): Promise<HistoryPage>;
  /** The oldest journal number still kept; 0 for an empty journal. Older ones were trimmed. */
  oldestSeq(): Promise<number>;
  /**
   * Drops the oldest events so that at most `keep` remain, and those before the first that happened at `since` or
   * later (milliseconds since 1970; default: all are new enough). Histories of living entries stay.
   */
  trimJournal(keep: number, since?: number): Promise<void>;
  /** Drops the steps of all histories before the first that happened at `since` or later. The journal stays. */
  trimChanges(since: number): Promise<void>;
  /** Rejects with `STORE_UNAVAILABLE` when nothing could be stored now. Leaves everything as it is. */
  assertWritable(): Promise<void>;
  /** Only of a store that several hubs have open at the same time. */
  readonly shared?: SharedWrites;
  close(): Promise<void>;
}
