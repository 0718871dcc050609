import type { SealedSession, SharedSessions } from "@hub/core/storage";
import type { ClientSession } from "./client-session.js";

type SharedExpiryOptions = {
  readonly shared: SharedSessions;
  /** How long nobody uses a session that ends. */
  readonly idleMs: number;
  /** Hub time. */
  readonly now: () => number;
  /** Those that are open here. */
  readonly sessions: () => Iterable<ClientSession>;
  /** Whether it is open here, and the store has it. */
  readonly isStored: (session: ClientSession) => boolean;
  /**
   * Hears of one that the store has no more, and what it had: no other hub is given it. `isUsed`: a request came here
   * while the store was asked.
   */
  readonly onRemoved: (session: ClientSession, row: SealedSession, isUsed: boolean) => void;
  /** Hears of one that is idle here for long: it `goesOn` at another hub, or the store has it no more. */
  readonly onIdleHere: (session: ClientSession, goesOn: boolean) => void;
  readonly report: (error: unknown) => void;
};

/** So many idle sessions are asked for at once; what is sealed of each comes along. */
const idleAtOnce = 100;

/**
 * When sessions end that several hubs have open: when nobody used one at any of them for long. Each hub tells the
 * store now and then which it used, so a session may seem younger there than it is by as long as that takes. While the
 * store fails, they wait for the next sweep.
 */
export class SharedExpiry {
  readonly #options: SharedExpiryOptions;
  readonly #tellEveryMs: number;
  /** The store knows what was used here before. */
  #toldAt: number;
  /** When the store could be told nothing. */
  #failedAt = -Infinity;
  /** Those that are used after a pause, which the store is about to be told. */
  readonly #resumed = new Set<ClientSession>();
  /** When the store was told last that one is used here: from then on it may be idle. */
  readonly #saidAt = new WeakMap<ClientSession, number>();
  /** Those that the store was asked to remove, without an answer: it may have done so. */
  readonly #unsure = new WeakSet<ClientSession>();
  /** What ends those that are idle everywhere, while it does. */
  #ending: Promise<void> | undefined;
  #removing: ReadonlySet<string> = new Set();
  #isClosing = false;

  constructor(options: SharedExpiryOptions) {
    this.#options = options;
    this.#tellEveryMs = options.idleMs / 4;
    this.#toldAt = options.now();
  }

  /** It is about to be used: other hubs, where it is idle as well, hear of it in time when that is after a pause. */
  beforeUse(session: ClientSession): void {
    if (this.#options.now() - session.usedAt >= 2 * this.#tellEveryMs) this.resumed(session);
  }

  /** It is used after a pause, or opened again, which the store hears at once: of all that are at this moment. */
  resumed(session: ClientSession): void {
    this.#resumed.add(session);
    if (this.#resumed.size > 1) return;
    setImmediate(() => {
      const resumed = [...this.#resumed];
      this.#resumed.clear();
      void this.#keep(resumed, this.#options.now() - this.#tellEveryMs);
    });
  }

  /** Whether the store is asked to remove it: one that is used here meanwhile goes on. */
  isRemoving(key: string): boolean {
    return this.#removing.has(key);
  }

  /** Tells the store what was used, and has it remove what nobody uses. */
  sweep(): void {
    if (this.#options.now() - this.#toldAt >= this.#tellEveryMs) void this.tell();
    // One after the other: what one is about to end, another would take for what goes on elsewhere.
    this.#ending ??= this.#endIdle()
      .catch(this.#options.report)
      .finally(() => {
        this.#ending = undefined;
      });
  }

  /** No more end. Resolves when none is being removed any more. */
  async endNoMore(): Promise<void> {
    this.#isClosing = true;
    await this.#ending;
  }

  /**
   * Tells the store which were used since it was told last, so that they outlast their clients' pauses. Resolves when
   * it knows, or could not be told. Never rejects.
   */
  tell(): Promise<void> {
    const { sessions, now, idleMs } = this.#options;
    const since = this.#toldAt;
    const used = [...sessions()].filter(({ usedAt, isIdle }) => usedAt >= since || !isIdle);
    this.#toldAt = now();
    return this.#keep(used, since, this.#isSparing ? undefined : 2 * idleMs);
  }

  /** When the store does not take it, the next sweep tells all that was used `since` then. Never rejects. */
  async #keep(used: readonly ClientSession[], since: number, forgetMs?: number): Promise<void> {
    const { shared, now } = this.#options;
    for (const session of used) this.#saidAt.set(session, now());
    try {
      const keys = used.map(({ key }) => key);
      await shared.keep(keys, forgetMs);
    } catch {
      // The store says for itself that it fails.
      this.#toldAt = Math.min(this.#toldAt, since);
      this.#failedAt = now();
    }
  }

  /** Whether the store may not know yet what other hubs use: after it could be told nothing, they tell it first. */
  get #isSparing(): boolean {
    return this.#options.now() < this.#failedAt + this.#tellEveryMs;
  }

  async #endIdle(): Promise<void> {
    if (this.#isSparing) return;
    const idle = [...this.#options.sessions()].filter((session) => this.#isIdle(session));
    for (let first = 0; first < idle.length && !this.#isClosing; first += idleAtOnce) {
      const batch = idle.slice(first, first + idleAtOnce).filter((one) => this.#isIdle(one));
      if (batch.length > 0 && !(await this.#endOf(batch))) return;
    }
  }

  /** Of these, those end that nobody used elsewhere either; the others go on there. False while the store fails. */
  async #endOf(idle: readonly ClientSession[]): Promise<boolean> {
    const { shared, idleMs, isStored, onRemoved, onIdleHere } = this.#options;
    this.#removing = new Set(idle.map(({ key }) => key));
    try {
      const removed = await shared.removeIdle([...this.#removing], idleMs).catch(() => undefined);
      if (removed === undefined) {
        for (const session of idle) this.#unsure.add(session);
        return false;
      }
      const rows = new Map(removed.map((row) => [row.key, row]));
      const left: ClientSession[] = [];
      for (const session of idle) {
        const row = rows.get(session.key);
        if (row === undefined) left.push(session);
        else if (isStored(session)) onRemoved(session, row, !this.#isIdle(session));
      }
      for (const session of left) {
        // It may be this hub still that makes it seem young.
        if (!this.#isIdle(session, this.#tellEveryMs)) continue;
        const goesOn = await this.#isThere(session);
        if (goesOn === undefined) return false;
        if (this.#isIdle(session, this.#tellEveryMs)) onIdleHere(session, goesOn);
      }
      return true;
    } finally {
      this.#removing = new Set();
    }
  }

  /** Whether the store has one that it did not remove just now; undefined while it fails. */
  async #isThere(session: ClientSession): Promise<boolean | undefined> {
    if (!this.#unsure.has(session)) return true;
    return this.#options.shared.find(session.key).then(
      (row) => row !== undefined,
      () => undefined,
    );
  }

  /** Whether the store may find that it is idle, as far as this hub knows, for so much longer than that takes. */
  #isIdle(session: ClientSession, moreMs = 0): boolean {
    const { now, idleMs, isStored } = this.#options;
    const usedAt = Math.max(session.usedAt, this.#saidAt.get(session) ?? 0);
    return session.isIdle && usedAt <= now() - idleMs - moreMs && isStored(session);
  }
}
