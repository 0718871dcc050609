import type { AuditRecord } from "./audit.js";
import type { CredentialFacts } from "./credentials/credential.js";

/** A credential as it is written. The facts cannot be changed without what is sealed noticing it. */
export type CredentialRow = {
  readonly facts: CredentialFacts;
  /** Says which key it was sealed with, and nothing of that key. */
  readonly keyId: string;
  /** ASCII text that only the key of the hub opens. */
  readonly sealed: string;
};

/**
 * Where credentials for servers survive: one for each server and name of a header, in whatever case that is
 * written. What was acknowledged survives `kill -9` of the hub and, on disk, a power loss; what was removed stays
 * so. Every adapter runs the suite of `credential-store-contract.ts`.
 * A store that cannot write rejects with `STORE_UNAVAILABLE` and keeps what it had.
 */
export interface CredentialStore {
  /** All of them, in no order. */
  load(): Promise<readonly CredentialRow[]>;
  /** Each takes the place of an older one. All are stored, or none. `line` is for the audit, and stored with them. */
  put(rows: readonly CredentialRow[], line?: AuditRecord): Promise<void>;
  /** Those with these names, or all of the server. What is not there is no error, and no line. `line`: as for `put`. */
  remove(serverId: string, names?: readonly string[], line?: AuditRecord): Promise<void>;
}

/** What tells one from the others. */
export function credentialKey(serverId: string, name: string): string {
  return `${serverId}\n${name.toLowerCase()}`;
}
