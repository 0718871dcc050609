import { describe, expect, test } from "vitest";
import { createTestApp, postForm, postJson, server1 } from "./support/test-app.js";

describe("POST /register", () => {
  test("the seed's form post is registered, and the answer holds the whole list as the seed's hub answers", async () => {
    const { app } = await createTestApp();
    const response = await postForm(app, server1);
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toContain("application/json");
    const answer = await response.json();
    expect(answer.servers).toEqual([expect.objectContaining(server1)]);
    expect(answer.server).toMatchObject({ id: "mcp-server-1", status: "pending", ...server1 });
    expect(answer.lease).toBeUndefined();
  });

  test("JSON and multipart say the same as the form; only a form gets the list", async () => {
    for (const send of ["json", "multipart"] as const) {
      const { app } = await createTestApp();
      const form = new FormData();
      for (const [name, value] of Object.entries(server1)) form.append(name, value);
      const response =
        send === "json"
          ? await postJson(app, "/register", server1)
          : await app.request("/register", { method: "POST", body: form });
      expect(response.status).toBe(201);
      const answer = await response.json();
      expect(answer.server).toMatchObject({ id: "mcp-server-1", ...server1 });
      expect(Array.isArray(answer.servers)).toBe(send === "multipart");
    }
  });

  test("the same registration again is the same instance and answers 200", async () => {
    const { app } = await createTestApp();
    const first = await (await postForm(app, server1)).json();
    const again = await postForm(app, server1);
    expect(again.status).toBe(200);
    const answer = await again.json();
    expect(answer.instance.id).toBe(first.instance.id);
    expect(answer.servers).toHaveLength(1);
  });

  test("a form may hold lists, a lease and empty fields", async () => {
    const { app } = await createTestApp();
    const response = await postForm(app, [
      ...Object.entries(server1),
      ["tags", "prod,weather"],
      ["tags", "eu"],
      ["title", ""],
      ["metadata", '{"team":"a"}'],
      ["lease.ttlMs", "10000"],
    ]);
    expect(response.status).toBe(201);
    const answer = await response.json();
    expect(answer.server).toMatchObject({
      tags: ["prod", "weather", "eu"],
      metadata: { team: "a" },
    });
    expect(answer.server.title).toBeUndefined();
    expect(answer.lease).toMatchObject({ ttlMs: 10_000 });
  });

  test("L2: a lease is granted with what the hub really gives: short wishes are raised, long ones cut", async () => {
    const { app } = await createTestApp();
    const lease = async (ttlMs: number) => {
      const wish = { ...server1, name: `asks for ${ttlMs}`, lease: { ttlMs } };
      return (await (await postJson(app, "/register", wish)).json()).lease;
    };
    expect(await lease(1_000)).toMatchObject({ ttlMs: 5_000, heartbeatMs: 1_666 });
    expect(await lease(365 * 24 * 3_600_000)).toMatchObject({
      ttlMs: 3_600_000,
      heartbeatMs: 10_000,
    });
  });

  test("a name that is held by a living server is refused with who holds it, and goes to a newcomer when it is dead", async () => {
    const { app, alive } = await createTestApp();
    alive.add(server1.endpoint);
    await postJson(app, "/register", server1);
    const other = { ...server1, endpoint: "http://localhost:9999/mcp" };
    const refused = await postJson(app, "/register", other);
    expect(refused.status).toBe(409);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(await refused.json()).toMatchObject({
      code: "NAME_TAKEN",
      status: 409,
      holder: { name: "MCP Server 1", endpoint: server1.endpoint },
    });
    alive.clear();
    expect((await postJson(app, "/register", other)).status).toBe(201);
    const { servers } = await (await app.request("/servers")).json();
    expect(servers).toEqual([
      expect.objectContaining({ id: "mcp-server-1", endpoint: other.endpoint }),
    ]);
  });

  test("a secret is never shown: not the lease id, not the service key", async () => {
    const { app } = await createTestApp();
    const { lease } = await (
      await postJson(app, "/register", { ...server1, serviceKey: "key-SECRET-MARK", lease: {} })
    ).json();
    for (const path of ["/servers", "/servers/mcp-server-1", "/events?limit=10", "/tools"]) {
      const text = await (await app.request(path)).text();
      expect(text).not.toContain("SECRET-MARK");
      expect(text).not.toContain(lease.id);
    }
  });

  test.each([
    ["nothing", {}, "name is missing"],
    ["no endpoint", { name: "a", transport: "http" }, "endpoint is missing"],
    ["an empty name", { ...server1, name: "  " }, "name must not be empty"],
    ["a name of 201 characters", { ...server1, name: "x".repeat(201) }, "at most 200"],
    ["a transport of its own", { ...server1, transport: "carrier-pigeon" }, 'got "carrier-pigeon"'],
    ["stdio", { ...server1, transport: "stdio" }, "hub-register"],
    ["a path for an endpoint", { ...server1, endpoint: "/mcp" }, "http://localhost:8002/mcp"],
    [
      "a javascript: endpoint",
      { ...server1, endpoint: "javascript:alert(1)" },
      "http:// or https://",
    ],
    ["credentials", { ...server1, endpoint: "http://a:b@localhost/mcp" }, "user name or password"],
    ["a fragment", { ...server1, endpoint: "http://localhost/mcp#x" }, "fragment"],
    ["a command", { ...server1, command: "rm" }, "never runs a command"],
    ["an unknown field", { ...server1, colour: "red" }, "colour is not a field"],
    ["a lease of nothing", { ...server1, lease: { ttlMs: 0 } }, "above 0"],
    ["mixed scripts", { ...server1, name: "MCP Sеrver 1" }, "Latin and Cyrillic"],
    ["a zero-width character", { ...server1, name: "MCP\u200bServer" }, "U+200B"],
    ["an array", [server1], "must be a JSON object"],
    ["null", null, "must be a JSON object"],
  ])("%s is refused with a sentence that says what was expected", async (_, body, sentence) => {
    const { app } = await createTestApp();
    const response = await postJson(app, "/register", body);
    expect(response.status).toBe(400);
    const problem = await response.json();
    expect(problem).toMatchObject({ code: "INVALID_REQUEST", status: 400 });
    expect(problem.detail).toContain(sentence);
    expect((await (await app.request("/servers")).json()).servers).toEqual([]);
  });

  test("every problem is named at once, each with where it is", async () => {
    const { app } = await createTestApp();
    const { errors } = await (
      await postJson(app, "/register", { name: "", endpoint: 7, tags: ["a,b"] })
    ).json();
    expect(errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      "/name",
      "/transport",
      "/endpoint",
      "/tags/0",
    ]);
  });

  test("a body is read only as the type it declares", async () => {
    const { app } = await createTestApp();
    for (const type of ["text/plain", "application/xml", "", "application/json; charset=utf-16"]) {
      const response = await app.request("/register", {
        method: "POST",
        headers: type === "" ? {} : { "content-type": type },
        body: new TextEncoder().encode(JSON.stringify(server1)),
      });
      expect(response.status).toBe(415);
    }
  });

  test("a body that is too large, too deep, no UTF-8 or hides a prototype is refused", async () => {
    const { app } = await createTestApp();
    const send = (body: string | Uint8Array<ArrayBuffer>, type = "application/json") =>
      app.request("/register", { method: "POST", headers: { "content-type": type }, body });
    expect(
      (await send(JSON.stringify({ ...server1, description: "x".repeat(70_000) }))).status,
    ).toBe(413);
    expect((await send(`${'{"metadata":'.repeat(30_00)}`)).status).toBe(400);
    expect((await send(`{"name":"a","metadata":${"[".repeat(40)}${"]".repeat(40)}}`)).status).toBe(
      400,
    );
    expect((await send(new Uint8Array([0x7b, 0xff, 0x7d]))).status).toBe(400);
    expect((await send('{"__proto__":{"name":"x"}}')).status).toBe(400);
    const escaped = JSON.stringify({ ...server1, metadata: { x: 1 } });
    expect((await send(escaped.replace('"x"', '"\\u005f_proto__"'))).status).toBe(400);
    expect(
      (await send("name=%ff&transport=http", "application/x-www-form-urlencoded")).status,
    ).toBe(400);
    expect(
      (await send("name=a&name=b&transport=http", "application/x-www-form-urlencoded")).status,
    ).toBe(400);
  });

  test("JSON that is sent as a form, as curl does it, is told which type it needs", async () => {
    const { app } = await createTestApp();
    for (const endpoint of ["http://127.0.0.1:1/mcp", "http://127.0.0.1:1/mcp?a=b&c=d"]) {
      const response = await app.request("/register", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: ` ${JSON.stringify({ ...server1, endpoint })}`,
      });
      expect(response.status).toBe(400);
      expect((await response.json()).detail).toContain("Content-Type: application/json");
    }
  });

  test("one registration is at most 16 KiB, because every list shows all of them", async () => {
    const { app } = await createTestApp();
    const icons = Array.from({ length: 3 }, () => ({
      src: `data:image/png;base64,${"A".repeat(8_000)}`,
    }));
    const response = await postJson(app, "/register", { ...server1, icons });
    expect(response.status).toBe(400);
    expect((await response.json()).detail).toContain("16384");
  });

  test("a body without a length is counted while it is read", async () => {
    const { app } = await createTestApp();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
    });
    const response = await app.request("/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: endless,
      duplex: "half",
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(200_000);
  });

  test("the hub keeps a bounded number of servers", async () => {
    const { app } = await createTestApp({ budgets: { servers: 2 } });
    for (const [index, expected] of [201, 201, 507].entries()) {
      const response = await postJson(app, "/register", {
        ...server1,
        name: `s${index}`,
        endpoint: `http://localhost:${9000 + index}/mcp`,
      });
      expect(response.status).toBe(expected);
    }
    expect(
      (
        await postJson(app, "/register", {
          ...server1,
          name: "s0",
          endpoint: "http://localhost:9000/mcp",
        })
      ).status,
    ).toBe(200);
  });
});

