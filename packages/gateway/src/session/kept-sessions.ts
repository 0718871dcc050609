import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { type BudgetBook, HubError } from "@hub/core";
import type { ByteShares } from "@hub/core/limits";
import type { KeptSession, SessionRow, SessionStore } from "@hub/core/storage";
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

/** After a write, the store has so many times as long for everybody else, up to `longestPauseMs`. */
const pauseFactor = 4;
/** However slow the store is, whoever waits for a write waits for no more than this beside it. */
const longestPauseMs = 250;
/** So long after a write that failed, nothing is written; what comes meanwhile waits for the next one. */
const retryMs = 1_000;

/** What is to be written, by key; undefined for what is to be removed. */
type Batch = Map<string, Keepable | undefined>;

/**
 * Writes sessions down so that they outlive the process. What changes in one turn of the event loop is
 * written with the next, in one commit, and as it is then. While the store fails, what could not be written
 * waits for a change or a sweep a second later; the sessions themselves go on.
 */
export class KeptSessions {
  readonly #store: SessionStore;
  readonly #budgets: BudgetBook;
  readonly #faults: Faults;
  readonly #room: ByteShares;
  /** What the store holds, by key, as far as it has room. */
  readonly #rows = new Map<string, Pick<KeptSession, "peer" | "bytes">>();
  /** What the store is to be told. */
  #unwritten: Batch = new Map();
  /** What it is being told. */
  #writing: Batch = new Map();
  #waiting: (() => void)[] = [];
  #isWriting = false;
  /** Whether anything came since the last write began. */
  #isAsked = false;
  /** When a store that failed is tried again, on the clock of `performance`. */
  #retryAt = 0;
  readonly #closing = new AbortController();

  constructor({ store, kept, budgets, faults }: KeptSessionsOptions) {
    this.#store = store;
    this.#budgets = budgets;
    this.#faults = faults;
    this.#room = budgets.byteShares("allSessionRowBytes");
    budgets.watch("sessionRowBytes", () => this.#largest());
    for (const { key, peer, bytes } of kept) {
      if (this.#room.keep(peer, bytes)) this.#rows.set(key, { peer, bytes });
      else {
        budgets.refused("allSessionRowBytes");
        this.#unwritten.set(key, undefined);
      }
    }
    this.retry();
  }

  /** It was opened, or changed. Resolves as `written` does. */
  changed(session: Keepable): Promise<void> {
    this.#unwritten.set(keyOfSession(session.id), session);
    return this.written();
  }

  /** It is over for good. Resolves with whether the store holds nothing of it. Never rejects. */
  async remove(key: string): Promise<boolean> {
    if (!this.#rows.has(key) && !this.#writing.has(key) && !this.isLeaving(key)) {
      this.#unwritten.delete(key);
      return true;
    }
    this.#unwritten.set(key, undefined);
    await this.written();
    return !this.isLeaving(key);
  }

  /** Whether it is over, but the store may hold it still. */
  isLeaving(key: string): boolean {
    return [this.#unwritten, this.#writing].some(
      (batch) => batch.has(key) && batch.get(key) === undefined,
    );
  }

  /** Whose a session is when the hub shares out what it has, as far as the store has it. */
  peerOf(key: string): string | undefined {
    return this.#rows.get(key)?.peer;
  }

  /** Whether the store has a row of the session with this key. */
  has(key: string): boolean {
    return this.#rows.has(key);
  }

  /** Resolves when everything until now is stored, or could not be. Never rejects. */
  written(): Promise<void> {
    const isDone = this.#unwritten.size === 0 && !this.#isWriting;
    if (isDone || this.#hasJustFailed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#start();
    });
  }

  /** Tries again what could not be stored. */
  retry(): void {
    if (this.#unwritten.size > 0 && !this.#hasJustFailed) this.#start();
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

  get #hasJustFailed(): boolean {
    return performance.now() < this.#retryAt && !this.#closing.signal.aborted;
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
        const waiting = this.#waiting.splice(0);
        [this.#writing, this.#unwritten] = [this.#unwritten, new Map()];
        const began = performance.now();
        const isStored = await this.#write(this.#writing);
        const ended = performance.now();
        if (!isStored) this.#keepUnwritten(this.#writing);
        this.#writing = new Map();
        for (const resolve of waiting) resolve();
        if (!isStored) {
          this.#retryAt = ended + retryMs;
          return;
        }
        const { signal } = this.#closing;
        const pauseMs = Math.min((ended - began) * pauseFactor, longestPauseMs);
        await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      this.#isWriting = false;
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  /** What could not be written still is to be, as it is then. */
  #keepUnwritten(batch: Batch): void {
    for (const [key, session] of batch)
      if (!this.#unwritten.has(key)) this.#unwritten.set(key, session);
  }

  /** Returns whether the store took it. Never rejects. */
  async #write(batch: Batch): Promise<boolean> {
    const put: SessionRow[] = [];
    const removed: string[] = [];
    for (const [key, session] of batch) {
      const row = session && this.#rowOf(session);
      if (row !== undefined) put.push(row);
      // What finds no room any more is not left there as it once was.
      else if (session === undefined || this.#rows.has(key)) removed.push(key);
    }
    if (put.length === 0 && removed.length === 0) return true;
    try {
      await this.#store.write({ put, removed });
    } catch (error) {
      // The store itself says that it fails; anything else is a fault of ours.
      if (!HubError.is(error)) this.#faults.report(error);
      for (const row of put) this.#room.give(row.peer, Math.max(0, this.#growthOf(row)));
      return false;
    }
    for (const key of removed) this.#giveBack(key);
    for (const row of put) {
      this.#room.give(row.peer, Math.max(0, -this.#growthOf(row)));
      this.#rows.set(row.key, { peer: row.peer, bytes: row.sealed.length });
    }
    return true;
  }

  /** The row of a session, which has room; undefined when there is none for it, or it cannot be made. */
  #rowOf(session: Keepable): SessionRow | undefined {
    try {
      const most = textBytes(this.#budgets.limit("sessionRowBytes"));
      const { text, isWhole } = textOfState(session.state, most);
      if (!isWhole) this.#budgets.refused("sessionRowBytes");
      if (text === undefined) return undefined;
      const row = sealRow(session.id, session, text);
      const growth = this.#growthOf(row);
      if (growth <= 0 || this.#room.take(row.peer, growth)) return row;
      this.#budgets.refused("allSessionRowBytes");
    } catch (error) {
      this.#faults.report(error);
    }
    return undefined;
  }

  /** How many bytes more the row has than what the store holds of it. */
  #growthOf({ key, sealed }: SessionRow): number {
    return sealed.length - (this.#rows.get(key)?.bytes ?? 0);
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
