import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeOf, World } from "../test/world.js";
import { type EditChange, editSchema } from "./edits.js";
import { isHidden, shownProfile } from "./shown-profile.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 200);
const endpoint = "http://127.0.0.1:8001/mcp";
const alpha = { name: "Alpha", transport: "http", endpoint, title: "Own", tags: ["own"] };

function entryOf(world: World) {
  const entry = world.registry.get("alpha");
  if (entry === undefined) throw new Error("It is registered.");
  return entry;
}

const shown = (world: World) => shownProfile(entryOf(world).record);

function problemsOf(change: unknown): string[] {
  const parsed = editSchema.safeParse(change);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim());
}

describe("what an operator says of a server", () => {
  test("wins over what the server says, and stays when that registers again and when the hub restarts", async () => {
    const world = await World.create();
    await world.register(alpha);
    await world.registry.edit("alpha", { title: "Better", owner: "Ops", lifecycle: "deprecated" });
    await world.register({ ...alpha, title: "Own again", owner: "Dev", description: "New" });
    const expected = {
      title: "Better",
      owner: "Ops",
      lifecycle: "deprecated",
      tags: ["own"],
      description: "New",
    };
    expect(shown(world)).toEqual(expected);
    expect(entryOf(world).record.profile).toMatchObject({ title: "Own again", owner: "Dev" });
    await world.restart();
    expect(shown(world)).toEqual(expected);
    await world.registry.edit("alpha", { title: null, owner: null });
    expect(shown(world)).toMatchObject({ title: "Own again", owner: "Dev" });
  });

  test("stays with the name when all have left, and when another takes it over", async () => {
    const world = await World.create();
    const { lease } = await world.register({ ...alpha, lease: {} });
    await world.registry.edit("alpha", { hidden: true });
    await world.registry.deregister(lease?.id ?? "");
    await world.register({ ...alpha, endpoint: "http://127.0.0.1:9000/mcp" });
    expect(isHidden(entryOf(world).record)).toBe(true);
  });

  test("goes with the name when that is removed", async () => {
    const world = await World.create();
    await world.register(alpha);
    await world.registry.edit("alpha", { title: "Better" });
    await world.registry.remove("alpha");
    await world.register(alpha);
    expect(shown(world).title).toBe("Own");
    await world.restart();
    expect(shown(world).title).toBe("Own");
  });

  test("is an event and a revision, once: the same again is neither", async () => {
    const world = await World.create();
    await world.register(alpha);
    const change = { tags: ["x"], toolTimeoutsMs: { b: 200, a: 100 } };
    await world.registry.edit("alpha", change);
    const { revision } = entryOf(world).record;
    const { version } = world.registry;
    await world.registry.edit("alpha", { ...change, toolTimeoutsMs: { a: 100, b: 200 } });
    expect(entryOf(world).record.revision).toBe(revision);
    expect(world.registry.version).toBe(version);
    expect(world.events.filter(({ kind }) => kind === "edited")).toMatchObject([
      { serverId: "alpha", changed: ["tags", "toolTimeoutsMs"] },
    ]);
  });

  test("is not acknowledged without a store, and does not stand then", async () => {
    const world = await World.create();
    await world.register(alpha);
    world.store.isFailing = true;
    expect(await codeOf(() => world.registry.edit("alpha", { title: "x" }))).toBe(
      "STORE_UNAVAILABLE",
    );
    expect(shown(world).title).toBe("Own");
  });

  test("of a server that is not there says so", async () => {
    const world = await World.create();
    expect(await codeOf(() => world.registry.edit("nobody", { title: "x" }))).toBe(
      "SERVER_NOT_FOUND",
    );
  });

  test("leaves the lease and the health of the server alone", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    const { lease } = await world.register({ ...alpha, lease: {} });
    world.probe();
    await world.registry.edit("alpha", { hidden: true });
    expect(world.status("alpha")).toBe("up");
    expect(world.registry.renew(lease?.id ?? "").ttlMs).toBe(30_000);
  });

  test("for single tools adds up; a tool, or all of them, can be taken back", async () => {
    const world = await World.create();
    await world.register(alpha);
    const limits = () => entryOf(world).record.edits?.toolTimeoutsMs;
    await world.registry.edit("alpha", { toolTimeoutsMs: { slow: 300_000 } });
    await world.registry.edit("alpha", { toolTimeoutsMs: { slower: 400_000 } });
    expect(limits()).toEqual({ slow: 300_000, slower: 400_000 });
    await world.registry.edit("alpha", { toolTimeoutsMs: { slow: null } });
    expect(limits()).toEqual({ slower: 400_000 });
    await world.registry.edit("alpha", { toolTimeoutsMs: { slower: null } });
    expect(entryOf(world).record).not.toHaveProperty("edits");
    const many = (from: number) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, one) => [`tool${from + one}`, 1_000]));
    await world.registry.edit("alpha", { toolTimeoutsMs: many(0) });
    expect(await codeOf(() => world.registry.edit("alpha", { toolTimeoutsMs: many(60) }))).toBe(
      "INVALID_REQUEST",
    );
    await world.registry.edit("alpha", { toolTimeoutsMs: null });
    expect(limits()).toBeUndefined();
  });

  test("may be that there is nothing to say", async () => {
    const world = await World.create();
    await world.register({ ...alpha, description: "Own" });
    await world.registry.edit("alpha", { description: "", tags: [] });
    expect(shown(world)).toEqual({ title: "Own", tags: [] });
  });
});

