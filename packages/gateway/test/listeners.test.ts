import { BudgetBook } from "@hub/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSelection, type Selection } from "../src/catalogue/selection.js";
import type { ChangeKind, Digests } from "../src/catalogue/view.js";
import { Views } from "../src/catalogue/views.js";
import { Listeners, type Listening } from "../src/downstream/listeners.js";
import { TestCatalogue } from "./support/catalogue.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);
const everyKind: ReadonlySet<ChangeKind> = new Set(["tools", "prompts", "resources"]);

function selectionOf(query: string): Selection {
  const selection = parseSelection(new URLSearchParams(query), false);
  if ("problem" in selection) throw new Error(selection.problem);
  return selection;
}

/** Listeners whose turns of the event loop come when the test lets them. */
function inTurns(source: TestCatalogue, unitsPerTurn = 2_000) {
  const views = new Views(source, 0, () => {}, new BudgetBook());
  const waiting: (() => void)[] = [];
  const listeners = new Listeners(views, {
    unitsPerTurn,
    later: (task) => void waiting.push(task),
  });
  return {
    views,
    listeners,
    /** One turn; false when none was left. */
    turn: (): boolean => {
      const task = waiting.shift();
      task?.();
      return task !== undefined;
    },
  };
}

const tool = (name: string, description = "") => ({ name, description });

describe("900 sessions with 900 selections of 1,400 tools", () => {
  const ids = Array.from({ length: 44 }, (_, index) => `server-${String(index).padStart(2, "0")}`);
  const source = new TestCatalogue();
  const offer = (id: string, version: number) => ({
    tools: Array.from({ length: 32 }, (_, index) => tool(`${id}_${index}`, `${id} ${version}`)),
    resources: Array.from({ length: 5 }, (_, index) => ({ uri: `${id}://${index}`, name: "r" })),
  });

  test.each([
    ["servers", (at: number) => `servers=${ids.filter((_, bit) => (at * 7 + bit) % 3 > 0)},x${at}`],
    ["bare names", (at: number) => `prefix=never&servers=${ids.slice(at % 40)},x${at}`],
    ["tags", (at: number) => `tags=all,tag-${at}`],
  ])("by %s: a change is told to each of them that it concerns, in parts", (_, queryOf) => {
    for (const id of ids) source.put(id, { ...offer(id, 0), tags: ["all"] });
    const { listeners, turn } = inTurns(source);
    const told: string[] = [];
    let inTurn = 0;
    for (let at = 0; at < 900; at++) {
      const selection = selectionOf(queryOf(at));
      listeners.add(
        () => selection,
        everyKind,
        (kind) => {
          told.push(`${at} ${kind}`);
          inTurn += 1;
          return true;
        },
      );
    }
    source.put("server-03", { ...offer("server-03", 1), tags: ["all"] });
    listeners.look();
    let turns = 1;
    let mostInTurn = inTurn;
    for (inTurn = 0; turn(); inTurn = 0) {
      turns += 1;
      mostInTurn = Math.max(mostInTurn, inTurn);
    }
    const concerned = Array.from({ length: 900 }, (_, at) => at).filter((at) => {
      const { servers } = selectionOf(queryOf(at));
      return servers === undefined || servers.has("server-03");
    });
    expect(told.sort()).toEqual(concerned.map((at) => `${at} tools`).sort());
    expect(turns).toBeGreaterThan(8);
    expect(mostInTurn).toBeLessThanOrEqual(101);
  });

  test("those that do not show what changed cost nothing but a glance, however much they show", () => {
    for (const id of ids) source.put(id, offer(id, 0));
    const { listeners, turn, views } = inTurns(source);
    for (let at = 0; at < 900; at++) {
      const selection = selectionOf(`servers=${ids.slice(1)},x${at}`);
      listeners.add(
        () => selection,
        everyKind,
        () => true,
      );
    }
    views.follow();
    source.put("server-00", offer("server-00", 1));
    source.looks = 0;
    listeners.look();
    let turns = 1;
    while (turn()) turns += 1;
    // Once to see what changed; no view was made.
    expect(source.looks).toBe(1);
    expect(turns).toBe(1);
  });

  test("sessions of one selection are looked at together", () => {
    for (const id of ids) source.put(id, offer(id, 0));
    const { listeners, turn } = inTurns(source);
    const selection = selectionOf("");
    let told = 0;
    for (let at = 0; at < 900; at++)
      listeners.add(
        () => selection,
        everyKind,
        () => {
          told += 1;
          return true;
        },
      );
    source.put("server-00", offer("server-00", 1));
    source.looks = 0;
    listeners.look();
    while (turn());
    expect(told).toBe(900);
    // To see what changed, and for the one view.
    expect(source.looks).toBe(2);
  });

  test("a look that is asked for while one runs comes once, after it", () => {
    for (const id of ids) source.put(id, offer(id, 0));
    const { listeners, turn } = inTurns(source);
    const told = new Map<number, number>();
    for (let at = 0; at < 900; at++) {
      const selection = selectionOf(`servers=server-00,x${at}`);
      listeners.add(
        () => selection,
        new Set(["tools"]),
        () => {
          told.set(at, (told.get(at) ?? 0) + 1);
          return true;
        },
      );
    }
    source.put("server-00", offer("server-00", 1));
    listeners.look();
    const before = told.size;
    source.put("server-00", offer("server-00", 2));
    for (let again = 0; again < 5; again++) listeners.look();
    while (turn());
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(900);
    const counts = [...told.values()];
    expect(counts).toHaveLength(900);
    // Those that were told before the second change hear of both, the others of the last.
    expect(counts.filter((count) => count === 2).length).toBe(before);
    expect(Math.max(...counts)).toBe(2);
  });
});

