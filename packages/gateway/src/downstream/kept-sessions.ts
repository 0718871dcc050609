import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import {
  type BudgetBook,
  type ByteShares,
  HubError,
  type KeptSession,
  type SessionRow,
  type SessionStore,
} from "@hub/core";
import type { Faults } from "../faults.js";
import { keyOfSession, openRow, sealBytes, sealRow } from "./sealed-row.js";
import { type SessionState, stateIn, textOfState } from "./session-state.js";

/** A session that is open in this process, as far as it is stored. */
export interface Keepable {
  readonly id: string;
  readonly peer: string;
  readonly isUsed: boolean;
  /** What it needs to live on, as it is now. */
  readonly state: SessionState;
}

export type KeptSessionsOptions = {
  readonly store: SessionStore;
  /** What the store held when the hub started. */
  readonly kept: readonly KeptSession[];
  readonly budgets: BudgetBook;
  readonly faults: Faults;
};

/** After a write, the store has so many times as long for everybody else. */
const pauseFactor = 4;

/**
 * Writes sessions down so that they outlive the process. What changes in one turn of the event loop is
 * written with the next, in one commit, and as it is then. While the store fails, what could not be written
 * waits for the next change or sweep; the sessions themselves go on.
 */
export class KeptSessions {
  readonly #store: SessionStore;
  readonly #budgets: BudgetBook;
  readonly #faults: Faults;
  readonly #room: ByteShares;
  /** What the store holds, by key. */
  readonly #rows = new Map<string, Pick<KeptSession, "peer" | "bytes">>();
  /** What it does not hold yet, by key; undefined for what is to be removed. */
  #unwritten = new Map<string, Keepable | undefined>();
  #waiting: (() => void)[] = [];
  #isWriting = false;
  /** Whether anything came since the last write began. */
  #isAsked = false;
  readonly #closing = new AbortController();

  constructor({ store, kept, budgets, faults }: KeptSessionsOptions) {
    this.#store = store;
    this.#budgets = budgets;
    this.#faults = faults;
    this.#room = budgets.byteShares("allSessionRowBytes");
    budgets.watch("sessionRowBytes", () => this.#largest());
    for (const { key, peer, bytes } of kept) {
      if (this.#room.keep(peer, bytes)) this.#rows.set(key, { peer, bytes });
      else this.remove(key);
    }
  }

  /** It was opened, or changed. Resolves as `written` does. */
  changed(session: Keepable): Promise<void> {
    this.#unwritten.set(keyOfSession(session.id), session);
    return this.written();
  }

  /** It is over for good. */
  remove(key: string): void {
    if (!this.#rows.has(key) && !this.#unwritten.has(key)) return;
    this.#unwritten.set(key, undefined);
    this.#start();
  }

  /** Whether the store has a row of it. */
  has({ id }: Keepable): boolean {
    return this.#rows.has(keyOfSession(id));
  }

  /** Resolves when everything until now is stored, or could not be. Never rejects. */
  written(): Promise<void> {
    if (this.#unwritten.size === 0 && !this.#isWriting) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#start();
    });
  }

  /** Tries again what could not be stored. */
  retry(): void {
    if (this.#unwritten.size > 0) this.#start();
  }

  /** What a session was when it was written last; undefined when it is not kept, or cannot be read. */
  async read(id: string, about: Omit<KeptSession, "bytes">): Promise<SessionState | undefined> {
    const sealed = await this.#store.read(about.key);
    const text = sealed === undefined ? undefined : openRow(id, { ...about, sealed });
    return text === undefined ? undefined : stateIn(text);
  }

  /** Writes what is left, without waiting for anybody else. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.written();
  }

  #start(): void {
    this.#isAsked = true;
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writeAll().catch((error: unknown) => void this.#faults.report(error));
  }

  async #writeAll(): Promise<void> {
    try {
      await nextTurn();
      while (this.#isAsked) {
        this.#isAsked = false;
        const [batch, waiting] = [this.#unwritten, this.#waiting];
        [this.#unwritten, this.#waiting] = [new Map(), []];
        const began = performance.now();
        await this.#write(batch);
        const tookMs = performance.now() - began;
        for (const resolve of waiting) resolve();
        const { signal } = this.#closing;
        await pause(tookMs * pauseFactor, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      this.#isWriting = false;
    }
  }

  async #write(batch: ReadonlyMap<string, Keepable | undefined>): Promise<void> {
    const put: SessionRow[] = [];
    const removed: string[] = [];
    for (const [key, session] of batch) {
      if (session === undefined) removed.push(key);
      else {
        const row = this.#rowOf(session);
        if (row !== undefined) put.push(row);
      }
    }
    if (put.length === 0 && removed.length === 0) return;
    try {
      await this.#store.write({ put, removed });
      for (const key of removed) this.#giveBack(key);
    } catch (error) {
      // The store itself says that it fails; anything else is a fault of ours.
      if (!HubError.is(error)) this.#faults.report(error);
      for (const [key, session] of batch)
        if (!this.#unwritten.has(key)) this.#unwritten.set(key, session);
    }
  }

  /** The row of a session; undefined when there is no room for it. */
  #rowOf(session: Keepable): SessionRow | undefined {
    const most = textBytes(this.#budgets.limit("sessionRowBytes"));
    const { text, isWhole } = textOfState(session.state, most);
    if (!isWhole) this.#budgets.refused("sessionRowBytes");
    if (text === undefined) return undefined;
    const row = sealRow(session.id, session, text);
    const { key, peer, sealed } = row;
    const more = sealed.length - (this.#rows.get(key)?.bytes ?? 0);
    if (more > 0 && !this.#room.take(peer, more)) {
      this.#budgets.refused("allSessionRowBytes");
      return undefined;
    }
    if (more < 0) this.#room.give(peer, -more);
    this.#rows.set(key, { peer, bytes: sealed.length });
    return row;
  }

  #giveBack(key: string): void {
    const held = this.#rows.get(key);
    this.#rows.delete(key);
    if (held !== undefined) this.#room.give(held.peer, held.bytes);
  }

  #largest() {
    let largest = { used: 0, by: "" };
    for (const { peer, bytes } of this.#rows.values())
      if (bytes > largest.used) largest = { used: bytes, by: peer };
    return largest.used === 0 ? { used: 0 } : largest;
  }
}

/** How long a text may be whose row has so many bytes: it is sealed, and then written in base64. */
function textBytes(rowBytes: number): number {
  return Math.floor(rowBytes / 4) * 3 - sealBytes;
}
