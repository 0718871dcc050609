import type { ServerDetail } from "@hub/api";
import { expect, test } from "vitest";
import { restorationOf, takingBack } from "./take-back.js";

test("an edit is taken back field by field, to what was said before or to what the server says", () => {
  const before = { edits: { title: "Old", toolTimeoutsMs: { slow: 5_000 } } };
  expect(
    takingBack(before, { title: "New", owner: "me", toolTimeoutsMs: { slow: null, other: 100 } }),
  ).toEqual({ title: "Old", owner: null, toolTimeoutsMs: { slow: 5_000, other: null } });
  expect(takingBack({}, { hidden: true, toolTimeoutsMs: { slow: 100 } })).toEqual({
    hidden: null,
    toolTimeoutsMs: { slow: null },
  });
});

const server = {
  id: "weather",
  name: "Weather",
  title: "The weather",
  version: "1.0.0",
  tags: ["geo"],
  transport: "streamable-http",
  endpoint: "http://127.0.0.1:8002/mcp",
} as const;

test("a removed server comes back with its own words, and with what somebody said beside them", () => {
  const edited = {
    ...server,
    owner: "us",
    edits: { title: "The weather", owner: "us" },
    registered: { title: "Weather 1" },
  };
  // What the page shows of it beside this does not matter here.
  expect(restorationOf(edited as unknown as ServerDetail)).toEqual({
    registration: {
      name: "Weather",
      title: "Weather 1",
      version: "1.0.0",
      tags: ["geo"],
      transport: "streamable-http",
      endpoint: "http://127.0.0.1:8002/mcp",
    },
    edits: { title: "The weather", owner: "us" },
  });
  expect(restorationOf(server as unknown as ServerDetail)).toMatchObject({
    registration: { title: "The weather" },
    edits: undefined,
  });
});