test("changes of any kind, in any order, among registrations and restarts, leave what was said last", async () => {
  const change = fc.record(
    {
      title: fc.constantFrom("One", "Two", null),
      tags: fc.constantFrom(["a"], [], null),
      documentation: fc.constantFrom("https://docs.example/", null),
      onCall: fc.constantFrom("team@example", null),
      replacedBy: fc.constantFrom("beta", null),
      hidden: fc.constantFrom(true, false, null),
      callTimeoutMs: fc.constantFrom(100, 900_000, null),
      maxInFlight: fc.constantFrom(1, 32, null),
    },
    { requiredKeys: [] },
  );
  const step = fc.oneof(
    { weight: 4, arbitrary: change },
    { weight: 2, arbitrary: fc.constant("register" as const) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const world = await World.create();
      await world.register(alpha);
      let said: Record<string, unknown> = {};
      for (const one of steps) {
        if (one === "register") await world.register(alpha);
        else if (one === "restart") await world.restart();
        else {
          const parsed: EditChange = editSchema.parse(one);
          await world.registry.edit("alpha", parsed);
          said = { ...said, ...one };
        }
      }
      const expected = Object.entries(said).filter(
        ([field, value]) => value !== null && !(field === "hidden" && value === false),
      );
      expect(entryOf(world).record.edits ?? {}).toEqual(Object.fromEntries(expected));
      expect((await world.store.load()).entries[0]).toEqual(entryOf(world).record);
    }),
    { numRuns: Math.min(numRuns, 300) },
  );
});

describe("what is no change says what was expected and what came", () => {
  test.each<[unknown, string]>([
    ["x", 'must be a change of a server, got "x"'],
    [{ name: "y" }, "must hold no other fields than title, description, tags"],
    [{ title: "" }, "title must not be empty"],
    [{ title: "x".repeat(201) }, "title must have at most 200 characters, got 201"],
    [{ description: 5 }, "description must be text, got 5"],
    [{ tags: "a" }, 'tags must be a list of strings, got "a"'],
    [{ owner: "a\u202Eb" }, "got U+202E"],
    [{ documentation: "git@x" }, 'documentation must be an http:// or https:// URL, got "git@x"'],
    [{ lifecycle: "old" }, 'lifecycle must be "experimental" or "production" or "deprecated"'],
    [{ replacedBy: "A b" }, "replacedBy must be the id of a server, 1-40 characters"],
    [{ hidden: "yes" }, 'hidden must be true or false, got "yes"'],
    [{ callTimeoutMs: 99 }, "a whole number of milliseconds from 100 to 900000, got 99"],
    [{ callTimeoutMs: 900_001 }, "a whole number of milliseconds from 100 to 900000, got 900001"],
    [{ callTimeoutMs: "1000" }, 'a whole number of milliseconds from 100 to 900000, got "1000"'],
    [{ callTimeoutMs: 1_000.5 }, "got 1000.5"],
    [{ toolTimeoutsMs: [1] }, "toolTimeoutsMs must be an object such as { render: 300000 }"],
    [{ toolTimeoutsMs: { slow: 5 } }, "toolTimeoutsMs.slow must be a whole number"],
    [{ toolTimeoutsMs: { "": 500 } }, "must name tools by 1-256 characters"],
    [{ maxInFlight: 0 }, "maxInFlight must be a whole number of calls from 1"],
  ])("%j", (change, detail) => {
    expect(problemsOf(change).join("; ")).toContain(detail);
  });
});
