import { describe, expect, test } from "vitest";
import type { Event } from "./events.js";
import { sentenceOf } from "./sentence.js";

const about = { seq: 1, at: "2026-11-24T12:00:00.000Z", serverId: "weather", name: "Weather" };
const instance = {
  id: "a",
  endpoint: "http://127.0.0.1:9000/mcp",
  transport: "streamable-http",
} as const;
const place = "127.0.0.1:9000/mcp";

describe("an event in words", () => {
  test("says why a server is lost, what to do, and where", () => {
    const said = sentenceOf({
      ...about,
      kind: "status-changed",
      instance,
      from: "up",
      to: "unreachable",
      serverStatus: "unreachable",
      reason: "Nothing listens at 127.0.0.1:9000.",
      fix: "Start the server.",
    });
    expect(said).toEqual({
      text: "became unreachable: nothing listens at 127.0.0.1:9000.",
      fix: "Start the server.",
      place,
    });
  });

  test("says who was replaced, and who did not get a name", () => {
    const registered = { ...about, kind: "registered", instance, isNewServer: false } as const;
    expect(sentenceOf({ ...registered, replaced: [instance] }).text).toBe(
      "registered and took over from 127.0.0.1:9000/mcp.",
    );
    expect(sentenceOf({ ...registered, replaced: [] }).text).toBe("registered another instance.");
    const conflict = { ...about, kind: "name-conflict", holder: instance } as const;
    expect(sentenceOf({ ...conflict, endpoint: "http://10.0.0.1/mcp" }).text).toBe(
      "is alive at 127.0.0.1:9000/mcp, so 10.0.0.1/mcp did not get the name.",
    );
  });

  const changed = {
    ...about,
    kind: "capabilities-changed",
    instance,
    hash: "h",
    removed: 0,
    changed: 0,
    items: [
      { change: "added", kind: "tools", key: "a" },
      { change: "added", kind: "prompts", key: "b" },
    ],
  } as const;

  test("counts what a server offers, and names what changed", () => {
    expect(sentenceOf({ ...changed, added: 2 }).text).toBe("offers 1 tool, 1 prompt.");
    expect(sentenceOf({ ...changed, added: 300 }).text).toBe(
      "offers 300 tools, resources and prompts.",
    );
    expect(sentenceOf({ ...changed, added: 2, previousHash: "x" }).text).toBe(
      "changed what it offers: 2 added (a, b).",
    );
  });

  test("says when a server begins to change all the time, and when it ends", () => {
    const said = (state: "began" | "ended") =>
      sentenceOf({ ...changed, added: 0, flapping: { state, since: about.at, changes: 9 } });
    expect(said("began").text).toContain("keeps changing what it offers: 9 times");
    expect(said("began").fix).toBeDefined();
    expect(said("ended").text).toBe("is stable again, after 9 times.");
  });

  test("has something to say of a kind that only a newer hub knows", () => {
    const event = { ...about, kind: "lease-moved" } as unknown as Event; // from a newer hub
    expect(sentenceOf(event).text).toBe("lease moved.");
  });
});
