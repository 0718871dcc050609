import { createSnapshot } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import { until } from "@hub/testing";
import { describe, expect, test } from "vitest";
import { createTestApp, postJson, server1, type TestApp } from "./support/test-app.js";

const kib = 1024;
const mostBytes = 64 * kib;

/** What an answer may take besides its list. */
const frame = 1_000;

async function offer(hub: TestApp, serverId: string, items: readonly JsonObject[]): Promise<void> {
  for (const task of hub.registry.takeProbes(serverId))
    hub.registry.recordProbe(task, {
      ok: true,
      endpoint: task.target.endpoint,
      transport: task.target.transport,
      latencyMs: 3,
      needsToken: false,
      warnings: [],
      snapshot: createSnapshot({
        era: "modern",
        protocolVersion: "2026-07-28",
        serverInfo: {},
        capabilities: {},
        tools: items,
        resources: items.map((item, index) => ({ ...item, uri: `file:///${index}` })),
        resourceTemplates: items.map((item, index) => ({ ...item, uriTemplate: `t/${index}` })),
        prompts: items,
      }),
    });
  await hub.registry.drain();
}

/** All pages of a list, each held to what one answer may take. */
async function pagesOf(hub: TestApp, path: string, most = mostBytes + frame) {
  const pages: Record<string, unknown>[] = [];
  let cursor: unknown = "";
  while (typeof cursor === "string") {
    const joint = path.includes("?") ? "&" : "?";
    const asked = cursor === "" ? path : `${path}${joint}cursor=${cursor}`;
    const response = await hub.app.request(asked, { headers: { accept: "application/json" } });
    expect(response.status, asked).toBe(200);
    const text = await response.text();
    expect(text.length, asked).toBeLessThanOrEqual(most);
    const page: Record<string, unknown> = JSON.parse(text);
    pages.push(page);
    cursor = page.nextCursor;
  }
  return pages;
}

const all = (pages: readonly Record<string, unknown>[], name: string) =>
  // The lists of these answers.
  pages.flatMap((page) => page[name] as readonly Record<string, unknown>[]);

