import { HubError, hubErrorCodes, MemoryStore } from "@hub/core";
import { budgetNames } from "@hub/core/limits";
import { describe, expect, test } from "vitest";
import { createTestApp, postJson, server1 } from "./support/test-app.js";

describe("operations", () => {
  test("healthz, readyz and version answer; readyz says no while the hub stops", async () => {
    const { app, stopping } = await createTestApp();
    expect(await (await app.request("/healthz")).json()).toEqual({ status: "ok" });
    expect(await (await app.request("/readyz")).json()).toEqual({
      status: "ready",
      servers: 0,
      protection: { isActive: false },
    });
    expect(await (await app.request("/version")).json()).toMatchObject({
      name: "mcp-hub",
      version: "1.2.3",
      pid: 42,
    });
    stopping.abort();
    const stoppingAnswer = await app.request("/readyz");
    expect(stoppingAnswer.status).toBe(503);
    expect(await stoppingAnswer.json()).toMatchObject({ code: "SHUTTING_DOWN" });
    expect((await app.request("/healthz")).status).toBe(200);
  });

  test("healthz?verbose says how much of each budget is in use, and what was refused", async () => {
    const { app } = await createTestApp({ budgets: { servers: 1 } });
    await postJson(app, "/register", server1);
    await postJson(app, "/register", {
      ...server1,
      name: "Other",
      endpoint: "http://localhost:9/",
    });
    const { memory, budgets } = await (await app.request("/healthz?verbose")).json();
    expect(memory.residentBytes).toBeGreaterThan(0);
    expect(budgets.map(({ name }: { name: string }) => name)).toEqual(budgetNames);
    expect(budgets.find(({ name }: { name: string }) => name === "servers")).toEqual({
      name: "servers",
      setting: "MCP_HUB_MAX_SERVERS",
      per: "hub",
      unit: "items",
      limit: 1,
      used: 1,
      refused: 1,
    });
    expect((await app.request("/healthz?verbose=perhaps")).status).toBe(400);
  });

  test("a store that cannot write answers 503 with Retry-After, reads go on, and it recovers by itself", async () => {
    const store = new MemoryStore();
    let isFull = false;
    const commit = store.commit.bind(store);
    store.commit = async (write) => {
      if (isFull)
        throw new HubError("STORE_UNAVAILABLE", "The disk is full.", { retryAfterMs: 5_000 });
      return commit(write);
    };
    const { app } = await createTestApp({ store });
    await postJson(app, "/register", server1);
    isFull = true;
    const other = { ...server1, name: "Other", endpoint: "http://localhost:9/mcp" };
    const refused = await postJson(app, "/register", other);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect((await (await app.request("/servers")).json()).servers).toHaveLength(1);
    isFull = false;
    expect((await postJson(app, "/register", other)).status).toBe(201);
  });

  test("a bug answers a bare 500 without message or stack, and the log has them", async () => {
    const store = new MemoryStore();
    store.changes = async () => {
      throw new Error("SECRET-MARK");
    };
    const { app, errors } = await createTestApp({ store });
    await postJson(app, "/register", server1);
    const response = await app.request("/servers/mcp-server-1/changes");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("SECRET-MARK");
    expect(errors).toEqual([expect.objectContaining({ message: "SECRET-MARK" })]);
  });

  test("an unknown path is a problem in JSON, never a page", async () => {
    const { app } = await createTestApp();
    for (const path of [
      "/nothing",
      "/servers/",
      "/servers/x/nothing",
      "/docs/../package.json",
      "/docs/%2e%2e/package.json",
    ]) {
      const response = await app.request(path, { headers: { accept: "text/html" } });
      expect(response.status).toBe(404);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
  });
});

describe("the API document", () => {
  test("is OpenAPI 3.1 and names every route, and every route it names exists", async () => {
    const { app } = await createTestApp();
    const document = await (await app.request("/openapi.json")).json();
    expect(document.openapi).toBe("3.1.0");
    const documented = Object.entries(document.paths as Record<string, Record<string, unknown>>)
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      )
      .sort();
    const served = app.routes
      .filter(
        (route) =>
          route.method !== "ALL" &&
          !route.path.startsWith("/docs") &&
          !["/", "/openapi.json"].includes(route.path) &&
          // Where browsers and OAuth clients are sent; no caller of the API asks for them.
          !/^\/\.well-known\/|^\/session\/./.test(route.path),
      )
      .map((route) => `${route.method} ${route.path.replace(/:(\w+)/g, "{$1}")}`)
      .sort();
    expect(documented).toEqual([...new Set(served)]);
    expect(document.paths["/register"]?.post?.requestBody.content).toHaveProperty(
      "application/x-www-form-urlencoded",
    );
    expect(document.components.schemas).toHaveProperty("ServerSummary");
  });

  test("every error it promises is a code of the catalogue", async () => {
    const { app } = await createTestApp();
    const document = await (await app.request("/openapi.json")).json();
    const promised = JSON.stringify(document).match(/\b[A-Z]+_[A-Z_]+\b/g) ?? [];
    const known = new Set<string>(hubErrorCodes);
    for (const code of promised.filter((word) =>
      /TAKEN|UNKNOWN|REFUSED|INVALID|UNAVAILABLE|FULL/.test(word),
    )) {
      // Finding codes of the probe share a few words.
      if (!["NAME_NOT_RESOLVED", "HOST_REFUSED", "CREDENTIAL_REFUSED"].includes(code))
        expect(known).toContain(code);
    }
  });

  test("the page shows it with our own files and no script from elsewhere", async () => {
    const { app } = await createTestApp();
    const page = await app.request("/docs");
    const html = await page.text();
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self';");
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(sources.length).toBeGreaterThan(2);
    for (const source of sources) {
      expect(source).toMatch(/^\/(docs\/.*|openapi\.json)?$/);
      const asset = await app.request(source);
      expect(asset.status).toBe(200);
      expect((await asset.text()).length).toBeGreaterThan(50);
    }
    expect(html).not.toMatch(/<script>|style="/);
  });
});
