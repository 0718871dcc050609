import { createSnapshot } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import { describe, expect, test } from "vitest";
import { createTestApp, postJson, server1, type TestApp } from "./support/test-app.js";

const tool = (name: string, description: string, properties: JsonObject = {}): JsonObject => ({
  name,
  description,
  inputSchema: { type: "object", properties },
});

async function offer(hub: TestApp, serverId: string, tools: readonly JsonObject[]): Promise<void> {
  for (const task of hub.registry.takeProbes(serverId)) {
    hub.registry.recordProbe(task, {
      ok: true,
      endpoint: task.target.endpoint,
      transport: task.target.transport,
      latencyMs: 3,
      needsToken: false,
      era: "modern",
      protocolVersion: "2026-07-28",
      serverName: "answering name",
      warnings: [],
      snapshot: createSnapshot({
        era: "modern",
        protocolVersion: "2026-07-28",
        serverInfo: { name: "x", version: "1" },
        capabilities: { tools: {} },
        tools,
        resources: [{ uri: "file:///a", name: "a" }],
        resourceTemplates: [],
        prompts: [],
      }),
    });
  }
  await hub.registry.drain();
}

async function registerMany(hub: TestApp, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const name = `Server ${String(index).padStart(3, "0")}`;
    const tags = [index % 2 === 0 ? "even" : "odd", ...(index % 3 === 0 ? ["third"] : [])];
    await postJson(hub.app, "/register", {
      ...server1,
      name,
      endpoint: `http://localhost:${20_000 + index}/mcp`,
      tags,
    });
  }
}

describe("GET /servers", () => {
  test("an empty hub has an empty list", async () => {
    const { app } = await createTestApp();
    expect(await (await app.request("/servers")).json()).toEqual({ servers: [] });
  });

  test("without parameters it lists everything; paging walks every server once", async () => {
    const hub = await createTestApp();
    await registerMany(hub, 25);
    const all = (await (await hub.app.request("/servers")).json()).servers;
    expect(all).toHaveLength(25);
    const walked: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await (
        await hub.app.request(`/servers?limit=10${cursor === undefined ? "" : `&cursor=${cursor}`}`)
      ).json();
      walked.push(...page.servers.map((one: { id: string }) => one.id));
      cursor = page.nextCursor;
      if (cursor !== undefined) expect(cursor).toMatch(/^[A-Za-z0-9._~-]+$/);
    } while (cursor !== undefined);
    expect(walked).toEqual(all.map((one: { id: string }) => one.id));
  });

  test("a page is not disturbed by servers that come and go; the cursor carries the filter", async () => {
    const hub = await createTestApp();
    await registerMany(hub, 10);
    const first = await (await hub.app.request("/servers?tag=even&limit=2")).json();
    await hub.registry.remove("server-000", () => {});
    await postJson(hub.app, "/register", { ...server1, name: "A first one", tags: ["even"] });
    const rest = await (await hub.app.request(`/servers?cursor=${first.nextCursor}`)).json();
    expect(first.servers.map((one: { id: string }) => one.id)).toEqual([
      "server-000",
      "server-002",
    ]);
    expect(rest.servers.map((one: { id: string }) => one.id)).toEqual(["server-004", "server-006"]);
  });

  test("filters by tag (all of them), status (one of them) and words (all of them)", async () => {
    const hub = await createTestApp();
    await registerMany(hub, 7);
    await offer(hub, "server-003", [tool("get_weather", "Weather for a city")]);
    const ids = async (query: string) =>
      (await (await hub.app.request(`/servers?${query}`)).json()).servers.map(
        (one: { id: string }) => one.id,
      );
    expect(await ids("tag=even&tag=third")).toEqual(["server-000", "server-006"]);
    expect(await ids("tag=even,third")).toEqual(["server-000", "server-006"]);
    expect(await ids("status=up")).toEqual(["server-003"]);
    expect(await ids("status=up,pending")).toHaveLength(7);
    expect(await ids("q=SERVER+003")).toEqual(["server-003"]);
    expect(await ids("q=get_weather")).toEqual(["server-003"]);
    expect(await ids("q=%25")).toEqual([]);
    expect(await ids("q=nothing")).toEqual([]);
  });

  test("says what a server can do by its first three tools, and lets no name make the list long", async () => {
    const hub = await createTestApp();
    await registerMany(hub, 1);
    // A cut within a character of two halves would leave one that no JSON reader likes.
    const long = `a${"\u{1f600}".repeat(5_000)}`;
    await offer(
      hub,
      "server-000",
      [long, "d", "b", "c"].map((name) => tool(name, "")),
    );
    const [server] = (await (await hub.app.request("/servers")).json()).servers;
    expect(server?.capabilities).toMatchObject({ tools: 4 });
    const [first, ...others] = server?.capabilities?.firstTools ?? [];
    expect(others).toEqual(["b", "c"]);
    expect(first).toHaveLength(100);
    expect(first?.isWellFormed()).toBe(true);
  });

  test.each([
    "limit=0",
    "limit=-5",
    "limit=abc",
    "limit=1001",
    "cursor=garbage",
    "cursor=e30",
    "status=fine",
    "limit=1&limit=2",
    "colour=red",
  ])("%s is refused", async (query) => {
    const { app } = await createTestApp();
    const response = await app.request(`/servers?${query}`);
    expect(response.status).toBe(400);
    expect((await response.json()).code).toBe("INVALID_REQUEST");
  });

  test("C28: the ETag answers 304, changes with the catalogue and never with a heartbeat", async () => {
    const hub = await createTestApp();
    const { lease } = await (
      await postJson(hub.app, "/register", { ...server1, lease: {} })
    ).json();
    const get = (etag?: string) =>
      hub.app.request("/servers", { headers: etag === undefined ? {} : { "if-none-match": etag } });
    const etag = (await get()).headers.get("etag") ?? "";
    hub.clock.advance(3_000);
    await hub.app.request(`/leases/${lease.id}`, { method: "PUT" });
    const unchanged = await get(etag);
    expect(unchanged.status).toBe(304);
    expect(await unchanged.text()).toBe("");
    expect((await get(`W/${etag}`)).status).toBe(304);
    await postJson(hub.app, "/register", {
      ...server1,
      name: "Another",
      endpoint: "http://localhost:9/mcp",
    });
    expect((await get(etag)).status).toBe(200);
  });
});