describe("leases", () => {
  test("a heartbeat renews, with or without a body; an unknown lease means register again", async () => {
    const { app } = await createTestApp();
    const { lease } = await (await postJson(app, "/register", { ...server1, lease: {} })).json();
    const beat = await app.request(`/leases/${lease.id}`, { method: "PUT" });
    expect(beat.status).toBe(200);
    expect(await beat.json()).toEqual({ ttlMs: 30_000, heartbeatMs: 10_000 });
    const withBody = await app.request(`/leases/${lease.id}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ capabilitiesHash: "abc", draining: true }),
    });
    expect(withBody.status).toBe(200);
    const unknown = await app.request("/leases/nobody", { method: "PUT" });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({
      code: "LEASE_UNKNOWN",
      detail: expect.stringContaining("Register again"),
    });
  });

  test("L3: a lease that ran out is unknown", async () => {
    const { app, clock, registry } = await createTestApp();
    const { lease } = await (
      await postJson(app, "/register", { ...server1, lease: { ttlMs: 5_000 } })
    ).json();
    clock.advance(5_000);
    expect((await app.request(`/leases/${lease.id}`, { method: "PUT" })).status).toBe(200);
    clock.advance(5_000);
    registry.sweep();
    clock.advance(1);
    expect((await app.request(`/leases/${lease.id}`, { method: "PUT" })).status).toBe(404);
  });

  test("deregistering takes the instance out; the name stays as down, and the old lease is gone", async () => {
    const { app } = await createTestApp();
    const { lease } = await (await postJson(app, "/register", { ...server1, lease: {} })).json();
    expect((await app.request(`/leases/${lease.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await app.request(`/leases/${lease.id}`, { method: "DELETE" })).status).toBe(404);
    expect(await (await app.request("/servers/mcp-server-1")).json()).toMatchObject({
      status: "down",
      instances: [],
      endpoint: server1.endpoint,
    });
  });

  test("a post without a lease at the same endpoint does not end the lease of the server there", async () => {
    const { app } = await createTestApp();
    const { lease } = await (await postJson(app, "/register", { ...server1, lease: {} })).json();
    const waiting = await postForm(app, { ...server1, description: "Another's" });
    expect(waiting.status).toBe(200);
    expect(await waiting.json()).toMatchObject({
      retryAfterMs: expect.any(Number),
      servers: [{ id: "mcp-server-1", status: "pending" }],
    });
    expect((await app.request(`/leases/${lease.id}`, { method: "PUT" })).status).toBe(200);
  });

  test("L10: the DELETE of a process that was replaced does not touch its successor", async () => {
    const { app } = await createTestApp();
    const old = await (await postJson(app, "/register", { ...server1, lease: {} })).json();
    const proof = { "mcp-hub-proof": old.lease.id };
    const again = await postJson(app, "/register", { ...server1, lease: {} }, proof);
    const successor = await again.json();
    expect((await app.request(`/leases/${old.lease.id}`, { method: "DELETE" })).status).toBe(404);
    expect((await app.request(`/leases/${successor.lease.id}`, { method: "PUT" })).status).toBe(
      200,
    );
  });
});

