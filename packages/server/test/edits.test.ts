import { createSnapshot } from "@hub/core";
import { describe, expect, test } from "vitest";
import { createTestApp, postForm, postJson, server1, type TestApp } from "./support/test-app.js";

const path = "/servers/mcp-server-1";

function patch(hub: TestApp, body: unknown, headers: Record<string, string> = {}) {
  return hub.app.request(path, {
    method: "PATCH",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

async function get(hub: TestApp, at: string) {
  return (await hub.app.request(at)).json();
}

async function offer(hub: TestApp, serverId: string, ...tools: readonly string[]): Promise<void> {
  for (const task of hub.registry.takeProbes(serverId)) {
    const { endpoint, transport } = task.target;
    hub.registry.recordProbe(task, {
      ok: true,
      endpoint,
      transport,
      latencyMs: 1,
      needsToken: false,
      era: "modern",
      warnings: [],
      snapshot: createSnapshot({
        era: "modern",
        protocolVersion: "2026-07-28",
        serverInfo: { name: "x", version: "1" },
        capabilities: { tools: {} },
        tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })),
        resources: [],
        resourceTemplates: [],
        prompts: [],
      }),
    });
  }
  await hub.registry.drain();
}

describe("PATCH /servers/{id}", () => {
  test("wins over what the server says, which is still to be seen, until null takes it back", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", { ...server1, title: "Own", owner: "Dev" });
    const answer = await patch(hub, {
      title: "Better",
      tags: ["edited"],
      documentation: "https://docs.example/",
      onCall: "ops@example",
      lifecycle: "deprecated",
      replacedBy: "beta",
      callTimeoutMs: 120_000,
    });
    expect(answer.status).toBe(200);
    const shown = {
      title: "Better",
      owner: "Dev",
      tags: ["edited"],
      documentation: "https://docs.example/",
      onCall: "ops@example",
      lifecycle: "deprecated",
      replacedBy: "beta",
    };
    expect(await answer.json()).toMatchObject(shown);
    await postJson(hub.app, "/register", { ...server1, title: "Own again" });
    expect(await get(hub, path)).toMatchObject({
      ...shown,
      edits: { title: "Better", tags: ["edited"], callTimeoutMs: 120_000 },
      registered: { title: "Own again" },
    });
    expect((await get(hub, "/servers?tag=edited")).servers).toMatchObject([shown]);
    expect((await get(hub, "/servers?q=better")).servers).toHaveLength(1);
    const taken = await patch(hub, { title: null, tags: null });
    expect(await taken.json()).toMatchObject({ title: "Own again", tags: [] });
    expect(await get(hub, "/servers?tag=edited")).toEqual({ servers: [] });
  });

  test("with If-Match undoes nothing that somebody else did, whoever it was", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    const first = await hub.app.request(path);
    const etag = first.headers.get("etag") ?? "";
    expect((await first.json()).etag).toBe(etag);
    // What a heartbeat or a probe changes is no reason to refuse.
    hub.alive.add(server1.endpoint);
    await hub.app.request(`${path}/probe`, { method: "POST" });
    const changed = await patch(hub, { title: "One" }, { "if-match": etag });
    expect(changed.status).toBe(200);
    const next = changed.headers.get("etag") ?? "";
    expect(next).not.toBe(etag);
    const late = await patch(hub, { title: "Two" }, { "if-match": etag });
    expect(late.status).toBe(412);
    expect(await late.json()).toMatchObject({ code: "PRECONDITION_FAILED" });
    for (const match of [next, "*", `"x", ${next}`])
      expect((await patch(hub, { title: "One" }, { "if-match": match })).status).toBe(200);
    await hub.registry.remove("mcp-server-1");
    hub.clock.advance(1_000);
    await postJson(hub.app, "/register", { ...server1, title: "Another server" });
    await postJson(hub.app, "/register", { ...server1, title: "It says more" });
    expect((await patch(hub, { title: "Two" }, { "if-match": next })).status).toBe(412);
    expect((await get(hub, path)).edits).toBeUndefined();
  });

  test("is refused with the field, what was expected and what came, and changes nothing", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    const before = await get(hub, path);
    const cases: readonly (readonly [unknown, string, string])[] = [
      [{ title: "ok", hidden: "yes" }, "/hidden", 'true or false, got "yes"'],
      [{ callTimeoutMs: 10 }, "/callTimeoutMs", "from 100 to 900000, got 10"],
      [{ toolTimeoutsMs: { slow: 0 } }, "/toolTimeoutsMs/slow", "got 0"],
      [{ maxInFlight: 33 }, "/maxInFlight", "at most 32, as many as the hub sends to one instance"],
      [{ replacedBy: "mcp-server-1" }, "/replacedBy", "another server, got its own"],
      [{ name: "other" }, "/name", "not a field the hub knows"],
    ];
    for (const [body, pointer, detail] of cases) {
      const answer = await patch(hub, body);
      const problem = await answer.json();
      expect([answer.status, problem.code]).toEqual([400, "INVALID_REQUEST"]);
      expect(problem.errors[0]?.pointer).toBe(pointer);
      expect(JSON.stringify(problem.errors)).toContain(detail.replaceAll('"', '\\"'));
    }
    expect((await patch(hub, [])).status).toBe(400);
    expect(await get(hub, path)).toEqual(before);
    const unknown = await hub.app.request("/servers/nobody", {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(unknown.status).toBe(404);
  });
});

