import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebUi } from "../src/api/web-ui.js";
import { createTestApp, postJson, server1 } from "./support/test-app.js";

let folder = "";
let webUi: WebUi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcp-hub-ui-"));
  const asset = async (path: string, name: string, type: string, text: string) => {
    const file = pathToFileURL(join(folder, name));
    const gzipFile = pathToFileURL(join(folder, `${name}.gz`));
    await writeFile(file, text);
    await writeFile(gzipFile, gzipSync(text));
    return { path, type, file, gzipFile, isImmutable: path.includes("/assets/") };
  };
  webUi = {
    page: await asset("/ui/index.html", "index.html", "text/html; charset=utf-8", "<p>page</p>"),
    pagePaths: ["/", "/ui/servers/:id"],
    unknownPaths: "/ui/*",
    assets: [
      await asset("/ui/assets/a-1.js", "a-1.js", "text/javascript; charset=utf-8", "run()"),
      await asset("/ui/icon.svg", "icon.svg", "image/svg+xml", "<svg/>"),
    ],
  };
});
afterAll(() => rm(folder, { recursive: true }));

const browser = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

describe("the web UI", () => {
  test("a browser gets the page under a policy without inline code or another host", async () => {
    const { app } = await createTestApp({ webUi });
    for (const path of ["/", "/ui/servers/weather"]) {
      const response = await app.request(path, browser);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe("<p>page</p>");
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    }
  });

  test("a slash too many leads to the page without it, on this host only", async () => {
    const { app } = await createTestApp({ webUi });
    const leads = async (path: string) => {
      const { status, headers } = await app.request(path, browser);
      return [status, headers.get("location")];
    };
    expect(await leads("/ui/")).toEqual([302, "/ui"]);
    expect(await leads("/ui/servers/weather/?tab=calls")).toEqual([
      302,
      "/ui/servers/weather?tab=calls",
    ]);
    expect(await leads("/ui//elsewhere.example//")).toEqual([302, "/ui//elsewhere.example"]);
  });

  test("a program that asks for / still gets the signpost in JSON, and /servers stays the API", async () => {
    const { app } = await createTestApp({ webUi });
    expect(await (await app.request("/")).json()).toMatchObject({ name: "MCP Hub" });
    expect(await (await app.request("/servers", browser)).json()).toEqual({ servers: [] });
  });

  test("what is named by its content is kept for ever, the rest is asked for again", async () => {
    const { app } = await createTestApp({ webUi });
    const script = await app.request("/ui/assets/a-1.js");
    expect(script.headers.get("cache-control")).toContain("immutable");
    expect(script.headers.get("content-type")).toContain("text/javascript");
    expect(await script.text()).toBe("run()");
    const icon = await app.request("/ui/icon.svg");
    expect(icon.headers.get("cache-control")).toBe("no-cache");
    const packed = await app.request("/ui/assets/a-1.js", {
      headers: { "accept-encoding": "gzip, br" },
    });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
  });

  test("nothing but the listed files is served: 140 ways to ask for others end in 404", async () => {
    const { app } = await createTestApp({ webUi });
    const ups = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "....//", "..\\", "%5c..%5c"];
    const files = ["package.json", "etc/passwd", ".env", "hub.db", "a-1.js.gz"];
    const places = ["/ui/", "/ui/assets/", "/ui/servers/x/", "/"];
    const asked = places.flatMap((place) =>
      ups.flatMap((up) => files.map((file) => `${place}${up.repeat(4)}${file}`)),
    );
    expect(asked).toHaveLength(140);
    for (const path of [...asked, "/ui/nothing", "/ui/assets/a-1.js.gz", "/ui/manifest.json"]) {
      const response = await app.request(path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      const seen = await app.request(path, browser);
      expect([path, seen.status]).toEqual([path, 404]);
      if (seen.headers.get("content-type") !== "application/problem+json")
        expect(await seen.text()).toBe("<p>page</p>");
    }
  });

  test("a browser that asks for no page of it below /ui gets the page, which says so, with 404", async () => {
    const { app } = await createTestApp({ webUi });
    for (const path of ["/ui/nothing", "/ui/servers/a/b", "/ui/wal", "/ui/toolsets/a/b?c=d"]) {
      const response = await app.request(path, browser);
      expect([path, response.status]).toEqual([path, 404]);
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await response.text()).toBe("<p>page</p>");
    }
    expect((await app.request("/servrs", browser)).headers.get("content-type")).toBe(
      "application/problem+json",
    );
  });
});

describe("the pulse", () => {
  test("says when each server was last seen and how quickly it answered", async () => {
    const { app, clock, alive } = await createTestApp();
    await postJson(app, "/register", server1);
    await app.request("/servers/mcp-server-1/probe", { method: "POST" });
    const read = async () => (await app.request("/pulse")).json();
    // Nothing answers yet, so it was last seen when it registered.
    expect(await read()).toMatchObject({
      servers: { "mcp-server-1": { lastSeenAt: "2026-11-23T12:00:00.000Z", latenciesMs: [] } },
    });
    alive.add(server1.endpoint);
    for (let times = 0; times < 2; times += 1) {
      clock.advance(60_000);
      await app.request("/servers/mcp-server-1/probe", { method: "POST" });
    }
    expect(await read()).toMatchObject({
      at: "2026-11-23T12:02:00.000Z",
      servers: {
        "mcp-server-1": { lastSeenAt: "2026-11-23T12:02:00.000Z", latenciesMs: [1, 1] },
      },
    });
  });
});
