import { answerSchema, getServer } from "@hub/api";
import { closeAll, knownTokens, LegacyUpstream, ModernUpstream, TestHub } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const access = knownTokens({
  admin: [{ action: "admin" }],
  narrow: [{ action: "read", tools: ["forecast"] }],
  reader: [{ action: "read" }],
  agent: [{ action: "call" }],
  one: [{ action: "register" }, { action: "call" }],
  two: [{ action: "register" }, { action: "call" }],
  local: [{ action: "admin", servers: ["tides"] }, { action: "call" }],
});

test("who sees some tools of a server sees no limit of the others", async () => {
  const hub = await TestHub.start({ access, token: "admin" });
  await hub.register("weather", await ModernUpstream.start({ tools: ["forecast", "hidden_tool"] }));
  const toolTimeoutsMs = { forecast: 5_000, hidden_tool: 6_000 };
  const edit = await fetch(`${hub.url}/servers/weather`, {
    method: "PATCH",
    headers: { authorization: "Bearer admin", "content-type": "application/json" },
    body: JSON.stringify({ toolTimeoutsMs }),
  });
  expect(edit.status).toBe(200);
  const detailFor = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${hub.url}/servers/weather`, { headers });
    return answerSchema(getServer, 200).parse(await answer.json());
  };
  expect((await detailFor("admin")).edits?.toolTimeoutsMs).toEqual(toolTimeoutsMs);
  expect((await detailFor("narrow")).edits?.toolTimeoutsMs).toEqual({ forecast: 5_000 });
});

test.each([ModernUpstream, LegacyUpstream])(
  "what a server says of its use, which speaks of all it offers, is for those who see all of it: %o",
  async (Upstream) => {
    const hub = await TestHub.start({ access, token: "admin" });
    const instructions = "Ask hidden_tool before forecast.";
    const tools = ["forecast", "hidden_tool"];
    await hub.register("weather", await Upstream.start({ tools, instructions }));
    const ask = asks(hub);
    const paths = ["/servers/weather", "/servers?detail=true", "/tools?q=forecast", "/events"];
    for (const path of paths)
      expect([path, (await ask("narrow", path)).text]).toEqual([
        path,
        expect.not.stringContaining("hidden_tool"),
      ]);
    for (const token of ["admin", "reader"])
      expect((await ask(token, "/servers/weather")).text).toContain(instructions);
  },
);

/** Asks as somebody; the answers are as they came. */
const asks =
  (hub: TestHub) =>
  async (
    token: string,
    path: string,
    method = "GET",
    body?: unknown,
    type = "application/json",
  ) => {
    const answer = await fetch(`${hub.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": type }),
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };

test("what the hub proves itself with is for admins of that server, and its value for nobody", async () => {
  const hub = await TestHub.start({ access, token: "admin" });
  await hub.register("weather", await ModernUpstream.start({ tools: ["forecast"] }));
  const ask = asks(hub);
  const value = "the-key-of-weather";
  const credential = { kind: "header", name: "X-Api-Key", value };
  const path = "/servers/weather/credentials";
  expect((await ask("admin", path, "PUT", credential)).status).toBe(200);
  expect((await ask("admin", path)).text).toContain("X-Api-Key");
  for (const token of ["narrow", "reader", "agent", "one", "local"]) {
    for (const [method, at, body] of [
      ["GET", path, undefined],
      ["PUT", path, credential],
      ["DELETE", path, undefined],
      ["PUT", `${path}/confirm`, { origins: ["http://127.0.0.1:9"] }],
    ] as const) {
      const { status, text } = await ask(token, at, method, body);
      expect([token, method, status]).toEqual([token, method, 403]);
      expect(text).not.toContain("X-Api-Key");
    }
    const seen = await ask(token, "/servers/weather");
    expect([token, seen.text]).toEqual([token, expect.not.stringContaining("X-Api-Key")]);
  }
  for (const token of ["admin", "reader", "agent"])
    for (const one of ["/servers/weather", "/servers", "/events", path])
      expect((await ask(token, one)).text).not.toContain(value);
});

test("the last lines of a server with two owners are, each, for who registered that instance, and for its admins", async () => {
  const hub = await TestHub.start({ access, token: "admin" });
  const ask = asks(hub);
  const upstreams = [await ModernUpstream.start(), await ModernUpstream.start()];
  for (const [index, token] of ["one", "two"].entries()) {
    const { status, text } = await ask(token, "/register", "POST", {
      ...{ name: "Tides", endpoint: upstreams[index]?.endpoint, transport: "streamable-http" },
      ...{ lease: {}, serviceKey: "of both of them" },
    });
    expect([token, status]).toEqual([token, 201]);
    const { lease } = JSON.parse(text);
    const log = `/leases/${lease.id}/log`;
    // Nobody asked for lines yet, and a hub takes them all the same.
    expect((await ask(token, log, "PUT", `lines of ${token}`, "text/plain")).status).toBeLessThan(
      300,
    );
  }
  const seenBy = async (token: string) => {
    const { status, text } = await ask(token, "/diagnose", "POST", { server: "tides" });
    expect([token, status]).toEqual([token, 200]);
    return ["lines of one", "lines of two"].filter((lines) => text.includes(lines));
  };
  expect(await seenBy("one")).toEqual(["lines of one"]);
  expect(await seenBy("two")).toEqual(["lines of two"]);
  expect(await seenBy("agent")).toEqual([]);
  for (const token of ["admin", "local"])
    expect(await seenBy(token)).toEqual(["lines of one", "lines of two"]);
});