test("a registration that leaves things out keeps them, also as a form with empty fields; null takes them back", async () => {
  const hub = await createTestApp();
  const said = { tags: ["a", "b"], description: "What it does", owner: "Dev" };
  await postJson(hub.app, "/register", { ...server1, ...said });
  const fields = { ...server1, tags: "", description: "", owner: "", title: "From a form" };
  expect(await (await postForm(hub.app, fields)).json()).toMatchObject({
    server: { ...said, title: "From a form" },
  });
  expect(await get(hub, path)).toMatchObject({ ...said, title: "From a form" });
  const taken = { ...server1, tags: [], description: null, title: "" };
  const { server } = await (await postJson(hub.app, "/register", taken)).json();
  expect(server).toMatchObject({ tags: [], owner: "Dev" });
  for (const field of ["description", "title"]) expect(server).not.toHaveProperty(field);
});

describe("a hidden server", () => {
  test("is in no list and no search without ?hidden=true, and is still there", async () => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", { ...server1, lease: {}, tags: ["a"] });
    await offer(hub, "mcp-server-1", "greet");
    const lists = ["/servers", "/servers?q=greet", "/servers?tag=a", "/tools", "/tools?q=greet"];
    const found = async (at: string) => {
      const { servers, tools } = await get(hub, at);
      return (servers ?? tools).length;
    };
    const withHidden = (at: string) => `${at}${at.includes("?") ? "&" : "?"}hidden=true`;
    for (const at of lists) expect([at, await found(at)]).toEqual([at, 1]);
    await patch(hub, { hidden: true });
    for (const at of lists) {
      expect([at, await found(at)]).toEqual([at, 0]);
      expect([at, await found(withHidden(at))]).toEqual([at, 1]);
    }
    expect(await get(hub, "/servers?hidden=false")).toEqual({ servers: [] });
    expect((await get(hub, "/servers?hidden=true")).servers).toMatchObject([{ hidden: true }]);
    expect(await get(hub, "/pulse")).toMatchObject({ servers: {} });
    const form = await postForm(hub.app, { ...server1, name: "B", endpoint: "http://b.example" });
    expect((await form.json()).servers.map(({ id }) => id)).toEqual(["b"]);
    // Probed as before, and found by whoever knows of it.
    expect(hub.registry.takeProbes("mcp-server-1")).toHaveLength(1);
    expect(await get(hub, path)).toMatchObject({ status: "up", hidden: true });
    await patch(hub, { hidden: null });
    for (const at of lists.slice(1)) expect([at, await found(at)]).toEqual([at, 1]);
  });

  test("pages of a list that shows it show it to the end", async () => {
    const hub = await createTestApp();
    for (const name of ["A", "B", "C", "D"])
      await postJson(hub.app, "/register", {
        ...server1,
        name,
        endpoint: `http://${name}.example`,
      });
    await hub.registry.edit("c", { hidden: true });
    const walk = async (query: string) => {
      const ids: string[] = [];
      for (let at = `/servers?limit=1${query}`; ; ) {
        const { servers, nextCursor } = await get(hub, at);
        ids.push(...servers.map(({ id }) => id));
        if (nextCursor === undefined) return ids;
        at = `/servers?cursor=${nextCursor}`;
      }
    };
    expect(await walk("")).toEqual(["a", "b", "d"]);
    expect(await walk("&hidden=true")).toEqual(["a", "b", "c", "d"]);
  });

  test("a word that is neither true nor false is refused", async () => {
    const { app } = await createTestApp();
    for (const at of ["/servers?hidden=1", "/tools?hidden=yes", "/pulse?hidden="])
      expect((await app.request(at)).status).toBe(400);
  });
});

