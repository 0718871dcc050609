import { setImmediate as nextTurn } from "node:timers/promises";
import { BudgetBook, HubError, MemorySessionStore } from "@hub/core";
import { openPrincipal } from "@hub/core/access";
import type {
  KeptSession,
  SessionRow,
  SessionStore,
  SharedSession,
  SharedSessions,
} from "@hub/core/storage";
import type { Selection } from "../../src/catalogue/selection.js";
import { Faults } from "../../src/faults.js";
import { defaultLimits } from "../../src/limits.js";
import { ClientIdentity } from "../../src/session/client-identity.js";
import type { ClientSession } from "../../src/session/client-session.js";
import { Sessions } from "../../src/session/sessions.js";
import type { GatewayContext } from "../../src/upstream/context.js";
import { TestCatalogue } from "./catalogue.js";

/** What a session follows. */
export const uri = "file:///notes";
/** Of what is followed: nobody ends it. */
export const still = { stop() {} };

/** The sessions of several hubs in one store. What is read there can be held back on its way. */
export class OneStore {
  readonly #rows = new MemorySessionStore();
  readonly #marks = new Map<string, { readonly writer: string; readonly count: number }>();
  readonly #usedAt = new Map<string, number>();
  readonly #held: (() => void)[] = [];
  /** What its clock says. */
  at = 0;
  isHolding = false;
  /** Whether it cannot write. */
  isFull = false;
  /** Whether it cannot be told what is used. */
  failsToKeep = false;
  /** Whether it removes what is idle, and nobody hears of it. */
  losesAnswers = false;
  /** How often idle sessions were to be removed. */
  removals = 0;
  /** How often one was looked for. */
  finds = 0;

  /** The store as a hub sees it. */
  of(hub: string): SessionStore & SharedSessions {
    return {
      load: () => this.#rows.load(),
      read: async (key) => this.#later(await this.#rows.read(key)),
      write: async (write) => {
        this.#assertWritable();
        const isOutdated = ({ key, known, wasStored }: SessionRow) => {
          const mark = this.#marks.get(key);
          if (mark === undefined) return wasStored === true;
          return known !== undefined && mark.writer !== hub && String(mark.count) !== known;
        };
        for (const key of write.removed) this.#marks.delete(key);
        const put = write.put.filter((row) => !isOutdated(row));
        await this.#rows.write({ ...write, put });
        for (const { key } of put) {
          this.#usedAt.set(key, this.at);
          this.#marks.set(key, { writer: hub, count: (this.#marks.get(key)?.count ?? 0) + 1 });
        }
        return write.put.filter(isOutdated).map(({ key }) => key);
      },
      find: async (key) => {
        this.finds += 1;
        const row = (await this.#rows.load()).find((one: KeptSession) => one.key === key);
        const mark = this.#marks.get(key);
        const found: SharedSession | undefined =
          row === undefined || mark === undefined
            ? undefined
            : { ...row, mark: String(mark.count), isOwn: mark.writer === hub };
        return this.#later(found);
      },
      keep: async (keys, forgetMs = Infinity) => {
        if (this.failsToKeep) throw new HubError("STORE_UNAVAILABLE", "It does not answer.");
        for (const key of keys) this.#usedAt.set(key, this.at);
        await this.#remove([...this.#usedAt.keys()].filter((key) => this.#isIdle(key, forgetMs)));
      },
      removeIdle: async (keys, idleMs) => {
        this.removals += 1;
        this.#assertWritable();
        const idle = keys.filter((key) => this.#marks.has(key) && this.#isIdle(key, idleMs));
        const rows = await Promise.all(idle.map((key) => this.#rows.read(key)));
        await this.#remove(idle);
        if (this.losesAnswers) throw new HubError("STORE_UNAVAILABLE", "It broke off.");
        return this.#later(rows.filter((row) => row !== undefined));
      },
      keepNewest: async (peer, count) => {
        const rows = (await this.#rows.load()).filter(
          (row) => row.peer === peer && row.bytes === 0,
        );
        const usedAt = ({ key }: KeptSession) => this.#usedAt.get(key) ?? 0;
        const newest = rows.toReversed().toSorted((a, b) => usedAt(b) - usedAt(a));
        await this.#remove(newest.slice(count).map(({ key }) => key));
      },
    };
  }

  /** Resolves when something is held. */
  async isAsked(): Promise<void> {
    while (this.#held.length === 0) await nextTurn();
  }

  /** Lets go of the next that is held. */
  async releaseOne(): Promise<void> {
    await this.isAsked();
    this.#held.shift()?.();
  }

  /** Lets go of all that is held. */
  releaseAll(): void {
    for (const release of this.#held.splice(0)) release();
  }

  /** Lets go of what is held, the youngest first, until nothing is left that waits for it. */
  async release(waiting: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = waiting.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await nextTurn();
      this.#held.pop()?.();
    }
    await over;
  }

  #assertWritable(): void {
    if (this.isFull) throw new HubError("STORE_UNAVAILABLE", "The disk is full.");
  }

  #isIdle(key: string, idleMs: number): boolean {
    return (this.#usedAt.get(key) ?? 0) < this.at - idleMs;
  }

  async #remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.#marks.delete(key);
      this.#usedAt.delete(key);
    }
    await this.#rows.write({ put: [], removed: keys });
  }

  #later<Value>(value: Value): Promise<Value> {
    if (!this.isHolding) return Promise.resolve(value);
    return new Promise((resolve) => this.#held.push(() => resolve(value)));
  }
}

/** A catalogue without servers, at a time of the test's. */
class TimedCatalogue extends TestCatalogue {
  at = 0;

  override now() {
    return { hub: this.at, wall: 0, steady: 0 };
  }
}

export function hubOn(rows: OneStore, name: string) {
  const catalogue = new TimedCatalogue();
  const joined: (readonly string[])[] = [];
  // Sessions without servers ask for nothing else of what a gateway has.
  const context = {
    budgets: new BudgetBook(),
    faults: new Faults(),
    limits: defaultLimits,
    catalogue,
  } as unknown as GatewayContext;
  const store = rows.of(name);
  const sessions = new Sessions(
    context,
    { store, kept: [], shared: store, onNews: () => {} },
    () => {},
    (_, followed) => joined.push(followed),
  );
  const places = () => context.budgets.shares("sessions").size;
  return { sessions, joined, catalogue, places };
}

// Which servers it shows is not asked here; only at which endpoint it was opened.
const selection = { endpoint: "/mcp" } as Selection;
export const shows = {
  selection: () => selection,
  onOutside: () => {},
  onOpened: async () => {},
  principal: openPrincipal,
};

export const newSession = {
  ...shows,
  peer: "127.0.0.1",
  identity: new ClientIdentity("2025-11-25", {}, { name: "client", version: "1" }),
  via: undefined,
};

/** A session that one hub opened and another has open, too. */
export async function inBoth() {
  const rows = new OneStore();
  const [one, other] = [hubOn(rows, "one"), hubOn(rows, "other")];
  const opened = one.sessions.create(newSession);
  if ("full" in opened) throw new Error("There is room for one.");
  await one.sessions.written();
  const { id } = opened;
  const revive = async (): Promise<ClientSession | undefined> => {
    await other.sessions.look(id);
    return other.sessions.revive(id, "/mcp", shows, () => {});
  };
  return { rows, id, opened, one, other, revive };
}
