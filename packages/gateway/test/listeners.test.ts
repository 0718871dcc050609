import { BudgetBook } from "@hub/core";
import type { ListKind } from "@hub/mcp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSelection, type Selection } from "../src/catalogue/selection.js";
import type { Digests } from "../src/catalogue/view.js";
import { Views } from "../src/catalogue/views.js";
import { Listeners, type Listening } from "../src/downstream/listeners.js";
import { TestCatalogue } from "./support/catalogue.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);
const everyKind: ReadonlySet<ListKind> = new Set(["tools", "prompts", "resources"]);

function selectionOf(query: string): Selection {
  const selection = parseSelection(new URLSearchParams(query), false);
  if ("problem" in selection) throw new Error(selection.problem);
  return selection;
}

/** Listeners whose turns of the event loop come when the test lets them. */
function inTurns(
  source: TestCatalogue,
  unitsPerTurn = 2_000,
  knownToAll: (() => Promise<void>) | undefined = undefined,
  onFault: ((error: unknown) => void) | undefined = undefined,
) {
  const views = new Views(source, 0, () => {}, new BudgetBook());
  const waiting: (() => void)[] = [];
  const listeners = new Listeners(views, {
    unitsPerTurn,
    knownToAll,
    onFault,
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

describe("where another hub knows of a change later", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("put" as const),
      id: fc.constantFrom("a", "b"),
      version: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({ kind: fc.constant("remove" as const), id: fc.constantFrom("a", "b") }),
    fc.record({
      kind: fc.constant("add" as const),
      query: fc.constantFrom("", "servers=a", "servers=a,b"),
      isAway: fc.boolean(),
    }),
    fc.record({ kind: fc.constantFrom("return" as const, "leave" as const), at: fc.nat(5) }),
    fc.record({ kind: fc.constantFrom("look" as const, "turn" as const, "known" as const) }),
  );

  type Client = {
    readonly selection: Selection;
    isAway: boolean;
    /** What its list was when it last read it, at the other hub. */
    read: Digests;
    readonly listening: Listening;
  };

  test("whoever asks that hub when it is told, and when it comes, ends up with the list that there is", async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 40 }),
      async (steps, unitsPerTurn) => {
        const [source, elsewhere] = [new TestCatalogue(), new TestCatalogue()];
        /** What the other hub has still to read, in the order in which it was written. */
        const unread: (() => void)[] = [];
        const write = (change: (catalogue: TestCatalogue) => void) => {
          change(source);
          unread.push(() => change(elsewhere));
        };
        const waits: { readonly upTo: number; readonly resolve: () => void }[] = [];
        let written = 0;
        const { listeners, turn } = inTurns(
          source,
          unitsPerTurn,
          () => new Promise((resolve) => void waits.push({ upTo: written, resolve })),
        );
        const there = (selection: Selection, catalogue = elsewhere) =>
          new Views(catalogue, 0, () => {}, new BudgetBook()).of(selection).digests;
        const clients: Client[] = [];
        const add = (selection: Selection, isAway: boolean) => {
          let isAt: Client | undefined;
          const listening = listeners.add(
            () => selection,
            everyKind,
            (kind) => {
              if (isAt === undefined || isAt.isAway) return false;
              isAt.read = { ...isAt.read, [kind]: there(selection)[kind] };
              return true;
            },
          );
          // It reads once it listens, wherever.
          isAt = { selection, isAway, read: there(selection), listening };
          clients.push(isAt);
        };
        /** The other hub has read what was written before the oldest wait, and no more. */
        const know = async () => {
          const wait = waits.shift();
          if (wait === undefined) return;
          while (written - unread.length < wait.upTo) unread.shift()?.();
          wait.resolve();
          await Promise.resolve();
          await Promise.resolve();
        };
        for (const one of steps) {
          const client = "at" in one ? clients[one.at % Math.max(1, clients.length)] : undefined;
          if (one.kind === "put" || one.kind === "remove") {
            written += 1;
            write((catalogue) =>
              one.kind === "put"
                ? catalogue.put(one.id, { tools: [tool("x", String(one.version))] })
                : catalogue.remove(one.id),
            );
          } else if (one.kind === "add") add(selectionOf(one.query), one.isAway);
          else if (one.kind === "look") listeners.look();
          else if (one.kind === "turn") turn();
          else if (one.kind === "known") await know();
          else if (client !== undefined && one.kind === "leave") client.isAway = true;
          else if (client !== undefined) {
            client.isAway = false;
            client.listening.look();
          }
        }
        for (const client of clients) {
          client.isAway = false;
          client.listening.look();
        }
        listeners.look();
        do {
          while (turn());
          await know();
        } while (waits.length > 0 || turn());
        for (const { read, selection } of clients) expect(read).toEqual(there(selection, source));
      },
    );
    // A list that came back to what it was before anybody looked here, of which the other hub had read the half.
    const between = [
      { kind: "put", id: "b", version: 0 } as const,
      { kind: "add", query: "", isAway: false } as const,
      { kind: "remove", id: "b" } as const,
      { kind: "turn" } as const,
      { kind: "put", id: "b", version: 0 } as const,
    ];
    await fc.assert(property, { numRuns, examples: [[between, 1]] });
  });

  test("nobody is told before that hub knows it, and each is told once", async () => {
    const source = new TestCatalogue();
    source.put("a", { tools: [tool("x")] });
    const waits: (() => void)[] = [];
    const { listeners, turn, views } = inTurns(
      source,
      2_000,
      () => new Promise((resolve) => void waits.push(resolve)),
    );
    const turns = async () => {
      while (turn()) await Promise.resolve();
    };
    const known = async () => {
      for (const resolve of waits.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
      await turns();
    };
    views.follow();
    await turns();
    await known();
    const told: string[] = [];
    const listen = (name: string) =>
      listeners.add(
        () => selectionOf(""),
        everyKind,
        (kind) => told.push(`${name} ${kind}`) > 0,
      );
    listen("one");
    const other = listen("other");
    source.put("a", { tools: [tool("y")] });
    listeners.look();
    await turns();
    expect(told).toEqual([]);
    // Who has gone hears nothing; who comes now may have the list of before from the other hub.
    other.stop();
    listen("late");
    await turns();
    await known();
    expect(told.filter((line) => line.startsWith("one"))).toEqual(["one tools"]);
    expect(told).toContain("late tools");
    expect(told.filter((line) => line.startsWith("other"))).toEqual([]);
    const before = told.length;
    listeners.look();
    await turns();
    await known();
    expect(told).toHaveLength(before);
  });

  test("one that cannot be told for a fault of ours keeps nobody else from it, who begins to listen among them", async () => {
    const source = new TestCatalogue();
    source.put("a", { tools: [tool("x")] });
    const faults: unknown[] = [];
    const { listeners, turn } = inTurns(
      source,
      2_000,
      () => Promise.resolve(),
      (error) => void faults.push(error),
    );
    const turns = async () => {
      do await new Promise((resolve) => setImmediate(resolve));
      while (turn());
    };
    const told: string[] = [];
    const listen = (name: string, tell: () => void = () => {}) =>
      listeners.add(
        () => selectionOf(""),
        everyKind,
        (kind) => {
          tell();
          return told.push(`${name} ${kind}`) > 0;
        },
      );
    listeners.look();
    await turns();
    const fault = new Error("a fault of ours");
    listen("broken", () => {
      throw fault;
    });
    listen("other");
    source.put("a", { tools: [tool("y")] });
    listeners.look();
    await turns();
    expect([told, faults]).toEqual([["other tools"], [fault]]);
    listen("late");
    await turns();
    expect(told).toEqual(["other tools"]);
  });
});
