import type { AuditRecord } from "./audit.js";
import type { Toolset } from "./toolset.js";

/** What became of a write of a toolset. */
export type ToolsetWriteResult =
  | { readonly ok: true }
  /** Somebody else wrote first: the toolset as it is now (`undefined`: gone). Nothing was stored. */
  | { readonly ok: false; readonly fresh: Toolset | undefined };

/**
 * Where saved selections survive. What was acknowledged survives `kill -9` of the hub and, on disk, a
 * power loss. Every adapter runs the suite of `toolset-store-contract.ts`. `basedOn` is the revision a
 * write was decided on; undefined for a new toolset. `line` is for the audit, and stored with the write or not at all.
 * A store that cannot write rejects with `STORE_UNAVAILABLE` and keeps what it had.
 */
export interface ToolsetStore {
  load(): Promise<readonly Toolset[]>;
  put(
    toolset: Toolset,
    basedOn: number | undefined,
    line?: AuditRecord,
  ): Promise<ToolsetWriteResult>;
  remove(id: string, basedOn: number, line?: AuditRecord): Promise<ToolsetWriteResult>;
}
