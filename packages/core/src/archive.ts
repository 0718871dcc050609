import type { TokenRecord } from "./access/token.js";
import type { AuditRecord, AuditRow } from "./audit.js";
import type { CredentialRow } from "./credential-store.js";
import type { EntryRecord } from "./entry.js";
import type { HubEvent } from "./events.js";
import type { SeriesRow } from "./past/series-store.js";
import type { SessionRow } from "./session-store.js";
import type { SignInRow } from "./sign-in-store.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import type { CapabilityChange } from "./store.js";
import type { Toolset } from "./toolset.js";

/** What a row of each kind holds. Secrets in it are as sealed as they are in the store. */
export type ArchiveValues = {
  readonly entry: EntryRecord;
  readonly snapshot: { readonly serverId: string; readonly snapshot: CapabilitySnapshot };
  readonly event: { readonly seq: number; readonly event: HubEvent };
  readonly change: CapabilityChange;
  readonly toolset: Toolset;
  readonly session: SessionRow;
  readonly "sign-in": SignInRow;
  readonly token: TokenRecord;
  readonly credential: CredentialRow;
  readonly audit: AuditRow;
  readonly series: SeriesRow;
  /** The highest journal number that was given out, which the journal may no longer hold. */
  readonly journal: { readonly lastSeq: number };
};

/** All kinds, in the order in which a store gives and takes them: what others hang on comes first. */
export const archiveKinds = [
  "entry",
  "snapshot",
  "event",
  "change",
  "toolset",
  "session",
  "sign-in",
  "token",
  "credential",
  "audit",
  "series",
  "journal",
] as const satisfies readonly (keyof ArchiveValues)[];

/** One of them. */
export type ArchiveKind = (typeof archiveKinds)[number];

/** One thing that a hub keeps, in a form that no store has for its own. */
export type ArchiveRow = {
  [Kind in ArchiveKind]: { readonly kind: Kind; readonly value: ArchiveValues[Kind] };
}[ArchiveKind];

/** Where rows come from. */
export interface ArchiveSource {
  /** For people: where that is, without a password. */
  readonly place: string;
  /** All that is kept, as one moment shows it. Rejects with STORE_UNAVAILABLE when a part of it is damaged. */
  rows(): AsyncIterable<ArchiveRow>;
  close(): Promise<void>;
}

/**
 * All of a store from outside of a hub, for `copy`, `backup`, `restore` and `rekey`. No hub has the store open meanwhile.
 */
export interface StoreArchive extends ArchiveSource {
  /** Takes all rows or none. Rejects with STORE_UNAVAILABLE when the store holds anything already. */
  fill(rows: AsyncIterable<ArchiveRow>): Promise<void>;
  /**
   * Takes these in the place of all credentials and adds the line to the audit, or leaves everything as it is. Where
   * several hubs may have the store open, they must have the key with this id from then on.
   */
  rekey(keyId: string, credentials: readonly CredentialRow[], line: AuditRecord): Promise<void>;
  /** Adds a line to the audit, behind all that are there. */
  audit(line: AuditRecord): Promise<void>;
}
