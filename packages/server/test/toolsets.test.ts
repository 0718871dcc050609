import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolsetList, ToolsetView } from "@hub/api";
import { describe, expect, test } from "vitest";
import { openSqliteStore } from "../../store-sqlite/src/open-sqlite-store.js";
import { createTestApp, postJson, server1, type TestApp } from "./support/test-app.js";

/** What an answer about toolsets may hold; a test reads what its own answer has. */
type Answer = ToolsetView &
  ToolsetList & {
    readonly code: string;
    readonly detail: string;
    readonly holder: unknown;
    readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  };

function client({ app }: Pick<TestApp, "app">) {
  async function ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) {
    const response = await app.request(path, {
      method,
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // The test says what it expects in it.
    const json = (text === "" ? {} : JSON.parse(text)) as Answer;
    const etag = response.headers.get("etag") ?? "";
    return { status: response.status, headers: response.headers, json, etag };
  }
  return {
    list: () => ask("GET", "/toolsets"),
    make: (body: unknown) => ask("POST", "/toolsets", body),
    read: (id: string) => ask("GET", `/toolsets/${id}`),
    put: (id: string, body: unknown, headers?: Record<string, string>) =>
      ask("PUT", `/toolsets/${id}`, body, headers),
    remove: (id: string, headers?: Record<string, string>) =>
      ask("DELETE", `/toolsets/${id}`, undefined, headers),
  };
}

const newClient = async () => client(await createTestApp());

const plain = {
  id: "support-desk",
  name: "Support Desk",
  servers: [],
  tags: [],
  deny: [],
  overrides: {},
  prefix: "always",
  mode: "all",
  revision: 1,
  createdAt: "2026-11-23T12:00:00.000Z",
  updatedAt: "2026-11-23T12:00:00.000Z",
  url: "/toolsets/support-desk/mcp",
  unknownServers: [],
};

describe("making toolsets", () => {
  test("a name is enough, and the answer says where it is", async () => {
    const toolsets = await newClient();
    const made = await toolsets.make({ name: "Support Desk" });
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe("/toolsets/support-desk");
    expect(made.json).toEqual(plain);
    const read = await toolsets.read("support-desk");
    expect(read.status).toBe(200);
    expect(read.json).toEqual(plain);
    expect(read.etag).toBe(made.etag);
    expect((await toolsets.list()).json).toEqual({ toolsets: [plain] });
  });

  test("there are none at first, and the list is ordered by id", async () => {
    const toolsets = await newClient();
    expect((await toolsets.list()).json).toEqual({ toolsets: [] });
    for (const id of ["c", "a", "b"]) await toolsets.make({ name: `Toolset ${id}`, id });
    expect((await toolsets.list()).json.toolsets.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  test("servers may come later, and until then the answer names them", async () => {
    const world = await createTestApp();
    const toolsets = client(world);
    await postJson(world.app, "/register", server1);
    const made = await toolsets.make({
      name: "Desk",
      servers: ["mcp-server-1", "mail"],
      allow: ["mcp-server-1/*", "crm/find/all"],
      deny: ["mail/reset"],
      overrides: { "wiki/read": { title: "Read" } },
    });
    expect(made.status).toBe(201);
    expect(made.json.unknownServers).toEqual(["mail", "crm", "wiki"]);
    await postJson(world.app, "/register", {
      ...server1,
      name: "Mail",
      endpoint: "http://localhost:8003/mcp",
    });
    const later = await toolsets.read("desk");
    expect(later.json.unknownServers).toEqual(["crm", "wiki"]);
    expect(later.etag).toBe(made.etag);
  });

  test("what of calls is repeated is absent until it is said, and one of two", async () => {
    const toolsets = await newClient();
    const made = await toolsets.make({ name: "Support Desk", repeat: "safe" });
    expect(made.json).toEqual({ ...plain, repeat: "safe" });
    const { json } = await toolsets.put("support-desk", { ...made.json, repeat: "often" });
    expect(json.errors).toEqual([
      { pointer: "/repeat", detail: 'must be "asked" or "safe", got "often"' },
    ]);
    expect((await toolsets.put("support-desk", { name: "Support Desk" })).json).not.toHaveProperty(
      "repeat",
    );
  });

  test("a second one under the same id or name is refused, and the holder is named", async () => {
    const toolsets = await newClient();
    await toolsets.make({ name: "Support Desk" });
    for (const body of [{ name: "support desk" }, { name: "Other", id: "support-desk" }]) {
      const refused = await toolsets.make(body);
      expect(refused.status).toBe(409);
      expect(refused.json.code).toBe("TOOLSET_TAKEN");
      expect(refused.json.holder).toEqual({ id: "support-desk", name: "Support Desk" });
    }
  });

  test("what is wrong is said with its place, all at once", async () => {
    const toolsets = await newClient();
    const refused = await toolsets.make({
      id: "Desk",
      servers: ["My Mail"],
      overrides: { "mail/send": { name: "no spaces please" } },
      tools: [],
    });
    expect(refused.status).toBe(400);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.json.code).toBe("INVALID_REQUEST");
    expect(refused.json.errors.map(({ pointer }) => pointer).sort()).toEqual([
      "/id",
      "/name",
      "/overrides/mail~1send/name",
      "/servers/0",
      "/tools",
    ]);
    expect((await toolsets.list()).json.toolsets).toEqual([]);
  });

  test("bodies of other kinds, broken ones and large ones are refused by name", async () => {
    const { app } = await createTestApp();
    const post = (body: string, type = "application/json") =>
      app.request("/toolsets", { method: "POST", headers: { "content-type": type }, body });
    expect((await post("name=Desk", "application/x-www-form-urlencoded")).status).toBe(415);
    expect((await post("{")).status).toBe(400);
    expect((await post("[]")).status).toBe(400);
    expect((await post('{"name":"Desk","__proto__":{}}')).status).toBe(400);
    expect((await post(`{"name":"${"x".repeat(70_000)}"}`)).status).toBe(413);
  });

  test("other methods are refused with those that work", async () => {
    const { app } = await createTestApp();
    const patched = await app.request("/toolsets/desk", { method: "PATCH" });
    expect(patched.status).toBe(405);
    expect(patched.headers.get("allow")).toBe("DELETE, GET, PUT");
  });
});

describe("changing toolsets", () => {
  test("a put says everything anew; the id and the birth stay", async () => {
    const world = await createTestApp();
    const toolsets = client(world);
    const made = await toolsets.make({ name: "Support Desk", description: "Old.", allow: ["a/b"] });
    world.clock.advance(60_000);
    const changed = await toolsets.put("support-desk", { name: "Counter", mode: "search" });
    expect(changed.status).toBe(200);
    expect(changed.json).toEqual({
      ...plain,
      name: "Counter",
      mode: "search",
      revision: changed.json.revision,
      updatedAt: "2026-11-23T12:01:00.000Z",
    });
    expect(changed.json.revision).toBeGreaterThan(made.json.revision);
    expect((await toolsets.read("support-desk")).json).toEqual(changed.json);
  });

  test("an answer can be edited and sent back as it is", async () => {
    const toolsets = await newClient();
    const { json, etag } = await toolsets.make({ name: "Support Desk" });
    const same = await toolsets.put("support-desk", json);
    expect(same.status).toBe(200);
    expect(same.etag).toBe(etag);
    const edited = await toolsets.put("support-desk", { ...json, tags: ["safe"] });
    expect(edited.json.tags).toEqual(["safe"]);
    expect(edited.etag).not.toBe(etag);
  });

  test("an id never changes", async () => {
    const toolsets = await newClient();
    await toolsets.make({ name: "Desk" });
    const refused = await toolsets.put("desk", { id: "counter", name: "Desk" });
    expect(refused.status).toBe(400);
    expect(refused.json.errors[0]?.pointer).toBe("/id");
  });

  test("with If-Match, only what its sender has seen is changed", async () => {
    const toolsets = await newClient();
    const { etag } = await toolsets.make({ name: "Desk" });
    const first = await toolsets.put("desk", { name: "One" }, { "if-match": etag });
    expect(first.status).toBe(200);
    for (const stale of [etag, `W/${first.etag}`, "1", ""]) {
      const late = await toolsets.put("desk", { name: "Two" }, { "if-match": stale });
      expect(late.status).toBe(412);
      expect(late.json.code).toBe("PRECONDITION_FAILED");
      expect(late.json.detail).toContain(first.etag);
    }
    expect((await toolsets.remove("desk", { "if-match": etag })).status).toBe(412);
    expect((await toolsets.read("desk")).json.name).toBe("One");
    const listed = { "if-match": `"other", ${first.etag}` };
    expect((await toolsets.put("desk", { name: "Two" }, listed)).status).toBe(200);
    expect((await toolsets.put("desk", { name: "Three" }, { "if-match": "*" })).status).toBe(200);
  });

  test("of two who saw the same, one changes it", async () => {
    const toolsets = await newClient();
    const { etag } = await toolsets.make({ name: "Desk" });
    const answers = await Promise.all(
      ["One", "Two"].map((name) => toolsets.put("desk", { name }, { "if-match": etag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test("a deleted one is gone, and its id is free for another with another ETag", async () => {
    const toolsets = await newClient();
    const { etag } = await toolsets.make({ name: "Desk" });
    expect((await toolsets.remove("desk", { "if-match": etag })).status).toBe(204);
    for (const answer of [
      await toolsets.read("desk"),
      await toolsets.remove("desk"),
      await toolsets.put("desk", { name: "Desk" }),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.json.code).toBe("TOOLSET_NOT_FOUND");
      expect(answer.json.detail).toContain("GET /toolsets");
    }
    expect((await toolsets.make({ name: "Desk" })).etag).not.toBe(etag);
  });

  test("toolsets survive a restart of the hub on the same file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hub-toolsets-"));
    const start = async () => {
      const store = await openSqliteStore({ file: join(folder, "hub.db") });
      const world = await createTestApp({ store, toolsetStore: store.toolsets });
      return { store, toolsets: client(world) };
    };
    try {
      const before = await start();
      await before.toolsets.make({ name: "Gone" });
      await before.toolsets.make({ name: "Desk", servers: ["mail"], deny: ["mail/reset"] });
      const kept = await before.toolsets.put("desk", { name: "Desk", allow: ["mail/*"] });
      await before.toolsets.remove("gone");
      await before.store.close();

      const after = await start();
      expect((await after.toolsets.list()).json).toEqual({ toolsets: [kept.json] });
      const matching = { "if-match": kept.etag };
      expect((await after.toolsets.put("desk", { name: "Counter" }, matching)).status).toBe(200);
      await after.store.close();
      const refused = await after.toolsets.make({ name: "Late" });
      expect(refused.status).toBe(503);
      expect(refused.json.code).toBe("STORE_UNAVAILABLE");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
