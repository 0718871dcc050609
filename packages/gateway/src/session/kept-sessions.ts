import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { type BudgetBook, HubError } from "@hub/core";
import type { ByteShares } from "@hub/core/limits";
import type { KeptSession, SealedSession, SessionRow, SessionStore } from "@hub/core/storage";
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
  /** What to call when the store has all of its state as it is now. */
  whenStored(): () => void;
}

export type KeptSessionsOptions = {
  readonly store: SessionStore;
  /** What the store held when the hub started. */
  readonly kept: readonly KeptSession[];
  readonly budgets: BudgetBook;
  readonly faults: Faults;
  /** Where several hubs write them: what a row knows (see `SessionRow`). Default: no other hub does. */
  readonly knownOf?: ((key: string) => string | null | undefined) | undefined;
  /** Another hub has written it meanwhile: resolves when that is known here, with whether it is still open. */
  readonly catchUp?: ((session: Keepable) => Promise<boolean>) | undefined;
  /** Hears that the store holds nothing any more of one that is over. Default: nobody does. */
  readonly onOver?: ((key: string) => void) | undefined;
};

/** After a write, the store has so many times as long for everybody else, up to `longestPauseMs`. */
const pauseFactor = 4;
/** However slow the store is, whoever waits for a write waits for no more than this beside it. */
const longestPauseMs = 250;
/** So long after a write that failed, nothing is written; what comes meanwhile waits for the next one. */
const retryMs = 1_000;

/** Hubs that write one session in turns give way to each other; so often one of them tries. */
const mostTries = 5;

export type WrittenSession = Pick<KeptSession, "isUsed"> & { readonly state: SessionState };

/** What is to be written, by key; undefined for what is to be removed. */
type Batch = Map<string, Keepable | undefined>;

/**
 * A row, and how many bytes more it has than the one before; where it grew, it has taken room for them. `onStored` is
 * to be called when it is written, and does nothing where not all of its session has room in it.
 */
type Grown = {
  readonly row: SessionRow;
  readonly growth: number;
  readonly onStored: () => void;
};

/**
 * Writes sessions down so that they outlive the process. What changes in one turn of the event loop is
 * written with the next, in one commit, and as it is then. While the store fails, what could not be written
 * waits for a change or a sweep a second later; the sessions themselves go on.
 */
export class KeptSessions {
  readonly #store: SessionStore;
  readonly #budgets: BudgetBook;
  readonly #faults: Faults;
  readonly #knownOf: (key: string) => string | null | undefined;
  readonly #catchUp: (session: Keepable) => Promise<boolean>;
  readonly #onOver: (key: string) => void;
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

  constructor({ store, kept, budgets, faults, knownOf, catchUp, onOver }: KeptSessionsOptions) {
    this.#store = store;
    this.#knownOf = knownOf ?? (() => undefined);
    this.#catchUp = catchUp ?? (() => Promise.resolve(true));
    this.#onOver = onOver ?? (() => undefined);
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

  /** Another hub wrote it, and it goes on here. False when there is no room for it. */
  adopt({ key, peer, bytes }: KeptSession): boolean {
    this.letGo(key);
    if (!this.#room.keep(peer, bytes)) return false;
    this.#rows.set(key, { peer, bytes });
    return true;
  }

  /** It goes on elsewhere, or may: the store keeps it. */
  letGo(key: string): void {
    this.#unwritten.delete(key);
    // What is being written of it counts here no more, either.
    this.#writing.delete(key);
    this.#giveBack(key);
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
  async read(id: string): Promise<WrittenSession | undefined> {
    const row = await this.#store.read(keyOfSession(id));
    return row && this.open(id, row);
  }

  /** What a row says of its session; undefined when it cannot be read. */
  open(id: string, row: SealedSession): WrittenSession | undefined {
    const text = openRow(id, row);
    return text === undefined ? undefined : { isUsed: row.isUsed, state: stateIn(text) };
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
  async #write(batch: Batch, left = mostTries): Promise<boolean> {
    const grown: Grown[] = [];
    const removed: string[] = [];
    for (const [key, session] of batch) {
      const one = session && this.#rowOf(session);
      if (one !== undefined) grown.push(one);
      // What finds no room any more is not left there as it once was.
      else if (session === undefined || this.#rows.has(key)) removed.push(key);
    }
    if (grown.length === 0 && removed.length === 0) return true;
    let outdated: ReadonlySet<string>;
    try {
      const put = grown.map(({ row }) => row);
      outdated = new Set(await this.#store.write({ put, removed }));
    } catch (error) {
      // The store itself says that it fails; anything else is a fault of ours.
      if (!HubError.is(error)) this.#faults.report(error);
      for (const { row, growth } of grown) this.#room.give(row.peer, Math.max(0, growth));
      return false;
    }
    for (const key of removed) {
      this.#giveBack(key);
      if (batch.get(key) === undefined) this.#onOver(key);
    }
    for (const { row, growth, onStored } of grown) {
      const { key, peer, sealed } = row;
      const isLetGo = !this.#writing.has(key);
      if (isLetGo || outdated.has(key)) this.#room.give(peer, Math.max(0, growth));
      else {
        this.#room.give(peer, Math.max(0, -growth));
        this.#rows.set(key, { peer, bytes: sealed.length });
        onStored();
      }
    }
    const again: Batch = new Map();
    for (const key of outdated) {
      const session = batch.get(key);
      if (session !== undefined && (await this.#catchUp(session))) again.set(key, session);
    }
    return again.size === 0 || (left > 1 && (await this.#write(again, left - 1)));
  }

  /** The row of a session, which has room; undefined when there is none for it, or it cannot be made. */
  #rowOf(session: Keepable): Grown | undefined {
    try {
      const most = textBytes(this.#budgets.limit("sessionRowBytes"));
      const { text, isWhole } = textOfState(session.state, most);
      if (!isWhole) this.#budgets.refused("sessionRowBytes");
      if (text === undefined) return undefined;
      const sealed = sealRow(session.id, session, text);
      const known = this.#knownOf(sealed.key);
      const wasStored = this.#rows.has(sealed.key);
      const row = known === undefined ? sealed : { ...sealed, known, wasStored };
      const growth = this.#growthOf(row);
      const onStored = isWhole ? session.whenStored() : () => {};
      if (growth <= 0 || this.#room.take(row.peer, growth)) return { row, growth, onStored };
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