describe("one server", () => {
  test("has its instances with lease and probe, and 404 is a problem, also for a browser", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", { ...server1, lease: {} });
    await offer(hub, "mcp-server-1", [tool("greet1", "Says hello")]);
    const detail = await (await hub.app.request("/servers/mcp-server-1")).json();
    expect(detail).toMatchObject({
      status: "up",
      capabilities: { tools: 1, resources: 1, era: "modern", protocolVersion: "2026-07-28" },
      serverInfo: { name: "x" },
      instances: [
        {
          status: "up",
          lease: { ttlMs: 30_000, isLost: false },
          probe: { ok: true, latencyMs: 3, failures: 0, serverName: "answering name" },
          registeredAt: "2026-11-23T12:00:00.000Z",
        },
      ],
    });
    const missing = await hub.app.request("/servers/nobody", { headers: { accept: "text/html" } });
    expect(missing.status).toBe(404);
    expect(missing.headers.get("content-type")).toBe("application/problem+json");
  });

  test("tools, resources and prompts are as the server described them, with their hashes", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    expect(await (await hub.app.request("/servers/mcp-server-1/tools")).json()).toEqual({
      snapshot: null,
      tools: [],
      hashes: {},
    });
    await offer(hub, "mcp-server-1", [{ ...tool("greet1", "Says hello"), "x-unknown": [1] }]);
    const answer = await (await hub.app.request("/servers/mcp-server-1/tools")).json();
    expect(answer).toMatchObject({
      tools: [{ ...tool("greet1", "Says hello"), "x-unknown": [1] }],
      hashes: { greet1: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await (await hub.app.request("/servers/mcp-server-1/resources")).json()).toMatchObject({
      resources: [{ uri: "file:///a" }],
      resourceTemplates: [],
    });
    expect(await (await hub.app.request("/servers/mcp-server-1/prompts")).json()).toMatchObject({
      prompts: [],
    });
    expect((await hub.app.request("/servers/nobody/tools")).status).toBe(404);
  });

  test("the history of changes has each definition before and after, newest first, in pages", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    await offer(hub, "mcp-server-1", [tool("a", "one")]);
    await offer(hub, "mcp-server-1", [tool("a", "two"), tool("b", "new")]);
    await offer(hub, "mcp-server-1", [tool("b", "new")]);
    const page = await (await hub.app.request("/servers/mcp-server-1/changes?limit=2")).json();
    expect(
      page.changes.map((one) => one.items.map((item) => `${item.change} ${item.key}`)),
    ).toEqual([["removed a"], ["changed a", "added b"]]);
    expect(page.changes[1]?.items[0]).toMatchObject({
      before: { description: "one" },
      after: { description: "two" },
    });
    const rest = await (
      await hub.app.request(`/servers/mcp-server-1/changes?cursor=${page.nextCursor}`)
    ).json();
    expect(rest.changes).toHaveLength(1);
    expect(rest.nextCursor).toBeUndefined();
  });

  test("probe now answers with what came of it", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    const failed = await (
      await hub.app.request("/servers/mcp-server-1/probe", { method: "POST" })
    ).json();
    expect(failed.instances[0]).toMatchObject({
      problem: { code: "NOTHING_LISTENS", fix: "Start the server." },
    });
    hub.alive.add(server1.endpoint);
    expect(
      await (await hub.app.request("/servers/mcp-server-1/probe", { method: "POST" })).json(),
    ).toMatchObject({ status: "up" });
    expect((await hub.app.request("/servers/nobody/probe", { method: "POST" })).status).toBe(404);
  });
});