describe("whatever happens", () => {
  const id = fc.constantFrom("a", "b", "c");
  const offer = fc.record({
    tools: fc.subarray([tool("x"), tool("y"), tool("x", "other")].slice(0, 3), { maxLength: 2 }),
    prompts: fc.subarray([{ name: "p" }]),
    resources: fc.subarray([
      { uri: "test://1", name: "r" },
      { uri: "test://2", name: "r" },
    ]),
    tags: fc.subarray(["t", "u"]),
    createdAt: fc.nat({ max: 2 }),
  });
  const query = fc.constantFrom(
    "",
    "servers=a",
    "servers=a,b",
    "tags=t",
    "prefix=never",
    "mode=search",
    "servers=b,c&prefix=never",
  );
  const step = fc.oneof(
    fc.record({ kind: fc.constant("put" as const), id, offer }),
    fc.record({ kind: fc.constant("remove" as const), id }),
    fc.record({ kind: fc.constant("add" as const), query, isAway: fc.boolean() }),
    fc.record({ kind: fc.constant("return" as const), at: fc.nat() }),
    fc.record({ kind: fc.constant("leave" as const), at: fc.nat() }),
    fc.record({ kind: fc.constant("look" as const) }),
    fc.record({ kind: fc.constant("request" as const), query }),
    fc.record({ kind: fc.constant("turn" as const) }),
  );

  type Client = {
    readonly selection: Selection;
    isAway: boolean;
    /** What its list was when it last read it. */
    read: Digests;
    readonly fault: string[];
    listening: Listening;
  };

  test("a client is told exactly when its list is another than the one it saw, and misses nothing", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (steps, unitsPerTurn) => {
          const source = new TestCatalogue();
          const { listeners, turn, views } = inTurns(source, unitsPerTurn);
          const clients: Client[] = [];
          const fresh = (selection: Selection) =>
            new Views(source, 0, () => {}, new BudgetBook()).of(selection).digests;
          const add = (selection: Selection, isAway: boolean) => {
            const client: Client = {
              selection,
              isAway,
              read: fresh(selection),
              fault: [],
              listening: { look: () => {}, stop: () => {} },
            };
            client.listening = listeners.add(
              () => selection,
              everyKind,
              (kind) => {
                if (client.isAway) return false;
                const now = fresh(selection);
                // Told of what it has read already would be told twice, or for nothing.
                if (now[kind] === client.read[kind]) client.fault.push(`${kind} is as it was`);
                client.read = { ...client.read, [kind]: now[kind] };
                return true;
              },
            );
            clients.push(client);
          };
          for (const one of steps) {
            const client = "at" in one ? clients[one.at % Math.max(1, clients.length)] : undefined;
            if (one.kind === "put") source.put(one.id, one.offer);
            else if (one.kind === "remove") source.remove(one.id);
            else if (one.kind === "add") add(selectionOf(one.query), one.isAway);
            else if (one.kind === "look") listeners.look();
            else if (one.kind === "request") views.of(selectionOf(one.query));
            else if (one.kind === "turn") turn();
            else if (client !== undefined && one.kind === "return") {
              client.isAway = false;
              client.listening.look();
            } else if (client !== undefined && one.kind === "leave") client.isAway = true;
          }
          for (const client of clients) {
            client.isAway = false;
            client.listening.look();
          }
          listeners.look();
          while (turn());
          for (const { fault, read, selection } of clients) {
            expect(fault).toEqual([]);
            expect(read).toEqual(fresh(selection));
          }
        },
      ),
      { numRuns },
    );
  });
});

describe("an announcement of a server", () => {
  const setUp = () => {
    const source = new TestCatalogue();
    source.put("a", { tools: [tool("x")] });
    source.put("b", { tools: [tool("x")] });
    const { listeners, turn } = inTurns(source);
    const told: string[] = [];
    const listen = (query: string) => {
      const selection = selectionOf(query);
      listeners.add(
        () => selection,
        everyKind,
        (kind) => told.push(`${query} ${kind}`) > 0,
      );
    };
    const look = () => {
      listeners.look();
      while (turn());
    };
    return { source, listeners, listen, told, look };
  };

  test("is passed on once to those that show it, also when the list is as it was", () => {
    const { listeners, listen, told, look } = setUp();
    for (const query of ["servers=a", "servers=b", "mode=search"]) listen(query);
    const settle = listeners.announced("a", "tools");
    listen("servers=a,b");
    look();
    expect(told).toEqual([]);
    settle();
    look();
    look();
    expect(told).toEqual(["servers=a tools"]);
  });

  test("is not passed on to whom a difference has told already", () => {
    const { source, listeners, listen, told, look } = setUp();
    listen("servers=a");
    const settle = listeners.announced("a", "tools");
    source.put("a", { tools: [tool("y")] });
    settle();
    look();
    look();
    expect(told).toEqual(["servers=a tools"]);
  });
});
