import { describe, expect, test } from "vitest";
import { createTestApp, postForm, server1 } from "./support/test-app.js";

const routes: readonly (readonly [string, string])[] = [
  ["GET", "/"],
  ["GET", "/servers"],
  ["GET", "/servers/x"],
  ["GET", "/events?limit=1"],
  ["GET", "/openapi.json"],
  ["GET", "/docs"],
  ["GET", "/docs/swagger-ui.css"],
  ["GET", "/healthz"],
  ["GET", "/nothing"],
  ["GET", "/%2Fservers"],
  ["GET", "//servers"],
  ["POST", "/register"],
  ["PUT", "/leases/x"],
  ["DELETE", "/leases/x"],
  ["DELETE", "/servers/x"],
  ["POST", "/diagnose"],
];

describe("the guard", () => {
  test.each([
    "evil.example",
    "evil.example:8001",
    "localhost.evil.example",
    "127.0.0.1.nip.io",
    "foo.localhost",
    "[::2]",
    "0.0.0.0",
    "a b",
    "localhost, evil.example",
  ])("the host %s is refused on every route", async (host) => {
    const { app } = await createTestApp();
    for (const [method, path] of routes) {
      const response = await app.request(`http://localhost${path}`, { method, headers: { host } });
      expect([method, path, response.status]).toEqual([method, path, 403]);
      expect(await response.json()).toMatchObject({ code: "HOST_REFUSED" });
    }
  });

  test.each([
    "localhost",
    "localhost:8001",
    "LOCALHOST:8001",
    "localhost.",
    "127.0.0.1:9",
    "[::1]:8001",
    "hub.internal",
  ])("the host %s is ours", async (host) => {
    const { app } = await createTestApp();
    expect((await app.request("/servers", { headers: { host } })).status).toBe(200);
  });

  test("15 foreign origins cannot post any kind of body, and nothing is registered", async () => {
    const { app } = await createTestApp();
    const origins = [
      "null",
      "http://evil.example",
      "https://evil.example",
      "http://localhost",
      "http://localhost:3000",
      "http://localhost:80010",
      "http://127.0.0.1:8001",
      "http://localhost:8001.evil.example",
      "http://localhost:8001@evil.example",
      "http://evil.example:8001",
      "file://",
      "chrome-extension://abc",
      "http://localhost:8001/",
      "http://localhost:8001, http://localhost:8001",
      "https://tools.example.evil.example",
    ];
    const bodies: readonly (readonly [string, string])[] = [
      ["application/x-www-form-urlencoded", new URLSearchParams(server1).toString()],
      ["application/json", JSON.stringify(server1)],
      ["text/plain", JSON.stringify(server1)],
      [
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n',
      ],
      ["application/octet-stream", "x"],
    ];
    for (const origin of origins) {
      for (const [type, body] of bodies) {
        const response = await app.request("http://localhost:8001/register", {
          method: "POST",
          headers: { host: "localhost:8001", origin, "content-type": type },
          body,
        });
        expect([origin, response.status]).toEqual([origin, 403]);
      }
    }
    expect((await (await app.request("/servers")).json()).servers).toEqual([]);
  });

  test("a page of the hub itself, an allowed origin, and a program without headers may post", async () => {
    const { app } = await createTestApp();
    const send = (headers: Record<string, string>) =>
      postForm(app, server1, { host: "localhost:8001", ...headers });
    expect((await send({})).status).toBe(201);
    expect(
      (await send({ origin: "http://localhost:8001", "sec-fetch-site": "same-origin" })).status,
    ).toBe(200);
    expect(
      (await send({ origin: "https://tools.example", "sec-fetch-site": "cross-site" })).status,
    ).toBe(200);
  });

  test("a page of another site that names no origin is known by Sec-Fetch-Site; reading by link stays possible", async () => {
    const { app } = await createTestApp();
    for (const site of ["cross-site", "same-site"]) {
      expect((await postForm(app, server1, { "sec-fetch-site": site })).status).toBe(403);
      expect((await app.request("/docs", { headers: { "sec-fetch-site": site } })).status).toBe(
        200,
      );
    }
    expect((await postForm(app, server1, { "sec-fetch-site": "none" })).status).toBe(201);
  });

  test("no origin gets CORS headers but one allowed by name, never with credentials", async () => {
    const { app } = await createTestApp();
    const preflight = (origin: string) =>
      app.request("/servers", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "GET" },
      });
    expect(
      (await preflight("http://evil.example")).headers.get("access-control-allow-origin"),
    ).toBeNull();
    const allowed = await preflight("https://tools.example");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://tools.example");
    expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
    const read = await app.request("/servers", { headers: { origin: "https://tools.example" } });
    expect(read.headers.get("access-control-allow-origin")).toBe("https://tools.example");
    expect(read.headers.get("vary")).toContain("Origin");
    const own = await app.request("/servers");
    expect(own.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("only POST, PUT and DELETE change anything; a method override is ignored", async () => {
    const { app } = await createTestApp();
    const query = new URLSearchParams(server1).toString();
    const got = await app.request(`/register?${query}`);
    expect(got.status).toBe(405);
    expect(got.headers.get("allow")).toBe("POST");
    await app.request(`/register?${query}&_method=POST`, {
      headers: { "x-http-method-override": "POST" },
    });
    expect((await (await app.request("/servers")).json()).servers).toEqual([]);
  });

  test("a request that came back to its own hub goes no further", async () => {
    const { app } = await createTestApp();
    const via = (text: string) => app.request("/servers", { headers: { "mcp-hub-via": text } });
    expect((await via("other-hub")).status).toBe(200);
    expect((await via("other-hub, test-hub")).status).toBe(422);
  });

  test("every answer carries the headers that keep browsers strict", async () => {
    const { app } = await createTestApp();
    for (const [method, path] of routes) {
      const { headers } = await app.request(path, { method });
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    }
  });
});