describe("GET /tools", () => {
  test("finds tools of all servers by name and description, tells them apart by parameters, the best first", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    await postJson(hub.app, "/register", {
      ...server1,
      name: "Mail",
      endpoint: "http://localhost:9/mcp",
    });
    await offer(hub, "mcp-server-1", [
      tool("get_weather", "Forecast for a city", { city: {} }),
      tool("listAlerts", "Severe alerts"),
    ]);
    await offer(hub, "mail", [tool("send_mail", "Sends a message", { recipient: {} })]);
    const names = async (q: string) =>
      (await (await hub.app.request(`/tools?q=${encodeURIComponent(q)}`)).json()).tools.map(
        (one: { name: string }) => one.name,
      );
    expect((await names("weather"))[0]).toBe("get_weather");
    expect((await names("alerts"))[0]).toBe("listAlerts");
    expect((await names("message recipient"))[0]).toBe("send_mail");
    expect(await names("recipient")).toEqual([]);
    expect((await names("forecast city"))[0]).toBe("get_weather");
    expect(await names("zzzzzz")).toEqual([]);
    await offer(hub, "mail", [tool("send_letter", "By post")]);
    expect((await names("letter"))[0]).toBe("send_letter");
  });

  test("without words it lists every tool in pages", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    await offer(
      hub,
      "mcp-server-1",
      Array.from({ length: 5 }, (_, index) => tool(`t${index}`, "")),
    );
    const first = await (await hub.app.request("/tools?limit=3")).json();
    const second = await (
      await hub.app.request(`/tools?limit=3&cursor=${first.nextCursor}`)
    ).json();
    expect([...first.tools, ...second.tools].map((one) => one.name)).toEqual([
      "t0",
      "t1",
      "t2",
      "t3",
      "t4",
    ]);
    expect(second.nextCursor).toBeUndefined();
  });

  test("a page of the list is not disturbed by tools that come and go; a cursor of another kind is refused", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    await offer(hub, "mcp-server-1", [tool("a", ""), tool("b", ""), tool("c", "")]);
    const first = await (await hub.app.request("/tools?limit=2")).json();
    await offer(hub, "mcp-server-1", [tool("aa", ""), tool("b", ""), tool("c", ""), tool("d", "")]);
    const second = await (
      await hub.app.request(`/tools?limit=2&cursor=${first.nextCursor}`)
    ).json();
    expect(second.tools.map((one) => one.name)).toEqual(["c", "d"]);
    for (const query of [`q=a&cursor=${first.nextCursor}`, "cursor=garbage", "cursor=MQ"]) {
      expect((await hub.app.request(`/tools?${query}`)).status).toBe(400);
    }
  });
});