describe("DELETE /servers/{id}?force=true", () => {
  test("removes what is alive without proof, tells of it, and lets it register again", async () => {
    const hub = await createTestApp();
    const { lease } = await (
      await postJson(hub.app, "/register", { ...server1, lease: {} })
    ).json();
    await patch(hub, { title: "Better" });
    const refused = await hub.app.request(path, { method: "DELETE" });
    expect(refused.status).toBe(403);
    expect((await refused.json()).detail).toContain("?force=true");
    for (const query of ["?force=false", "?force=1", "?forced=true"])
      expect((await hub.app.request(`${path}${query}`, { method: "DELETE" })).status).not.toBe(204);
    const removed = await hub.app.request(`${path}?force=true`, { method: "DELETE" });
    expect(removed.status).toBe(204);
    expect((await hub.app.request(path)).status).toBe(404);
    const { events } = (await get(hub, "/events?limit=2")) as unknown as {
      readonly events: readonly object[];
    }; // as its description says
    expect(events).toMatchObject([
      { kind: "forgotten", reason: "removed", isForced: true },
      { kind: "deregistered", reason: "removed", isForced: true },
    ]);
    const beat = await hub.app.request(`/leases/${lease.id}`, { method: "PUT" });
    expect(beat.status).toBe(404);
    const again = await postJson(hub.app, "/register", { ...server1, lease: {} });
    expect(again.status).toBe(201);
    expect(await get(hub, path)).not.toHaveProperty("edits");
    expect((await hub.app.request("/servers/nobody?force=true", { method: "DELETE" })).status).toBe(
      404,
    );
  });
});

describe("a second name for one endpoint", () => {
  const spellings = [
    server1.endpoint,
    "http://127.0.0.1:8002/mcp",
    "http://[::1]:8002/mcp/",
    "http://LOCALHOST:8002/mcp//",
  ];

  test.each(spellings)("is a warning on both, spelt %s", async (endpoint) => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    expect((await get(hub, path)).warnings).toEqual([]);
    const second = await (
      await postJson(hub.app, "/register", { ...server1, name: "Second", endpoint })
    ).json();
    expect(second.warnings.join()).toContain('as "MCP Server 1" (mcp-server-1) too');
    expect((await get(hub, "/servers/second")).warnings.join()).toContain("mcp-server-1");
    expect((await get(hub, path)).warnings.join()).toContain('as "Second" (second) too');
    await patch(hub, { hidden: true });
    expect((await get(hub, "/servers/second")).warnings).toEqual([]);
    await patch(hub, { hidden: null });
    await hub.app.request("/servers/second?force=true", { method: "DELETE" });
    expect((await get(hub, path)).warnings).toEqual([]);
  });

  test.each([
    "http://localhost:8003/mcp",
    "http://localhost:8002/other",
    "https://localhost:8002/mcp",
    "http://localhost:8002/mcp?tenant=2",
  ])("another endpoint is none: %s", async (endpoint) => {
    const hub = await createTestApp();
    await postJson(hub.app, "/register", server1);
    const second = await postJson(hub.app, "/register", { ...server1, name: "Second", endpoint });
    expect((await second.json()).warnings).toEqual([]);
    expect((await get(hub, path)).warnings).toEqual([]);
  });
});

describe("GET /tools", () => {
  test("says where and how each server is, and takes states of servers", async () => {
    const hub = await createTestApp();
    for (const name of ["One", "Two"]) {
      const endpoint = `http://${name.toLowerCase()}.example/mcp`;
      await postJson(hub.app, "/register", { ...server1, name, endpoint });
      await offer(hub, name.toLowerCase(), "greet");
    }
    for (let failures = 0; failures < 3; failures += 1)
      await hub.app.request("/servers/two/probe", { method: "POST" });
    const statuses = async (at: string) =>
      (await get(hub, at)).tools.map(({ serverId, serverStatus, serverEndpoint }) => [
        serverId,
        serverStatus,
        serverEndpoint,
      ]);
    const one = ["one", "up", "http://one.example/mcp"];
    const two = ["two", "unreachable", "http://two.example/mcp"];
    for (const base of ["/tools?", "/tools?q=greet&"]) {
      expect(await statuses(base)).toEqual([one, two]);
      expect(await statuses(`${base}status=up`)).toEqual([one]);
      expect(await statuses(`${base}status=unreachable&limit=1`)).toEqual([two]);
      expect(await statuses(`${base}status=up,unreachable`)).toEqual([one, two]);
      expect(await statuses(`${base}status=up&status=unreachable`)).toEqual([one, two]);
      expect(await statuses(`${base}status=down`)).toEqual([]);
      expect((await hub.app.request(`${base}status=fine`)).status).toBe(400);
    }
  });
});
