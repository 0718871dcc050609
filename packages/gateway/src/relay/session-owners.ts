import { createHash } from "node:crypto";
import { type BudgetBook, HubError } from "@hub/core";
import { openPrincipal, type Principal } from "@hub/core/access";
import type { BudgetName, ByteShares } from "@hub/core/limits";
import type { KeptSession, SessionRow, SessionStore, SharedSessions } from "@hub/core/storage";
import type { Faults } from "../faults.js";
import type { WhileOpen } from "../reply/while-open.js";

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
    | {
        readonly store: SessionStore;
        readonly kept: readonly KeptSession[];
        /** Where other hubs write the same. */
        readonly shared?: SharedSessions | undefined;
      }
    | undefined;
  /** Hub time. */
  readonly now: () => number;
};

/** So often the hubs say which they use, where there are several. */
const tellEveryMs = 60_000;

/**
 * Whose the sessions are that servers give out where bytes cross as they are. Clients go on in them when the hub
 * was restarted, so this outlives its process. Of one principal that has too many, those used longest ago are
 * forgotten, and nobody's then; where several hubs have them, those that were not used for longest at any. Whoever
 * asks an open hub is not kept: what nothing is known of is its.
 */
export class SessionOwners {
  readonly #budgets: BudgetBook;
  readonly #faults: Faults;
  readonly #store: SessionStore | undefined;
  readonly #shared: SharedSessions | undefined;
  readonly #shares: ByteShares;
  readonly #owners = new Map<string, string>();
  /** By principal; what was used last is last. */
  readonly #keys = new Map<string, Set<string>>();
  /** How to say that a session is over, to what would end it. */
  readonly #bound = new Map<string, () => void>();
  /** What the store is to be told, by key; undefined for what is to be removed. */
  #unwritten = new Map<string, SessionRow | undefined>();
  #writing: Promise<void> | undefined;
  readonly #now: () => number;
  /** What was used since the store was told last, where it is told. */
  readonly #used = new Set<string>();
  #toldAt: number;
  /** Who has too many, of which the store is to remove some. */
  readonly #crowded = new Set<string>();

  constructor({ budgets, faults, keeping, now }: SessionOwnersOptions) {
    this.#now = now;
    this.#toldAt = now();
    this.#budgets = budgets;
    this.#faults = faults;
    this.#store = keeping?.store;
    this.#shared = keeping?.shared;
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

  /**
   * Where several hubs give sessions of servers out: resolves when it is known here whose this one is. Rejects with
   * STORE_UNAVAILABLE, since nobody else's may be used.
   */
  async look({ kind }: Principal, serverId: string, sessionId: string): Promise<void> {
    const key = keyOf(serverId, sessionId);
    if (this.#shared === undefined || kind === "anonymous" || this.#owners.has(key)) return;
    const row = await this.#shared.find(key);
    if (row === undefined || this.#owners.has(key)) return;
    if (this.#shares.keep(row.peer, bytesOf(key, row.peer))) this.#add(key, row.peer);
  }

  /**
   * A server gave a principal this session. It stays with whom it was given to first, and is nobody's when what its
   * request came with ends.
   */
  give({ id, kind }: Principal, serverId: string, sessionId: string, whileOpen?: WhileOpen): void {
    const key = keyOf(serverId, sessionId);
    if (kind === "anonymous" || this.#owners.has(key)) return;
    for (;;) {
      const full = this.#fullFor(id, bytesOf(key, id));
      if (full === undefined) break;
      this.#budgets.refused(full);
      const [oldest] = this.#keys.get(id) ?? [];
      if (oldest === undefined) return;
      if (this.#shared === undefined) this.#forget(oldest);
      else {
        // It may be in use at another hub, and is looked for when it is used here.
        this.#letGo(oldest);
        this.#crowded.add(id);
      }
    }
    this.#add(key, id);
    const unbind = whileOpen?.(() => this.#forget(key));
    if (unbind !== undefined) this.#bound.set(key, unbind);
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
    this.#start(this.#now() - this.#toldAt >= tellEveryMs);
  }

  /** Tells the store what was used here lately. Rejects with STORE_UNAVAILABLE; then it is told the next time. */
  async #tell(): Promise<void> {
    const used = [...this.#used];
    this.#used.clear();
    try {
      if (used.length > 0) await this.#shared?.keep(used);
      this.#toldAt = this.#now();
    } catch (error) {
      for (const key of used) this.#used.add(key);
      throw error;
    }
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
    if (this.#shared !== undefined) this.#used.add(key);
    const own = this.#keys.get(principalId);
    own?.delete(key);
    own?.add(key);
  }

  #forget(key: string): void {
    if (this.#letGo(key)) this.#note(key, undefined);
  }

  /** Knows no more whose it is; false where that was not known. */
  #letGo(key: string): boolean {
    const owner = this.#owners.get(key);
    if (owner === undefined) return false;
    this.#owners.delete(key);
    this.#bound.get(key)?.();
    this.#bound.delete(key);
    this.#shares.give(owner, bytesOf(key, owner));
    const own = this.#keys.get(owner);
    own?.delete(key);
    if (own?.size === 0) this.#keys.delete(owner);
    this.#used.delete(key);
    return true;
  }

  #note(key: string, row: SessionRow | undefined): void {
    if (this.#store === undefined) return;
    this.#unwritten.set(key, row);
    this.#start();
  }

  /** What could not be written waits for the next change, or the next sweep. `tells`: also what was used. */
  #start(tells = false): void {
    const isNothing = this.#unwritten.size + this.#crowded.size === 0 && !tells;
    if (this.#writing !== undefined || isNothing) return;
    this.#writing = this.#write(tells)
      .catch((error: unknown) => {
        // The store itself says that it fails; anything else is a fault of ours.
        if (!HubError.is(error)) this.#faults.report(error);
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #write(tells: boolean): Promise<void> {
    // What comes in one turn is written together.
    await new Promise((resolve) => setImmediate(resolve));
    if (tells) await this.#tell();
    while (this.#unwritten.size + this.#crowded.size > 0) {
      await this.#writeBatch();
      await this.#thinOut();
    }
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#unwritten;
    this.#unwritten = new Map();
    const put = [...batch.values()].filter((row) => row !== undefined);
    const removed = [...batch].flatMap(([key, row]) => (row === undefined ? [key] : []));
    try {
      await this.#store?.write({ put, removed });
    } catch (error) {
      for (const [key, row] of batch) if (!this.#unwritten.has(key)) this.#unwritten.set(key, row);
      throw error;
    }
  }

  /** Has the store remove what is too much, once it knows what is used here. */
  async #thinOut(): Promise<void> {
    if (this.#crowded.size === 0) return;
    await this.#tell();
    for (const id of this.#crowded) {
      await this.#shared?.keepNewest(id, this.#budgets.limit("principalSessions"));
      this.#crowded.delete(id);
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
