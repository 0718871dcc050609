import { request } from "node:http";
import { HubError, MemoryStore } from "@hub/core";
import type { Principal } from "@hub/core/access";
import { closeAll, closeLater, knownTokens, ModernClient, TestHub } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { type AccessOptions, invalidCredential, startHub } from "../src/index.js";
import { createTestApp } from "./support/test-app.js";

afterEach(closeAll);

const access = knownTokens({
  reader: [{ action: "read" }],
  server: [{ action: "register" }],
  agent: [{ action: "call", servers: ["tides"] }],
  admin: [{ action: "admin" }],
});
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** `Authorization` twice, which `fetch` cannot send. */
function statusOf(url: string, headers: [string, string][]): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: ["host", new URL(url).host, ...headers.flat()] }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("a hub that knows credentials", () => {
  test("answers whoever brings none what is public, and asks for one everywhere else", async () => {
    const { app } = await createTestApp({ access });
    for (const path of ["/healthz", "/version", "/", "/clients/mcp_hub.py"])
      expect((await app.request(path)).status).toBe(200);
    for (const path of ["/servers", "/events", "/docs", "/openapi.json", "/nothing", "//servers"]) {
      const answer = await app.request(path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="mcp-hub"');
      expect(await answer.json()).toMatchObject({
        code: "UNAUTHENTICATED",
        credential: "missing",
      });
    }
  });

  test("lets in whose grants have the action of a route, and says to others which one is missing", async () => {
    const { app } = await createTestApp({ access });
    expect((await app.request("/servers", bearer("reader"))).status).toBe(200);
    expect((await app.request("/servers", bearer("agent"))).status).toBe(200);
    expect((await app.request("/nothing", bearer("server"))).status).toBe(404);
    const refused = await app.request("/servers", bearer("server"));
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toBe(
      'Bearer realm="mcp-hub", error="insufficient_scope", scope="hub:read"',
    );
    expect(await refused.json()).toMatchObject({ code: "INSUFFICIENT_SCOPE", scope: "hub:read" });
    const post = { method: "POST", ...bearer("reader") };
    expect((await app.request("/register", post)).status).toBe(403);
    expect((await app.request("/toolsets", post)).status).toBe(403);
  });

  test.each([
    ["an unknown token", { authorization: "Bearer nobody" }],
    ["another scheme", { authorization: "Basic cmVhZGVyOg==" }],
    ["no scheme", { authorization: "reader" }],
    ["an empty token", { authorization: "Bearer " }],
    ["two tokens", { authorization: "Bearer reader, Bearer reader" }],
    ["an empty header", { authorization: "" }],
  ])("refuses %s, on what is public too", async (_, headers) => {
    const { app } = await createTestApp({ access });
    for (const path of ["/servers", "/healthz", "/"]) {
      const answer = await app.request(path, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain('error="invalid_token"');
    }
  });

  test("takes the scheme in any case, and no token from a URL", async () => {
    const { app } = await createTestApp({ access });
    const shouted = { headers: { authorization: "BEARER   reader" } };
    expect((await app.request("/servers", shouted)).status).toBe(200);
    for (const query of [
      "access_token=reader",
      "q=1&access%5Ftoken=reader",
      "%61ccess_token=reader",
    ])
      expect((await app.request(`/servers?${query}`, bearer("reader"))).status).toBe(401);
  });

  test("speaks JSON-RPC at its MCP endpoints", async () => {
    const hub = await TestHub.start({ access, token: "admin" });
    for (const path of ["/mcp", "/servers/tides/mcp", "/toolsets/any/mcp", "/mcp/", "/sse"]) {
      const none = await new ModernClient(hub.url, { path }).send("tools/list").done;
      expect(none.status).toBe(401);
      expect(none.headers["www-authenticate"]).toBe('Bearer realm="mcp-hub"');
      expect(none.response).toMatchObject({
        id: null,
        error: { code: -31_030, data: { hubError: "UNAUTHENTICATED" } },
      });
      const reader = await new ModernClient(hub.url, { path, token: "reader" }).send("tools/list")
        .done;
      expect(reader.status).toBe(403);
      expect(reader.headers["www-authenticate"]).toContain('scope="hub:call"');
      expect(reader.response.error?.code).toBe(-31_031);
    }
    const agent = await new ModernClient(hub.url, { token: "agent" }).ask("tools/list");
    expect(agent.result).toBeDefined();
    expect(await hub.rest("GET", "/servers")).toMatchObject({ servers: [] });
  });

  test("does not overlook a second credential", async () => {
    const hub = await TestHub.start({ access });
    for (const path of ["/servers", "/mcp"]) {
      const twice: [string, string][] = [
        ["authorization", "Bearer agent"],
        ["authorization", "Bearer nobody"],
      ];
      expect(await statusOf(`${hub.url}${path}`, twice)).toBe(401);
    }
  });
});

describe("the gate", () => {
  const later: Principal = { kind: "person", id: "later", grants: [{ action: "call" }] };
  const chain = (isConfigured = true): AccessOptions => ({
    authenticators: [
      {
        isConfigured,
        authenticate: async (_, bearer) => {
          if (bearer === "broken") throw new Error("The issuer's keys are no JSON.");
          return bearer === "spent" ? invalidCredential("This token has expired.") : undefined;
        },
      },
      {
        isConfigured: false,
        authenticate: (head, bearer) =>
          bearer === "late" || head.header("cookie") === "session=1" ? later : undefined,
      },
    ],
    challengeParameters: ({ target }) => ({ resource_metadata: `https://hub.example${target}` }),
  });

  test("asks one authenticator after the other, also those that need time", async () => {
    const hub = await startHub({
      config: { port: 0 },
      store: () => new MemoryStore(),
      access: chain(),
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    });
    closeLater(() => hub.stop());
    const list = (token: string) =>
      new ModernClient(hub.url, { token }).send("tools/list").done.then(({ status }) => status);
    expect(await list("late")).toBe(200);
    expect(await list("spent")).toBe(401);
    expect(await list("broken")).toBe(500);
    const rest = (headers: Record<string, string>) => fetch(`${hub.url}/servers`, { headers });
    expect((await rest({ cookie: "session=1" })).status).toBe(200);
    expect((await rest({ cookie: "session=1", authorization: "Bearer spent" })).status).toBe(401);
    expect((await rest({ authorization: "Bearer broken" })).status).toBe(500);
    const refused = await rest({ authorization: "Bearer spent" });
    expect(refused.headers.get("www-authenticate")).toBe(
      'Bearer realm="mcp-hub", error="invalid_token", resource_metadata="https://hub.example/servers"',
    );
  });

  test("is open while there is no credential to know, but for tokens of the hub", async () => {
    const { app } = await createTestApp({ access: chain(false) });
    for (const headers of [{}, { authorization: "Bearer lease" }, { authorization: "Basic x" }])
      expect((await app.request("/servers", { headers })).status).toBe(200);
    const answer = await app.request("/servers", bearer("mh_a_b"));
    expect(answer.status).toBe(401);
    expect((await answer.json()).detail).toBe("This hub has no tokens; unset MCP_HUB_TOKEN.");
  });

  test("is never open on a network", async () => {
    const { app } = await createTestApp({ access: { isNetwork: true } });
    expect((await app.request("/servers")).status).toBe(401);
    expect((await app.request("/healthz")).status).toBe(200);
  });

  test("makes of a fault no way in", async () => {
    const { app, errors } = await createTestApp({
      access: {
        authenticators: [
          {
            isConfigured: true,
            authenticate: () => {
              throw new Error("no store");
            },
          },
        ],
      },
    });
    expect((await app.request("/servers")).status).toBe(500);
    expect(errors).toHaveLength(1);
    expect(HubError.is(errors[0])).toBe(false);
  });
});
