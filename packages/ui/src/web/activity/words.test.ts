import { describe, expect, test } from "vitest";
import { tell } from "./words.js";

const about = { seq: 1, at: "2026-11-24T12:00:00.000Z", serverId: "weather", name: "Weather" };
const instance = { id: "a", endpoint: "http://127.0.0.1:9000/mcp", transport: "streamable-http" };

describe("an event in words", () => {
  test("says why a server is lost and what to do", () => {
    const told = tell({
      ...about,
      kind: "status-changed",
      instance,
      from: "up",
      to: "unreachable",
      serverStatus: "unreachable",
      reason: "Nothing listens at 127.0.0.1:9000.",
      fix: "Start the server.",
    });
    expect(told).toEqual({
      text: "became unreachable: nothing listens at 127.0.0.1:9000.",
      fix: "Start the server.",
    });
  });

  test("says who was replaced, and who did not get a name", () => {
    const registered = { ...about, kind: "registered", instance, isNewServer: false };
    expect(tell({ ...registered, replaced: [instance] }).text).toBe(
      "registered and took over from 127.0.0.1:9000/mcp.",
    );
    expect(tell({ ...registered, replaced: [] }).text).toBe("registered another instance.");
    const conflict = { ...about, kind: "name-conflict", holder: instance };
    expect(tell({ ...conflict, endpoint: "http://10.0.0.1/mcp" }).text).toBe(
      "is alive at 127.0.0.1:9000/mcp, so 10.0.0.1/mcp did not get the name.",
    );
  });

  test("counts what a server offers, and names what changed", () => {
    const items = [
      { change: "added", kind: "tools", key: "a" },
      { change: "added", kind: "prompts", key: "b" },
    ];
    const changed = { ...about, kind: "capabilities-changed", removed: 0, changed: 0, items };
    expect(tell({ ...changed, added: 2 }).text).toBe("offers 1 tool, 1 prompt.");
    expect(tell({ ...changed, added: 300 }).text).toBe("offers 300 tools, resources and prompts.");
    expect(tell({ ...changed, added: 2, previousHash: "x" }).text).toBe(
      "changed what it offers: 2 added (a, b).",
    );
  });

  test("says when a server begins to change all the time, and when it ends", () => {
    const changed = { ...about, kind: "capabilities-changed", previousHash: "x", changed: 1 };
    const told = (state: string) => tell({ ...changed, flapping: { state, changes: 9 } });
    expect(told("began").text).toContain("keeps changing what it offers: 9 times");
    expect(told("began").fix).toBeDefined();
    expect(told("ended").text).toBe("is stable again, after 9 times.");
  });

  test("has something to say of a kind that it does not know, and of one that lacks all fields", () => {
    expect(tell({ ...about, kind: "lease-moved" }).text).toBe("lease moved.");
    for (const kind of ["registered", "status-changed", "capabilities-changed", "name-conflict"])
      expect(tell({ ...about, kind }).text).toMatch(/\.$/);
  });
});
