import { BudgetBook } from "@hub/core";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { type Reader, Unread } from "./unread.js";

const numRuns = Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 500) / 5);
const limit = 1_048_576;
const part = limit / 8;

type Client = Reader & { readonly isOpen: boolean };

const running: Unread[] = [];
afterEach(() => {
  for (const unread of running.splice(0)) unread.stop();
});

/** A client that has read nothing of `own` bytes and of what it shares with others. */
function client(peer: string, own: number, sharedPieces: readonly Buffer[] = []): Client {
  let isOpen = true;
  return {
    peer,
    unreadBytes: own + sharedPieces.reduce((sum, { length }) => sum + length, 0),
    sharedPieces,
    get isOpen() {
      return isOpen;
    },
    end: () => {
      isOpen = false;
    },
  };
}

function watch(
  clients: readonly Client[],
  now = () => 0,
): { readonly unread: Unread; readonly used: () => number } {
  const budgets = new BudgetBook({ waitingBytes: limit });
  const connections = {
    get all() {
      return clients.filter(({ isOpen }) => isOpen);
    },
  };
  const unread = new Unread({ connections, budgets, now, onCut: () => {} });
  running.push(unread);
  const used = () => budgets.report().find(({ name }) => name === "waitingBytes")?.used ?? 0;
  return { unread, used };
}

const open = (clients: readonly Client[]) => clients.filter(({ isOpen }) => isOpen).length;

test("20 clients that wait for one list stay, and the one that has more of its own is cut off", () => {
  const list = Buffer.alloc(4 * part);
  const honest = Array.from({ length: 20 }, () => client("10.0.0.1", 500, [list]));
  const greedy = Array.from({ length: 8 }, () => client("10.0.0.66", part));
  const { unread, used } = watch([...honest, ...greedy]);
  unread.look();
  expect(open(honest)).toBe(20);
  expect(open(greedy)).toBeLessThan(8);
  expect(used()).toBeLessThanOrEqual(limit);
});

test("bytes that several of a greedy client's connections share protect none of them", () => {
  const honest = Array.from({ length: 5 }, (_, at) => client(`10.0.0.${at}`, part / 8));
  const greedy = Array.from({ length: 12 }, () => Buffer.alloc(part)).flatMap((old) => [
    client("10.0.0.66", 500, [old]),
    client("10.0.0.66", 500, [old]),
  ]);
  const { unread, used } = watch([...honest, ...greedy]);
  unread.look();
  expect(open(honest)).toBe(5);
  expect(used()).toBeLessThanOrEqual(limit);
});

test("who has a little for long stays, and who has much is cut off", () => {
  let now = 0;
  const old = client("10.0.0.1", 500);
  const clients = [old];
  const { unread } = watch(clients, () => now);
  unread.look();
  now = 3_600_000;
  const greedy = Array.from({ length: 9 }, () => client("10.0.0.1", part));
  clients.push(...greedy);
  unread.look();
  expect(old.isOpen).toBe(true);
  expect(open(greedy)).toBe(7);
});

test("who waits for nothing but what all wait for is never cut off for what others have of their own", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3 * part }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }).map((parts) => Buffer.alloc(parts * part)),
      fc.integer({ min: 2, max: 30 }),
      sizes,
      fc.integer({ min: 1, max: 5 }),
      (list, readers, own, peers) => {
        const honest = Array.from({ length: readers }, () => client("10.0.0.1", 0, [list]));
        const greedy = own.map((bytes, at) => client(`10.0.1.${at % peers}`, bytes, [list]));
        const { unread, used } = watch([...honest, ...greedy]);
        const before = used();
        unread.look();
        expect(open(honest)).toBe(readers);
        expect(used()).toBeLessThanOrEqual(limit);
        if (before <= limit) expect(open(greedy)).toBe(own.length);
        // No more are cut off than must be.
        const cut = greedy.filter(({ isOpen }) => !isOpen);
        const smallest = Math.min(...cut.map(({ unreadBytes }) => unreadBytes - list.length));
        if (cut.length > 0) expect(used() + smallest).toBeGreaterThan(limit - 3 * part);
      },
    ),
    { numRuns },
  );
});
