import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Grant } from "@hub/core/access";
import {
  closeAll,
  closeServers,
  knownTokens,
  ModernUpstream,
  serveV1,
  serveV1Sse,
  serveV2,
  TestHub,
} from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect as connectV1 } from "../src/connect/v1.js";
import { connect as connectV2 } from "../src/connect/v2.js";
import { HubClient } from "../src/index.js";

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.start();
  const weather = await serveV2();
  await hub.announce("weather", `${weather.origin}/mcp`, { tags: ["prod"] });
  await hub.whenUp("weather");
  const old = await serveV1();
  await hub.announce("greeter", `${old.origin}/mcp`);
  await hub.whenUp("greeter");
  const oldest = await serveV1Sse();
  await hub.announce("oldest", `${oldest.origin}/sse`, { transport: "sse" });
  await hub.whenUp("oldest");
});
afterAll(async () => {
  await closeAll();
  await closeServers();
});

describe.each([
  ["v2", connectV2],
  // What is called of the two clients here is alike.
  ["v1", connectV1 as unknown as typeof connectV2],
] as const)("with version %s of the SDK", (_, connect) => {
  test("connects through the hub to the server that fits, and calls the tool that does", async () => {
    const { client, choice, url, close } = await connect(
      { tool: "greet", tag: "prod" },
      { hub: { url: hub.url } },
    );
    expect(url).toBe(`${hub.url}/servers/weather/mcp`);
    expect(choice?.reason).toContain("weather");
    const result = await client.callTool({
      name: choice?.tool?.name ?? "",
      arguments: { name: "you" },
    });
    expect(result.content).toEqual([{ type: "text", text: "Hello, you" }]);
    await close();
  });

  test("without a choice it connects to the hub, with the part of it that was selected", async () => {
    const client = new HubClient({ url: hub.url });
    const whole = await connect({}, { hub: client });
    const names = (await whole.client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["greeter__greet", "weather__greet", "hub__find_tools"]),
    );
    await whole.close();
    const part = await connect({ tags: "prod", hub: "off" }, { hub: client });
    expect(part.url).toBe(`${hub.url}/mcp?tags=prod&hub=off`);
    expect((await part.client.listTools()).tools.map(({ name }) => name)).toEqual([
      "weather__greet",
    ]);
    await part.close();
  });

  test("a hub that refuses the token is told as what it said, before there is a connection and after", async () => {
    const tokens: Record<string, readonly Grant[]> = {
      reader: [{ action: "read" }],
      caller: [{ action: "call" }],
    };
    const guarded = await TestHub.start({ access: knownTokens(tokens) });
    const refused = { url: guarded.url, token: "reader" };
    await expect(connect({}, { hub: refused })).rejects.toMatchObject({
      status: 403,
      code: "INSUFFICIENT_SCOPE",
      detail: expect.stringContaining("the right to call"),
      problem: { scope: "hub:call" },
    });
    await expect(connect({}, { hub: { ...refused, token: "nobody" } })).rejects.toMatchObject({
      status: 401,
      code: "UNAUTHENTICATED",
    });
    const now = { token: "caller" };
    const { client, close } = await connect({}, { hub: { ...refused, token: () => now.token } });
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    now.token = "reader";
    await expect(
      client.callTool({ name: "hub__list_servers", arguments: {} }),
    ).rejects.toMatchObject({ code: "INSUFFICIENT_SCOPE" });
    await close().catch(() => undefined);
  });

  test("directly, it speaks the transport that the server does", async () => {
    for (const name of ["weather", "greeter", "oldest"]) {
      const direct = await connect({ name, via: "direct" }, { hub: { url: hub.url } });
      expect(direct.url).not.toContain(hub.url);
      expect((await direct.client.listTools()).tools.length).toBeGreaterThan(0);
      await direct.close();
    }
  });
});

test("directly, the next instance is asked when one does not answer, and the hub's token goes to none", async () => {
  const heard: unknown[] = [];
  const first = await ModernUpstream.start({ name: "pair" });
  const second = await ModernUpstream.start({ name: "pair" });
  for (const one of [first, second])
    one.intercept = (request) => {
      heard.push(request.headers.authorization);
      return false;
    };
  const serviceKey = "a key that both have, long enough";
  await hub.announce("pair", first.endpoint, { serviceKey });
  await hub.announce("pair", second.endpoint, { serviceKey });
  await hub.whenUp("pair", 2);
  // The hub does not know yet that one has gone.
  const listed = new HubClient({ url: hub.url, token: "other" });
  const server = await listed.server("pair");
  const gone = server.instances[0]?.endpoint === first.endpoint ? first : second;
  const left = gone === first ? second : first;
  const stale = new HubClient({
    url: hub.url,
    token: "not for servers",
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (new URL(String(input)).pathname === "/servers" && gone.endpoint !== "") await gone.stop();
      return response;
    },
  });
  heard.length = 0;
  const { url, close } = await connectV2({ name: "pair", via: "direct" }, { hub: stale });
  expect(url).toBe(left.endpoint);
  expect(heard.filter((one) => one !== undefined)).toEqual([]);
  await close();
});

test("an endpoint that answers no greeting is given up, and told with its URL", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo; // it listens on a port
  const away = connectV2({}, { hub: { url: `http://127.0.0.1:${port}` }, timeoutMs: 50 });
  await expect(away).rejects.toMatchObject({ code: "UNREACHABLE" });
  await expect(away).rejects.toThrow(`http://127.0.0.1:${port}/mcp`);
  silent.closeAllConnections();
  silent.close();
  await expect(connectV2({ name: "nobody" }, { hub: { url: hub.url } })).rejects.toMatchObject({
    code: "NOTHING_FITS",
  });
});
