import { answerSchema, listAudit } from "@hub/api";
import { closeAll, closeLater, knownTokens, ModernUpstream, TestHub, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { register } from "../src/index.js";

afterEach(closeAll);

test("a server registers with the token that a function says then, as tokens of issuers change", async () => {
  const access = knownTokens({ second: [{ action: "register", servers: ["tides"] }] });
  const hub = await TestHub.start({ access, settings: { heartbeatMs: 100 } });
  const tides = await ModernUpstream.start({ name: "tides" });
  const said: string[] = [];
  const registered = await register(tides.endpoint, {
    name: "tides",
    hubUrl: hub.url,
    signals: false,
    log: () => {},
    token: async () => {
      said.push(said.length === 0 ? "first" : "second");
      return said.at(-1);
    },
  });
  closeLater(() => registered.close());
  await until("the server to be registered", () => hub.entry("tides"));
  // Refused with the first, it asked once more; each heartbeat asks again.
  expect(said.slice(0, 2)).toEqual(["first", "second"]);
  await until("heartbeats", () => said.length > 3);
});

test.each([
  { may: ["register"], tells: "this token may register only", status: 403 },
  { may: ["register", "read"], tells: "the hub reaches it at", status: 200 },
] as const)(
  "a server whose token may $may asks the hub for no more, and a person is told where it stands",
  async ({ may, tells, status }) => {
    const access = knownTokens({
      operator: [{ action: "admin" }],
      tides: may.map((action) => ({ action, servers: ["tides"] })),
    });
    const hub = await TestHub.start({ access, token: "operator" });
    const tides = await ModernUpstream.start({ name: "tides" });
    const said: string[] = [];
    const registered = await register(tides.endpoint, {
      name: "tides",
      hubUrl: hub.url,
      signals: false,
      log: ({ message }) => void said.push(message),
      token: "tides",
    });
    closeLater(() => registered.close());
    await until(`what is told of it: ${tells}`, () => said.some((line) => line.includes(tells)));
    const refused = async () =>
      answerSchema(listAudit, 200).parse(await hub.rest("GET", "/audit?outcome=refused")).lines;
    expect(await refused()).toEqual([]);
    // What would be written down, had it asked.
    const headers = { authorization: "Bearer tides" };
    const asked = await fetch(`${hub.url}/servers/tides`, { headers });
    expect(asked.status).toBe(status);
    if (status === 403) await until("the line of it", async () => (await refused()).length === 1);
  },
);