describe("DELETE /servers/{id}", () => {
  test("needs proof for a server that is alive", async () => {
    const { app, alive } = await createTestApp();
    alive.add(server1.endpoint);
    const { lease } = await (await postJson(app, "/register", { ...server1, lease: {} })).json();
    await app.request("/servers/mcp-server-1/probe", { method: "POST" });
    const remove = (proof?: string) =>
      app.request("/servers/mcp-server-1", {
        method: "DELETE",
        headers: proof === undefined ? {} : { "Mcp-Hub-Proof": proof },
      });
    expect((await remove()).status).toBe(403);
    const refused = await remove("wrong");
    expect(refused.status).toBe(403);
    expect((await refused.json()).detail).toContain("Mcp-Hub-Proof");
    expect((await remove(lease.id)).status).toBe(204);
    expect((await remove(lease.id)).status).toBe(404);
  });

  test("takes the service key as proof, also one beyond ASCII", async () => {
    const { app, alive } = await createTestApp();
    alive.add(server1.endpoint);
    const serviceKey = "clé 🔑";
    await postJson(app, "/register", { ...server1, serviceKey, lease: {} });
    const sent = Buffer.from(serviceKey).toString("latin1");
    const remove = (proof: string) =>
      app.request("/servers/mcp-server-1", {
        method: "DELETE",
        headers: { "Mcp-Hub-Proof": proof },
      });
    expect((await remove("clé")).status).toBe(403);
    expect((await remove(sent)).status).toBe(204);
  });

  test("takes proof as a bearer token for one more minor version, and no other token for proof", async () => {
    const { app, alive } = await createTestApp();
    alive.add(server1.endpoint);
    const { lease } = await (await postJson(app, "/register", { ...server1, lease: {} })).json();
    const remove = (headers: Record<string, string>) =>
      app.request("/servers/mcp-server-1", { method: "DELETE", headers });
    expect((await remove({ authorization: "Bearer some-other-token" })).status).toBe(403);
    const both = { authorization: "Bearer some-other-token", "Mcp-Hub-Proof": lease.id };
    expect((await remove(both)).status).toBe(204);
    const again = await (await postJson(app, "/register", { ...server1, lease: {} })).json();
    expect((await remove({ authorization: `Bearer ${again.lease.id}` })).status).toBe(204);
  });

  test("needs it too for a server that beats but cannot be reached", async () => {
    const { app, clock } = await createTestApp();
    const { lease } = await (
      await postJson(app, "/register", { ...server1, lease: { ttlMs: 60_000 } })
    ).json();
    for (let round = 0; round < 4; round += 1) {
      clock.advance(4_000);
      await app.request(`/leases/${lease.id}`, { method: "PUT" });
      await app.request("/servers/mcp-server-1/probe", { method: "POST" });
    }
    clock.advance(1_000);
    await app.request(`/leases/${lease.id}`, { method: "PUT" });
    expect((await (await app.request("/servers/mcp-server-1")).json()).status).toBe("unreachable");
    expect((await app.request("/servers/mcp-server-1", { method: "DELETE" })).status).toBe(403);
  });

  test("what has left may be tidied away", async () => {
    const { app } = await createTestApp();
    const { lease } = await (await postJson(app, "/register", { ...server1, lease: {} })).json();
    await app.request(`/leases/${lease.id}`, { method: "DELETE" });
    expect((await app.request("/servers/mcp-server-1", { method: "DELETE" })).status).toBe(204);
    expect((await (await app.request("/servers")).json()).servers).toEqual([]);
  });
});
