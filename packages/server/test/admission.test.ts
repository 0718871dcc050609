import { closeAll, knownTokens, ModernClient, ModernUpstream, TestHub, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createTestApp, server1 } from "./support/test-app.js";

afterEach(closeAll);

const access = knownTokens({
  reader: [{ action: "read" }],
  server: [{ action: "register" }],
  other: [{ action: "register" }],
  own: [{ action: "register", servers: ["tides*"] }],
  agent: [{ action: "call" }],
  admin: [{ action: "admin" }],
  local: [{ action: "admin", servers: ["weather"] }, { action: "read" }],
});
const asked = { isAsked: true, admit: [] };

type Sent = { readonly method?: string; readonly body?: unknown };

/** A hub that asks, and what somebody with a token gets from it. */
async function askingHub() {
  const hub = await TestHub.start({ access, token: "admin", config: { admission: "ask" } });
  const ask = async (token: string, path: string, { method = "GET", body }: Sent = {}) => {
    const response = await fetch(`${hub.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text };
  };
  return { hub, ask };
}

describe("a server that nobody let in", () => {
  test("is nowhere for others, and is probed and seen by who judges", async () => {
    const { hub, ask } = await askingHub();
    const upstream = await ModernUpstream.start({ tools: ["forecast"] });
    const registration = {
      name: "Weather",
      endpoint: upstream.endpoint,
      transport: "streamable-http",
      tags: ["geo"],
      lease: {},
    };
    const answer = await ask("server", "/register", { method: "POST", body: registration });
    const { server, lease, warnings } = JSON.parse(answer.text);
    expect(server.admission).toMatchObject({ state: "waiting", because: "new" });
    expect(warnings.join()).toContain("mcp-hub admit weather");
    const beat = await ask("server", `/leases/${lease.id}`, { method: "PUT" });
    expect(beat.status).toBe(200);
    await hub.whenUp("weather");

    const nowhere = [
      "/servers",
      "/servers?q=forecast",
      "/servers?hidden=true",
      "/servers?admission=waiting,refused",
      "/tools",
      "/tools?q=forecast",
      "/pulse",
      "/events?limit=100",
      "/events?limit=100&server=weather",
      "/traffic",
      "/config/cursor?via=direct",
    ];
    for (const path of nowhere)
      expect([path, (await ask("reader", path)).text]).not.toEqual([
        path,
        expect.stringMatching(/weather|forecast/i),
      ]);
    for (const path of ["", "/tools", "/resources", "/prompts", "/changes"])
      expect((await ask("reader", `/servers/weather${path}`)).status).toBe(404);
    const diagnosed = await ask("agent", "/diagnose", {
      method: "POST",
      body: { server: "Weather" },
    });
    const named = await ask("reader", "/config/cursor?servers=weather");
    const toolset = { name: "Desk", servers: ["weather"] };
    const preview = { method: "POST", body: toolset };
    expect([diagnosed.status, named.status]).toEqual([404, 404]);
    expect(JSON.parse((await ask("admin", "/toolsets/preview", preview)).text)).toMatchObject({
      toolCount: 0,
      unknownServers: ["weather"],
    });

    // Agents do not get to use it, whoever sends them: nobody has looked at its tools yet.
    await ask("admin", "/toolsets", preview);
    for (const token of ["agent", "admin"]) {
      for (const path of ["/mcp", "/mcp?servers=weather", "/mcp?tags=geo", "/toolsets/desk/mcp"]) {
        const client = new ModernClient(hub.url, { token, path });
        expect(JSON.stringify(await client.ask("tools/list"))).not.toContain("forecast");
      }
      const client = new ModernClient(hub.url, { token });
      for (const name of ["weather__forecast", "forecast"]) {
        const called = await client.ask("tools/call", { name, arguments: {} });
        expect(called.error ?? called.result?.isError).toBeTruthy();
      }
      const listed = await client.ask("tools/call", { name: "hub__list_servers", arguments: {} });
      const found = await client.ask("tools/call", {
        name: "hub__find_tools",
        arguments: { query: "forecast" },
      });
      expect(JSON.stringify([listed, found])).not.toMatch(/weather/i);
      const own = new ModernClient(hub.url, { token, path: "/servers/weather/mcp" });
      expect((await own.send("tools/list").done).status).toBe(404);
    }
    expect(upstream.calls).toEqual([]);

    const seen = await ask("admin", "/servers/weather");
    expect(JSON.parse(seen.text)).toMatchObject({
      status: "up",
      admission: { state: "waiting" },
      instances: [{ registeredBy: { id: "test:server" }, registeredFrom: "127.0.0.1" }],
    });
    expect((await ask("admin", "/servers/weather/tools")).text).toContain("forecast");
    for (const token of ["admin", "local"])
      expect((await ask(token, "/servers?admission=waiting")).text).toContain('"id":"weather"');
    const heard = JSON.parse((await ask("admin", "/events?limit=100")).text);
    expect(heard.events.map((event: { kind: string }) => event.kind)).toContain("waiting");

    const admitted = await ask("admin", "/servers/weather/admit", { method: "POST" });
    expect(admitted.status).toBe(200);
    expect((await ask("reader", "/servers")).text).toContain('"id":"weather"');
    const agent = new ModernClient(hub.url, { token: "agent" });
    expect(JSON.stringify(await agent.ask("tools/list"))).toContain("weather__forecast");
    const told = JSON.parse((await ask("reader", "/events?limit=100")).text);
    expect(told.events.map((event: { kind: string }) => event.kind)).toEqual(["admitted"]);
  });

  test("comes and goes on a stream of events that others read", async () => {
    const { hub, ask } = await askingHub();
    const stream = await fetch(`${hub.url}/events`, {
      headers: { authorization: "Bearer reader", accept: "text/event-stream" },
    });
    let text = "";
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    const reading = (async () => {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) return;
        text += value;
      }
    })();
    await until("the stream to be open", () => text.includes("event: ready"));
    const body = { ...server1, name: "Weather", lease: {} };
    expect((await ask("server", "/register", { method: "POST", body })).status).toBe(201);
    const admitted = await ask("admin", "/servers/weather/admit", { method: "POST" });
    expect(admitted.status).toBe(200);
    const refusal = { method: "POST", body: { reason: "Spam." } };
    expect((await ask("admin", "/servers/weather/refuse", refusal)).status).toBe(200);
    await until("the refusal to be told", () => text.includes("event: refused"));
    const kinds = [...text.matchAll(/^event: (.*)$/gm)].map((match) => match[1]);
    expect(kinds.filter((kind) => kind !== "status-changed")).toEqual([
      "ready",
      "admitted",
      "deregistered",
      "refused",
    ]);
    const missed = await ask("reader", "/events?limit=100");
    expect(missed.text).not.toContain("waiting");
    await reader?.cancel();
    await reading;
  });
});

test("a hub that other machines reach asks first, where nobody says otherwise", async () => {
  const register = async (config: Parameters<typeof TestHub.start>[0] = {}) => {
    const hub = await TestHub.start({ access, token: "server", ...config });
    const body = { ...server1, name: "Weather" };
    return (await hub.rest("POST", "/register", body)) as { server: { admission?: unknown } };
  };
  const network = { allowedHosts: ["hub.example"], allowEndpoints: ["127.0.0.0/8"] };
  expect((await register({ config: network })).server.admission).toMatchObject({
    state: "waiting",
  });
  expect((await register()).server.admission).toBeUndefined();
  const open = { ...network, admission: "open" } as const;
  expect((await register({ config: open })).server.admission).toBeUndefined();
});

describe("letting in", () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const post = (token: string, body?: unknown, more: Record<string, string> = {}) => ({
    method: "POST",
    headers: { ...bearer(token), "content-type": "application/json", ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const weather = { ...server1, name: "Weather" };

  test.each([
    ["own", "Tides 1", undefined],
    ["server", "Tides 1", "waiting"],
    ["admin", "Weather", undefined],
    ["local", "Weather", undefined],
  ])("a registration by %s of %s: %s", async (token, name, state) => {
    const { app } = await createTestApp({ access, admission: asked });
    const answer = await app.request("/register", post(token, { ...server1, name }));
    expect(answer.status).toBe(201);
    expect((await answer.json()).server.admission?.state).toBe(state);
  });

  test("is for admins, of what they have seen", async () => {
    const { app } = await createTestApp({ access, admission: asked });
    await app.request("/register", post("server", weather));
    await app.request(
      "/register",
      post("server", { ...server1, name: "Tides", endpoint: "http://localhost:9000/mcp" }),
    );
    for (const what of ["admit", "refuse"]) {
      expect((await app.request(`/servers/weather/${what}`, post("reader"))).status).toBe(403);
      expect((await app.request(`/servers/nobody/${what}`, post("admin"))).status).toBe(404);
      // It is no admin of that one, and does not see it.
      expect((await app.request(`/servers/tides/${what}`, post("local"))).status).toBe(404);
    }
    const seen = await app.request("/servers/weather", { headers: bearer("admin") });
    const etag = seen.headers.get("etag") ?? "";
    const elsewhere = { ...weather, endpoint: "http://localhost:8003/mcp" };
    await app.request("/register", post("server", elsewhere));
    const stale = await app.request(
      "/servers/weather/admit",
      post("admin", undefined, { "if-match": etag }),
    );
    expect(stale.status).toBe(412);
    expect((await app.request("/servers/weather", { headers: bearer("reader") })).status).toBe(404);
    expect((await app.request("/servers/weather/admit", post("local"))).status).toBe(200);
    expect((await app.request("/servers/weather", { headers: bearer("reader") })).status).toBe(200);
  });

  test("does not outlast a change of hands, or of the host", async () => {
    const { app } = await createTestApp({ access, admission: asked });
    const register = async (token: string, endpoint: string) => {
      const answer = await app.request("/register", post(token, { ...weather, endpoint }));
      return (await answer.json()).server.admission?.because;
    };
    expect(await register("server", "http://localhost:8002/mcp")).toBe("new");
    await app.request("/servers/weather/admit", post("admin"));
    expect(await register("server", "http://localhost:8003/mcp")).toBeUndefined();
    expect(await register("other", "http://localhost:8004/mcp")).toBe("other-registrant");
    await app.request("/servers/weather/admit", post("admin"));
    expect(await register("other", "http://tools.internal:8004/mcp")).toBe("other-host");
    expect(await register("other", "http://localhost:8004/mcp")).toBe("other-host");
    // Whoever may let it in need not wait, wherever it is.
    expect(await register("admin", "http://elsewhere.internal/mcp")).toBeUndefined();
  });

  test("shows who judges what the name may be taken for", async () => {
    const { app } = await createTestApp({ access, admission: asked });
    await app.request("/register", post("admin", { ...server1, name: "Paypal" }));
    const fake = { ...server1, name: "PayPaI", endpoint: "http://localhost:9001/mcp" };
    const capital = { ...server1, name: "Pay-pal", endpoint: "http://localhost:9002/mcp" };
    await app.request("/register", post("server", fake));
    await app.request("/register", post("server", capital));
    const seen = await app.request("/servers/pay-pal", { headers: bearer("admin") });
    expect((await seen.json()).lookAlikes).toContainEqual({ id: "paypal", name: "Paypal" });
  });

  test("is not for those who may not register the name", async () => {
    const { app } = await createTestApp({ access, admission: asked });
    const answer = await app.request("/register", post("own", weather));
    expect([answer.status, (await answer.json()).code]).toEqual([403, "INSUFFICIENT_SCOPE"]);
    const seen = await app.request("/servers/weather", { headers: bearer("admin") });
    expect(seen.status).toBe(404);
  });

  test("is refused with who did and when, until it is allowed again", async () => {
    const { app } = await createTestApp({ access, admission: asked });
    await app.request("/register", post("server", { ...weather, lease: {} }));
    const long = await app.request(
      "/servers/weather/refuse",
      post("admin", { reason: "x".repeat(501) }),
    );
    expect(long.status).toBe(400);
    const refused = await app.request(
      "/servers/weather/refuse",
      post("admin", { reason: "Not ours" }),
    );
    expect(await refused.json()).toMatchObject({
      instances: [],
      admission: { state: "refused", by: { name: "admin" }, reason: "Not ours" },
    });
    const lease = `/leases/lease-1-${"0".repeat(24)}`;
    const beat = await app.request(lease, { method: "PUT", headers: bearer("server") });
    expect(beat.status).toBe(404);
    for (const token of ["server", "admin"]) {
      const again = await app.request("/register", post(token, weather));
      expect(again.status).toBe(403);
      expect(await again.json()).toMatchObject({
        code: "ADMISSION_REFUSED",
        refused: { by: { kind: "token", id: "test:admin", name: "admin" }, reason: "Not ours" },
        detail: expect.stringContaining("refused by admin at 2026-"),
      });
    }
    await app.request("/servers/weather/admit", post("admin"));
    const answer = await app.request("/register", post("server", weather));
    expect([answer.status, (await answer.json()).server.admission]).toEqual([201, undefined]);
  });

  test("needs no person for what a rule lets in, nor on a hub that asks nobody", async () => {
    for (const admission of [{ isAsked: true, admit: ["wea*"] }, undefined]) {
      const { app } = await createTestApp({
        access,
        ...(admission === undefined ? {} : { admission }),
      });
      const answer = await app.request("/register", post("server", weather));
      expect((await answer.json()).server.admission).toBeUndefined();
      expect((await app.request("/servers/weather", { headers: bearer("reader") })).status).toBe(
        200,
      );
    }
  });

  test("has rules that admins of the whole hub read, with what each let in", async () => {
    const { app } = await createTestApp({
      access,
      admission: { isAsked: true, admit: ["wea*", "tides-1", "*-2"] },
    });
    for (const [name, port] of [
      ["Weather", 9001],
      ["Weather 2", 9002],
      ["Other", 9003],
    ] as const) {
      const endpoint = `http://localhost:${port}/mcp`;
      await app.request("/register", post("server", { ...server1, name, endpoint }));
    }
    const answer = await app.request("/admission/rules", { headers: bearer("admin") });
    expect(await answer.json()).toEqual({
      mode: "ask",
      rules: [
        { id: "wea*", setting: "MCP_HUB_ADMIT", servers: ["weather", "weather-2"] },
        { id: "tides-1", setting: "MCP_HUB_ADMIT", servers: [] },
        { id: "*-2", setting: "MCP_HUB_ADMIT", servers: [] },
      ],
    });
    for (const token of ["local", "reader", "server"])
      expect((await app.request("/admission/rules", { headers: bearer(token) })).status).toBe(403);
  });

  test("is asked for on an open hub too, when it is set so", async () => {
    const { app } = await createTestApp({ admission: asked });
    const body = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(weather),
    };
    expect((await (await app.request("/register", body)).json()).server.admission?.state).toBe(
      "waiting",
    );
    expect((await (await app.request("/servers")).json()).servers).toEqual([]);
    const waiting = await app.request("/servers?admission=waiting");
    expect((await waiting.json()).servers).toHaveLength(1);
  });
});
