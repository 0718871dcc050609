import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, type JsonValue } from "./json.js";
import { createSnapshot, diffSnapshots } from "./snapshot.js";

function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

function snapshot(tools: readonly JsonValue[], more: object = {}) {
  return createSnapshot({
    era: "modern",
    protocolVersion: "2026-07-28",
    serverInfo: { name: "test" },
    capabilities: {},
    tools,
    resources: [],
    resourceTemplates: [],
    prompts: [],
    ...more,
  });
}

describe("canonical JSON", () => {
  test("sorts keys by code unit and leaves out white space and what is undefined", () => {
    const value = { b: [1, { d: null, c: "é\n" }], a: -0, "\u{1F600}": 1, "\uFB33": 2 };
    expect(canonicalJson(value)).toBe(
      '{"a":0,"b":[1,{"c":"é\\n","d":null}],"\u{1F600}":1,"\uFB33":2}',
    );
    expect(canonicalJson({ a: undefined } as unknown as JsonValue)).toBe("{}");
  });

  test("is one spelling of a value, whatever the order of its keys, and holds all of it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // fast-check's JSON values are ours.
        const json = JSON.parse(JSON.stringify(value)) as JsonValue;
        expect(canonicalJson(shuffled(json))).toBe(canonicalJson(json));
        expect(JSON.parse(canonicalJson(json))).toEqual(json);
      }),
    );
  });
});

describe("a snapshot", () => {
  const greet = { name: "greet", description: "Greets.", inputSchema: { type: "object" } };
  const count = { name: "count", inputSchema: { type: "object" } };

  test("has the same hash in any order of tools and keys", () => {
    const first = snapshot([greet, count]);
    expect(snapshot([shuffled(count), shuffled(greet)]).hash).toBe(first.hash);
    expect(first.tools.map((tool) => tool.key)).toEqual(["count", "greet"]);
  });

  test("has another hash when an item changes, moves to another kind, comes or goes", () => {
    const base = snapshot([greet]);
    const others = [
      snapshot([{ ...greet, description: "Greets you." }]),
      snapshot([greet, count]),
      snapshot([]),
      snapshot([], { prompts: [greet] }),
    ];
    const hashes = new Set([base, ...others].map((one) => one.hash));
    expect(hashes.size).toBe(5);
  });

  test("keeps the hash when only the server's own data change", () => {
    expect(snapshot([greet], { serverInfo: { name: "other" }, instructions: "x" }).hash).toBe(
      snapshot([greet]).hash,
    );
  });

  test("leaves out what cannot be called and what came twice", () => {
    const odd = [null, 5, "greet", [], {}, { name: "" }, { name: 7 }, { ...greet, title: "2nd" }];
    expect(snapshot([greet, ...odd]).tools.map((tool) => tool.definition)).toEqual([greet]);
  });

  test("keeps fields that it does not know, and hashes them", () => {
    const future = { ...greet, "x-future": { deep: [1] } };
    expect(snapshot([future]).tools[0]?.definition).toEqual(future);
    expect(snapshot([future]).hash).not.toBe(snapshot([greet]).hash);
  });
});

describe("the difference of two snapshots", () => {
  const tool = (name: string, title = name) => ({ name, title });

  test("names what was added, removed and changed", () => {
    const before = snapshot([tool("stays"), tool("goes"), tool("changes", "1")]);
    const after = snapshot([tool("stays"), tool("comes"), tool("changes", "2")]);
    const changes = diffSnapshots(before, after).map(({ change, key }) => `${change} ${key}`);
    expect(changes.sort()).toEqual(["added comes", "changed changes", "removed goes"]);
    expect(diffSnapshots(after, after)).toEqual([]);
  });

  test("turns the one into the other", () => {
    const tools = fc.array(fc.record({ name: fc.constantFrom("a", "b", "c"), v: fc.nat(2) }));
    fc.assert(
      fc.property(tools, tools, (one, two) => {
        const [before, after] = [snapshot(one), snapshot(two)];
        const held = new Map(before.tools.map((item) => [item.key, item.hash]));
        for (const change of diffSnapshots(before, after)) {
          if (change.change === "removed") held.delete(change.key);
          else held.set(change.key, change.after.hash);
        }
        expect(held).toEqual(new Map(after.tools.map((item) => [item.key, item.hash])));
      }),
    );
  });
});
