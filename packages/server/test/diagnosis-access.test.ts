import { closeAll, knownTokens, ModernClient, ModernUpstream, TestHub, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const access = knownTokens({
  admin: [{ action: "admin" }],
  agent: [{ action: "call" }],
  owner: [{ action: "call" }, { action: "register" }],
  reader: [{ action: "read" }, { action: "call", servers: ["elsewhere"] }, { action: "register" }],
  blind: [{ action: "call", servers: ["elsewhere"] }, { action: "register" }],
  narrow: [{ action: "call", tools: ["forecast"] }],
});

async function start() {
  const hub = await TestHub.start({ access, token: "owner" });
  const weather = await ModernUpstream.start({ tools: ["forecast", "secret_tool"] });
  const { id } = await hub.register("weather", weather);
  const as = async (token: string, method: string, path: string, body: string, type: string) =>
    fetch(`${hub.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": type },
      body,
    });
  expect((await as("owner", "PUT", `/leases/${id}/log`, "a last line", "text/plain")).ok).toBe(
    true,
  );
  const rest = async (token: string, asked: object) => {
    const answer = await as(token, "POST", "/diagnose", JSON.stringify(asked), "application/json");
    return { status: answer.status, text: await answer.text() };
  };
  const agent = async (token: string, asked: object) => {
    const client = new ModernClient(hub.url, { token });
    return JSON.stringify(
      await client.ask("tools/call", { name: "hub__diagnose", arguments: asked }),
    );
  };
  return { hub, weather, rest, agent };
}

test("last lines are for admins and for who registered the instance, at each door", async () => {
  const { rest, agent } = await start();
  const asked = { server: "weather" };
  for (const token of ["owner", "admin"]) {
    expect((await rest(token, asked)).text).toContain("a last line");
    expect(await agent(token, asked)).toContain("a last line");
  }
  expect((await rest("agent", asked)).text).not.toContain("a last line");
  expect(await agent("agent", asked)).not.toContain("a last line");
});

test("an agent needs the right to register to have an endpoint looked at", async () => {
  const { weather, agent } = await start();
  expect(await agent("agent", { endpoint: weather.endpoint })).toContain("hub:register");
  expect(await agent("owner", { endpoint: weather.endpoint })).toContain("weather");
});

test("a server is looked at for those only who may call it", async () => {
  const { weather, rest } = await start();
  for (const asked of [{ server: "weather" }, { endpoint: weather.endpoint }])
    expect((await rest("reader", asked)).status).toBe(403);
});

test("nor is it for others when they say how it is to be asked, or when another server is there too", async () => {
  const { hub, weather, rest, agent } = await start();
  const ways = [
    {},
    { transport: "streamable-http" },
    { transport: "sse" },
    { name: "Something else" },
    { transport: "streamable-http", name: "weather" },
  ];
  for (const way of ways) {
    const { status, text } = await rest("reader", { endpoint: weather.endpoint, ...way });
    expect([way, status, text]).toEqual([way, 403, expect.stringContaining("hub:call")]);
  }
  expect(await agent("reader", { endpoint: weather.endpoint })).not.toContain("up");
  // It may be the only one that a caller may call of those at one endpoint.
  await hub.register("elsewhere", weather);
  for (const way of ways)
    expect((await rest("reader", { endpoint: weather.endpoint, ...way })).status).toBe(403);
  expect((await rest("owner", { endpoint: weather.endpoint, transport: "http" })).status).toBe(200);
});

test("a server that is not seen is not told of, and gets none of its credentials from a look at its endpoint", async () => {
  const { hub, weather, rest } = await start();
  const set = await fetch(`${hub.url}/servers/weather/credentials`, {
    method: "PUT",
    headers: { authorization: "Bearer admin", "content-type": "application/json" },
    body: JSON.stringify({ kind: "header", name: "X-Api-Key", value: "the-key-of-weather" }),
  });
  expect(set.status).toBe(200);
  const keys: unknown[] = [];
  weather.intercept = ({ headers }) => {
    keys.push(headers["x-api-key"]);
    return false;
  };
  // The hub's own probes carry the key, and may fall into the time of a look. A look that sends it always does.
  for (const way of [{}, { transport: "streamable-http" }])
    await until("a look without the key", async () => {
      keys.length = 0;
      const { status, text } = await rest("blind", { endpoint: weather.endpoint, ...way });
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ servers: [], calls: [], changes: [], logs: [] });
      expect(text).not.toContain("a last line");
      return keys.length > 0 && keys.every((key) => key === undefined);
    });
  await rest("owner", { server: "weather" });
  expect(keys).toContain("the-key-of-weather");
});

test("a verdict speaks of no call of a tool that is not seen", async () => {
  const { hub, weather, rest } = await start();
  weather.on("secret_tool", () => {
    throw new Error("no");
  });
  await new ModernClient(hub.url, { token: "owner" }).ask("tools/call", {
    name: "weather__secret_tool",
    arguments: {},
  });
  expect((await rest("owner", { server: "weather" })).text).toContain("CALLS_FAIL");
  const { status, text } = await rest("narrow", { server: "weather" });
  expect([status, text]).toEqual([200, expect.not.stringContaining("CALLS_FAIL")]);
});