describe("an answer holds no more than its budget, and the next page goes on", () => {
  const items = Array.from({ length: 90 }, (_, index) => ({
    name: `item${String(index).padStart(3, "0")}`,
    description: "é".repeat((index * 97) % 3_000),
  }));

  test("the offers of one server", async () => {
    const hub = await createTestApp({ budgets: { answerBytes: mostBytes } });
    await postJson(hub.app, "/register", server1);
    await offer(hub, "mcp-server-1", items);
    const names = items.map(({ name }) => name);
    for (const path of ["tools", "prompts"]) {
      const pages = await pagesOf(hub, `/servers/mcp-server-1/${path}`);
      expect(pages.length).toBeGreaterThan(2);
      expect(all(pages, path).map(({ name }) => name)).toEqual(names);
      const hashes = Object.assign({}, ...pages.map((page) => page.hashes));
      expect(Object.keys(hashes).sort()).toEqual(names);
    }
    const pages = await pagesOf(hub, "/servers/mcp-server-1/resources?limit=7");
    expect(all(pages, "resources")).toHaveLength(90);
    expect(all(pages, "resourceTemplates")).toHaveLength(90);
    const wrong = await hub.app.request("/servers/mcp-server-1/tools?cursor=e30");
    expect(wrong.status).toBe(400);
  });

  test("what is larger than a page is a page", async () => {
    const hub = await createTestApp({ budgets: { answerBytes: mostBytes } });
    await postJson(hub.app, "/register", server1);
    await offer(hub, "mcp-server-1", [
      { name: "a", description: "x".repeat(100_000) },
      { name: "b", description: "x" },
    ]);
    const pages = await pagesOf(hub, "/servers/mcp-server-1/tools", 110_000);
    expect(pages.map((page) => all([page], "tools").map(({ name }) => name))).toEqual([
      ["a"],
      ["b"],
    ]);
  });

  test("the tools of all servers, and found ones", async () => {
    const hub = await createTestApp({ budgets: { answerBytes: mostBytes } });
    for (const name of ["A", "B"]) {
      await postJson(hub.app, "/register", {
        ...server1,
        name,
        endpoint: `http://localhost:9/${name}`,
      });
      await offer(hub, name.toLowerCase(), items);
    }
    const listed = all(await pagesOf(hub, "/tools?limit=200"), "tools");
    expect(listed.map(({ serverId, name }) => `${serverId} ${name}`)).toEqual(
      ["a", "b"].flatMap((id) => items.map(({ name }) => `${id} ${name}`)),
    );
    const find = async () => all(await pagesOf(hub, "/tools?q=item&limit=200"), "tools");
    await until("the index to have them", async () => (await find()).length > 100);
    const found = await find();
    expect(new Set(found.map(({ serverId, name }) => `${serverId} ${name}`)).size).toBe(
      found.length,
    );
  });

  test("names longer than a request may be do not end a list", async () => {
    const hub = await createTestApp({ budgets: { answerBytes: mostBytes } });
    await postJson(hub.app, "/register", server1);
    const long = Array.from({ length: 21 }, (_, index) => ({
      name: `${"n".repeat(13_000)}${String(index).padStart(3, "0")}`,
    }));
    await offer(hub, "mcp-server-1", long);
    for (const path of ["/tools", "/servers/mcp-server-1/tools", "/servers/mcp-server-1/prompts"]) {
      const pages = await pagesOf(hub, path);
      for (const { nextCursor } of pages) expect(String(nextCursor).length).toBeLessThan(1_000);
      const names = pages.flatMap((page) => all([page], path.split("/").at(-1) ?? ""));
      expect(names.map(({ name }) => name).sort()).toEqual(long.map(({ name }) => name));
    }
  });

  test("long filters stay out of the cursor, and are then given along with it", async () => {
    const hub = await createTestApp();
    for (const name of ["A", "B"])
      await postJson(hub.app, "/register", {
        ...server1,
        name,
        endpoint: `http://localhost:9/${name}`,
      });
    const statuses = Array.from({ length: 200 }, () => "pending").join();
    const filters = `status=${statuses}`;
    const first = await (await hub.app.request(`/servers?${filters}&limit=1`)).json();
    expect(first.servers.map(({ id }) => id)).toEqual(["a"]);
    expect(first.nextCursor?.length).toBeLessThan(200);
    const next = await hub.app.request(`/servers?${filters}&cursor=${first.nextCursor}`);
    expect((await next.json()).servers.map(({ id }) => id)).toEqual(["b"]);
    const without = await hub.app.request(`/servers?cursor=${first.nextCursor}`);
    expect(without.status).toBe(400);
    expect((await without.json()).detail).toContain("Send the filters of the page before");
  });

  test("the list of servers, also without parameters and as the answer to a form", async () => {
    const hub = await createTestApp({ budgets: { answerBytes: mostBytes } });
    for (let index = 0; index < 40; index += 1)
      await postJson(hub.app, "/register", {
        ...server1,
        name: `Server ${index}`,
        endpoint: `http://localhost:${20_000 + index}/mcp`,
        metadata: { text: "x".repeat(5_000) },
      });
    const ids = all(await pagesOf(hub, "/servers"), "servers").map(({ id }) => id);
    expect(ids).toEqual(hub.registry.list().map(({ record }) => record.id));
    expect(all(await pagesOf(hub, "/servers?status=pending"), "servers")).toHaveLength(40);
    const form = await hub.app.request("/register", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...server1, name: "Form" }).toString(),
    });
    const answer = await form.json();
    expect(JSON.stringify(answer.servers).length).toBeLessThanOrEqual(mostBytes + frame);
    expect(answer.nextCursor).toBeDefined();
  });

  test("the journal and the history of one server", async () => {
    const hub = await createTestApp({
      budgets: { answerBytes: mostBytes, historyBytes: 1_024 * kib },
    });
    await postJson(hub.app, "/register", server1);
    for (let step = 0; step < 16; step += 1) {
      const marked = items.map((item) => ({ ...item, description: `${step}${item.description}` }));
      await offer(hub, "mcp-server-1", marked);
      hub.clock.advance(20_000);
    }
    const history = await pagesOf(hub, "/servers/mcp-server-1/changes?limit=200", 280_000);
    expect(all(history, "changes").length).toBeGreaterThan(3);
    expect(history.length).toBe(all(history, "changes").length);
    expect(all(history, "changes").some(({ items: some }) => Array.isArray(some))).toBe(true);
    const journal = await pagesOf(hub, "/events?limit=1000");
    const seqs = all(journal, "events").map(({ seq }) => seq);
    expect(journal.length).toBeGreaterThan(1);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => seqs.length - index));
    const use = hub.registry.lastSeq;
    expect(seqs).toHaveLength(use);
  });

  test("a definition that the history has no room for is marked, and so are items", async () => {
    const hub = await createTestApp({ budgets: { historyBytes: 64 * kib } });
    await postJson(hub.app, "/register", server1);
    const tools = (text: string) =>
      Array.from({ length: 30 }, (_, index) => ({ name: `t${index}`, description: text }));
    await offer(hub, "mcp-server-1", tools("one"));
    await offer(hub, "mcp-server-1", tools("x".repeat(20_000)));
    const [page] = await pagesOf(hub, "/servers/mcp-server-1/changes", 1_000_000);
    const [newest] = all([page ?? {}], "changes");
    expect(newest?.items).toContainEqual({
      change: "changed",
      kind: "tools",
      key: "t29",
      isCut: true,
    });
    await offer(hub, "mcp-server-1", [
      ...Array.from({ length: 400 }, (_, index) => ({ name: `${index}${"y".repeat(100)}` })),
    ]);
    const [next] = await pagesOf(hub, "/servers/mcp-server-1/changes", 1_000_000);
    expect(all([next ?? {}], "changes")[0]?.omitted).toBeGreaterThan(0);
  });
});

describe("a server that flaps", () => {
  test("is shown as such in the list, on its own, and as an event, with since when and how often", async () => {
    const hub = await createTestApp();
    // One more than each server may make at any time.
    const changes = 21;
    await postJson(hub.app, "/register", server1);
    for (let step = 0; step < changes; step += 1)
      await offer(hub, "mcp-server-1", [{ name: `tool${step}` }]);
    const list = await (await hub.app.request("/servers")).json();
    const shown = { since: "2026-11-23T12:00:00.000Z", changes };
    expect(list.servers[0]?.flapping).toEqual(shown);
    const detail = await (await hub.app.request("/servers/mcp-server-1")).json();
    expect(detail.flapping).toEqual(shown);
    expect(detail.warnings.join()).toContain(`${changes} times since 2026-11-23T12:00:00.000Z`);
    const journal = await hub.app.request("/events?limit=100");
    const { events } = await journal.json();
    const told = events.filter((event) => "flapping" in event);
    expect(told).toMatchObject([
      { kind: "capabilities-changed", flapping: { ...shown, state: "began" } },
    ]);
  });
});
