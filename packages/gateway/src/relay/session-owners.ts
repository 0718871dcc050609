import { createHash } from "node:crypto";
import { type BudgetBook, HubError } from "@hub/core";
import { openPrincipal, type Principal } from "@hub/core/access";
import type { BudgetName, ByteShares } from "@hub/core/limits";
import type { KeptSession, SessionRow, SessionStore } from "@hub/core/storage";
import type { Faults } from "../faults.js";

/** How the rows begin that say whose a server's session is; the hub's own sessions have none of it. */
const mark = "of-server:";
/** What an entry costs beside its texts. */
const bytesOfEntry = 200;

/** Whether a row says whose a session of a server's is. */
export function isOwnerRow({ key }: Pick<KeptSession, "key">): boolean {
  return key.startsWith(mark);
}

export type SessionOwnersOptions = {
  readonly budgets: BudgetBook;
  readonly faults: Faults;
  /** Where they outlive the process, and those that an earlier one knew. Default: they end with it. */
  readonly keeping?:
    | { readonly store: SessionStore; readonly kept: readonly KeptSession[] }
    | undefined;
};

/**
 * Whose the sessions are that servers give out where bytes cross as they are. Clients go on in them when the hub
 * was restarted, so this outlives its process. Of one principal that has too many, those used longest ago are
 * forgotten, and nobody's then. Whoever asks an open hub is not kept: what nothing is known of is its.
 */
export class SessionOwners {
  readonly #budgets: BudgetBook;
  readonly #faults: Faults;
  readonly #store: SessionStore | undefined;
  readonly #shares: ByteShares;
  readonly #owners = new Map<string, string>();
  /** By principal; what was used last is last. */
  readonly #keys = new Map<string, Set<string>>();
  /** What the store is to be told, by key; undefined for what is to be removed. */
  #unwritten = new Map<string, SessionRow | undefined>();
  #writing: Promise<void> | undefined;

  constructor({ budgets, faults, keeping }: SessionOwnersOptions) {
    this.#budgets = budgets;
    this.#faults = faults;
    this.#store = keeping?.store;
    this.#shares = budgets.byteShares("sessionHomeBytes");
    for (const { key, peer } of keeping?.kept ?? []) {
      if (this.#shares.keep(peer, bytesOf(key, peer))) this.#add(key, peer);
      else this.#note(key, undefined);
    }
  }

  /** Whether a session of a server's is this principal's. To ask is to use it. */
  isOf({ id }: Principal, serverId: string, sessionId: string): boolean {
    const key = keyOf(serverId, sessionId);
    const owner = this.#owners.get(key);
    if (owner !== undefined) this.#touch(key, owner);
    return (owner ?? openPrincipal.id) === id;
  }

  /** A server gave a principal this session. It stays with whom it was given to first. */
  give({ id, kind }: Principal, serverId: string, sessionId: string): void {
    const key = keyOf(serverId, sessionId);
    if (kind === "anonymous" || this.#owners.has(key)) return;
    for (;;) {
      const full = this.#fullFor(id, bytesOf(key, id));
      if (full === undefined) break;
      this.#budgets.refused(full);
      const [oldest] = this.#keys.get(id) ?? [];
      if (oldest === undefined) return;
      this.#forget(oldest);
    }
    this.#add(key, id);
    this.#note(key, { key, peer: id, isUsed: true, sealed: "" });
  }

  /** It is over. */
  end(serverId: string, sessionId: string): void {
    this.#forget(keyOf(serverId, sessionId));
  }

  /** Forgets those of somebody who may ask no more. */
  endOf(principalId: string): void {
    for (const key of [...(this.#keys.get(principalId) ?? [])]) this.#forget(key);
  }

  /** Forgets the sessions of servers that are no more. */
  retain(serverIds: ReadonlySet<string>): void {
    for (const key of [...this.#owners.keys()])
      if (!serverIds.has(key.slice(mark.length, key.lastIndexOf(":")))) this.#forget(key);
    this.#start();
  }

  /** Resolves when everything until now is stored, or could not be. Never rejects. */
  async written(): Promise<void> {
    this.#start();
    await this.#writing;
  }

  /** Takes room for one more of a principal's; says what has none. */
  #fullFor(principalId: string, bytes: number): BudgetName | undefined {
    const held = this.#keys.get(principalId)?.size ?? 0;
    if (held >= this.#budgets.limit("principalSessions")) return "principalSessions";
    return this.#shares.take(principalId, bytes) ? undefined : "sessionHomeBytes";
  }

  #add(key: string, principalId: string): void {
    this.#owners.set(key, principalId);
    const own = this.#keys.get(principalId) ?? new Set();
    this.#keys.set(principalId, own.add(key));
  }

  #touch(key: string, principalId: string): void {
    const own = this.#keys.get(principalId);
    own?.delete(key);
    own?.add(key);
  }

  #forget(key: string): void {
    const owner = this.#owners.get(key);
    if (owner === undefined) return;
    this.#owners.delete(key);
    this.#shares.give(owner, bytesOf(key, owner));
    const own = this.#keys.get(owner);
    own?.delete(key);
    if (own?.size === 0) this.#keys.delete(owner);
    this.#note(key, undefined);
  }

  #note(key: string, row: SessionRow | undefined): void {
    if (this.#store === undefined) return;
    this.#unwritten.set(key, row);
    this.#start();
  }

  /** What could not be written waits for the next change, or the next sweep. */
  #start(): void {
    if (this.#writing !== undefined || this.#unwritten.size === 0) return;
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    // What comes in one turn is written together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#unwritten.size > 0) {
      const batch = this.#unwritten;
      this.#unwritten = new Map();
      const put = [...batch.values()].filter((row) => row !== undefined);
      const removed = [...batch].flatMap(([key, row]) => (row === undefined ? [key] : []));
      try {
        await this.#store?.write({ put, removed });
      } catch (error) {
        // The store itself says that it fails; anything else is a fault of ours.
        if (!HubError.is(error)) this.#faults.report(error);
        for (const [key, row] of batch)
          if (!this.#unwritten.has(key)) this.#unwritten.set(key, row);
        return;
      }
    }
  }
}

/** The id itself is not stored: who knows it, and is its owner, can go on with the session. */
function keyOf(serverId: string, sessionId: string): string {
  const digest = createHash("sha256").update(`mcp-hub server session ${sessionId}`);
  return `${mark}${serverId}:${digest.digest("base64url")}`;
}

function bytesOf(key: string, principalId: string): number {
  return key.length + principalId.length + bytesOfEntry;
}
