import { describe, expect, test } from "vitest";
import { HubError } from "./errors.js";
import { MemoryToolsetStore } from "./memory-toolset-store.js";
import { type ToolsetInput, toolsetSchema } from "./toolset.js";
import type { ToolsetStore } from "./toolset-store.js";
import { type ToolsetChange, Toolsets } from "./toolsets.js";

const say = (input: ToolsetInput) => toolsetSchema.parse(input);

async function world(store: ToolsetStore = new MemoryToolsetStore(), most?: number) {
  const clock = { at: 1_000, wall: () => clock.at };
  const errors: unknown[] = [];
  const toolsets = await Toolsets.open({
    store,
    clock,
    onListenerError: (error) => errors.push(error),
    ...(most === undefined ? {} : { most }),
  });
  const changes: ToolsetChange[] = [];
  const stop = toolsets.subscribe((change) => changes.push(change));
  return { store, clock, toolsets, changes, stop, errors };
}

describe("Toolsets", () => {
  test("a toolset gets the id its name gives, and is listed by it", async () => {
    const { toolsets } = await world();
    expect(await toolsets.create(say({ name: "Support Desk" }))).toMatchObject({
      id: "support-desk",
      name: "Support Desk",
      createdAt: 1_000,
      updatedAt: 1_000,
      revision: 1,
    });
    await toolsets.create(say({ name: "Büro", id: "a-desk" }));
    expect(toolsets.list().map(({ id }) => id)).toEqual(["a-desk", "support-desk"]);
    expect(toolsets.get("a-desk")?.name).toBe("Büro");
    expect(toolsets.get("büro")).toBeUndefined();
  });

  test("an id that is taken is refused, said or made from the name", async () => {
    const { toolsets } = await world();
    await toolsets.create(say({ name: "Desk" }));
    for (const again of [{ name: "DESK" }, { name: "Other", id: "desk" }]) {
      await expect(toolsets.create(say(again))).rejects.toMatchObject({
        code: "TOOLSET_TAKEN",
        details: { holder: { id: "desk", name: "Desk" } },
      });
    }
    expect(toolsets.list()).toHaveLength(1);
  });

  test("another name with the same slug gets an id of its own", async () => {
    const { toolsets } = await world();
    await toolsets.create(say({ name: "Desk" }));
    expect((await toolsets.create(say({ name: "Desk!" }))).id).toMatch(/^desk-[0-9a-f]{6}$/);
  });

  test("two that come at once with one id: the first has it", async () => {
    const { toolsets } = await world();
    const outcomes = await Promise.allSettled([
      toolsets.create(say({ name: "Desk", mode: "search" })),
      toolsets.create(say({ name: "Desk" })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(toolsets.get("desk")?.mode).toBe("search");
  });

  test("a replacement keeps id and birth, drops what is not said, and has a later revision", async () => {
    const { toolsets, clock } = await world();
    const first = await toolsets.create(say({ name: "Desk", description: "Old.", allow: ["a/b"] }));
    clock.at = 2_000;
    const second = await toolsets.replace("desk", say({ name: "Counter", deny: ["a/c"] }));
    expect(second).toEqual({
      ...say({ name: "Counter", deny: ["a/c"] }),
      id: "desk",
      createdAt: 1_000,
      updatedAt: 2_000,
      revision: expect.any(Number),
    });
    expect(second.revision).toBeGreaterThan(first.revision);
    expect(first.description).toBe("Old.");
    expect(toolsets.get("desk")).toBe(second);
  });

  test("the same again changes nothing and tells nobody", async () => {
    const { toolsets, clock, changes } = await world();
    const overrides = { "a/b": { title: "B", name: "b" }, "a/c": { title: "C" } };
    const first = await toolsets.create(say({ name: "Desk", overrides }));
    const version = toolsets.version;
    clock.at = 2_000;
    const same = { "a/c": { title: "C" }, "a/b": { name: "b", title: "B" } };
    expect(await toolsets.replace("desk", say({ id: "desk", name: "Desk", overrides: same }))).toBe(
      first,
    );
    expect(toolsets.version).toBe(version);
    expect(changes).toHaveLength(1);
  });

  test("what does not exist can be neither replaced nor removed", async () => {
    const { toolsets } = await world();
    const missing = { code: "TOOLSET_NOT_FOUND" };
    await expect(toolsets.replace("desk", say({ name: "Desk" }))).rejects.toMatchObject(missing);
    await expect(toolsets.remove("desk")).rejects.toMatchObject(missing);
  });

  test("who may change it is asked about what it is at that moment", async () => {
    const { toolsets } = await world();
    await toolsets.create(say({ name: "Desk" }));
    const seen: string[] = [];
    const refuse = ({ name }: { readonly name: string }) => {
      seen.push(name);
      throw new HubError("PRECONDITION_FAILED", "No.");
    };
    const first = toolsets.replace("desk", say({ name: "Counter" }));
    const second = toolsets.replace("desk", say({ name: "Table" }), refuse);
    const third = toolsets.remove("desk", refuse);
    await first;
    await expect(second).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await expect(third).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    expect(seen).toEqual(["Counter", "Counter"]);
    expect(toolsets.get("desk")?.name).toBe("Counter");
  });

  test("a toolset made anew under an old id has a revision nobody has seen", async () => {
    const { toolsets } = await world();
    const revisions = [(await toolsets.create(say({ name: "Desk" }))).revision];
    revisions.push(
      (await toolsets.replace("desk", say({ name: "Desk", mode: "search" }))).revision,
    );
    await toolsets.remove("desk");
    expect(toolsets.get("desk")).toBeUndefined();
    revisions.push((await toolsets.create(say({ name: "Desk" }))).revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  });

  test("listeners hear of every change when it can be read, until they stop", async () => {
    const { toolsets, changes, stop } = await world();
    const read: unknown[] = [];
    toolsets.subscribe(() => read.push(toolsets.get("desk")?.name));
    const versions = [toolsets.version];
    await toolsets.create(say({ name: "Desk" }));
    versions.push(toolsets.version);
    await toolsets.replace("desk", say({ name: "Counter" }));
    versions.push(toolsets.version);
    stop();
    await toolsets.remove("desk");
    versions.push(toolsets.version);
    expect(changes.map(({ kind, toolset }) => `${kind} ${toolset.name}`)).toEqual([
      "created Desk",
      "replaced Counter",
    ]);
    expect(read).toEqual(["Desk", "Counter", undefined]);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  test("a listener that fails stops neither the others nor the change", async () => {
    const { toolsets, errors } = await world();
    const failure = new Error("listener");
    let heard = 0;
    toolsets.subscribe(() => {
      throw failure;
    });
    toolsets.subscribe(() => {
      heard += 1;
    });
    await toolsets.create(say({ name: "Desk" }));
    expect(heard).toBe(1);
    expect(errors).toEqual([failure]);
  });

  test("there is an end to how many there may be", async () => {
    const { toolsets } = await world(new MemoryToolsetStore(), 2);
    await toolsets.create(say({ name: "One" }));
    await toolsets.create(say({ name: "Two" }));
    await expect(toolsets.create(say({ name: "Three" }))).rejects.toMatchObject({
      code: "REGISTRY_FULL",
    });
    await toolsets.remove("one");
    await toolsets.create(say({ name: "Three" }));
    expect(toolsets.list()).toHaveLength(2);
  });

  test("opened again on the same store, everything is there and revisions go on", async () => {
    const { store, toolsets } = await world();
    await toolsets.create(say({ name: "Desk" }));
    const last = await toolsets.replace("desk", say({ name: "Desk", servers: ["mail"] }));
    const { toolsets: next } = await world(store);
    expect(next.list()).toEqual([last]);
    const { revision } = await next.replace("desk", say({ name: "Desk" }));
    expect(revision).toBeGreaterThan(last.revision);
  });

  test("two hubs on one store: the later one decides anew on what the other wrote", async () => {
    const { store, toolsets: one } = await world();
    const { toolsets: other } = await world(store);
    await one.create(say({ name: "Desk" }));
    await expect(other.create(say({ name: "Desk" }))).rejects.toMatchObject({
      code: "TOOLSET_TAKEN",
    });
    await one.replace("desk", say({ name: "Counter" }));
    expect(await other.replace("desk", say({ name: "Table" }))).toMatchObject({ id: "desk" });
    expect((await store.load())[0]?.name).toBe("Table");
    await one.remove("desk");
    expect(await store.load()).toEqual([]);
    await expect(other.remove("desk")).rejects.toMatchObject({ code: "TOOLSET_NOT_FOUND" });
  });

  test("a store that cannot write changes nothing, and the next change is tried", async () => {
    const held = new MemoryToolsetStore();
    const full = new HubError("STORE_UNAVAILABLE", "The disk is full.");
    let isFull = true;
    const store: ToolsetStore = {
      load: () => held.load(),
      put: async (toolset, basedOn) => {
        if (isFull) throw full;
        return held.put(toolset, basedOn);
      },
      remove: (id, basedOn) => held.remove(id, basedOn),
    };
    const { toolsets, changes } = await world(store);
    await expect(toolsets.create(say({ name: "Desk" }))).rejects.toBe(full);
    expect(toolsets.list()).toEqual([]);
    expect(changes).toEqual([]);
    isFull = false;
    expect((await toolsets.create(say({ name: "Desk" }))).id).toBe("desk");
  });

  test("a store that never agrees ends in a conflict, not in a loop", async () => {
    const held = new MemoryToolsetStore();
    const store: ToolsetStore = {
      load: () => held.load(),
      put: async () => ({ ok: false, fresh: undefined }),
      remove: (id, basedOn) => held.remove(id, basedOn),
    };
    const { toolsets } = await world(store);
    await expect(toolsets.create(say({ name: "Desk" }))).rejects.toMatchObject({
      code: "REVISION_CONFLICT",
      retryAfterMs: 1_000,
    });
  });
});
