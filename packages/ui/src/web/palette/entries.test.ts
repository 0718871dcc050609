import type { ServerSummary } from "@hub/api";
import { Policy } from "@hub/core/policy";
import { expect, test } from "vitest";
import { entriesFor } from "./entries.js";

/** As much of a server as the palette looks at. */
const server = (id: string, title: string, status: ServerSummary["status"]) =>
  ({ id, name: id, title, status, tags: [], instances: [{}] }) as unknown as ServerSummary;

const servers = [
  server("billing", "Billing", "up"),
  server("weather", "Weather desk", "up"),
  server("archive", "Archive", "down"),
];
const here = { hubUrl: "http://hub", policy: new Policy([{ action: "admin" }]) };
const labels = (words: string) => entriesFor(words, servers, [], here).map(({ label }) => label);

test("without words, pages and then servers, those in trouble first", () => {
  expect(labels("").slice(0, 1)).toEqual(["Overview"]);
  expect(labels("").slice(-3)).toEqual(["Archive", "Billing", "Weather desk"]);
});

test("a server comes with what can be done with it", () => {
  expect(labels("weather desk")).toEqual([
    "Weather desk",
    "Connect to Weather desk",
    "Probe Weather desk",
    "Copy the address of Weather desk",
  ]);
});

test("a verb and the beginning of a name are one action", () => {
  expect(labels("probe bil")).toEqual(["Probe Billing"]);
  expect(labels("theme: d")).toEqual(["Theme: dark"]);
  const [copy] = entriesFor("copy arch", servers, [], here);
  expect(copy?.to).toEqual({ does: "copy", text: "http://hub/servers/archive/mcp" });
});

test("each thing is there once, also of servers with one title, or with a title that begins with a verb", () => {
  const alike = [
    server("one", "Weather", "up"),
    server("two", "Weather", "up"),
    server("three", "Probe weather", "up"),
  ];
  for (const words of ["weather", "probe weather"]) {
    const keys = entriesFor(words, alike, [], here).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  }
  const probed = entriesFor("probe weather", alike.slice(0, 2), [], here);
  expect(probed.map(({ to }) => to)).toEqual([
    { does: "probe", serverId: "one" },
    { does: "probe", serverId: "two" },
  ]);
});

test("what somebody may not do is not offered", () => {
  const offered = (words: string, ...grants: ConstructorParameters<typeof Policy>[0]) =>
    entriesFor(words, servers, [], { hubUrl: "http://hub", policy: new Policy(grants) })
      .filter(({ kind }) => kind === "action")
      .map(({ label }) => label);
  const reads = { action: "read" } as const;
  expect(offered("add", reads)).toEqual([]);
  expect(offered("new", reads)).toEqual([]);
  expect(offered("theme: d", reads)).toEqual(["Theme: dark"]);
  expect(offered("billing", reads)).toEqual(["Connect to Billing", "Copy the address of Billing"]);
  const callsOne = { action: "call", servers: ["bill*"] } as const;
  expect(offered("probe", reads, callsOne)).toEqual([]);
  expect(offered("probe bil", reads, callsOne)).toEqual(["Probe Billing"]);
  expect(offered("probe wea", reads, callsOne)).toEqual([]);
  expect(offered("add", { action: "register", servers: ["x-*"] })).toEqual(["Add a server"]);
  // An admin of some servers makes no toolset of the hub.
  expect(offered("new", { action: "admin", servers: ["billing"] })).toEqual([]);
});
