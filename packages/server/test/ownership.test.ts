import { describe, expect, test } from "vitest";
import { createTestApp, postForm, postJson, server1 } from "./support/test-app.js";

const evil = "http://localhost:6666/mcp";
const leased = { ...server1, description: "The owner's", lease: {} };

/** The app with one server, and what a stranger can do who has read everything that it shows. */
async function start(registration: Record<string, unknown> = leased) {
  const world = await createTestApp();
  const { app, alive, clock } = world;
  alive.add(server1.endpoint).add(evil);
  const { lease } = await (await postJson(app, "/register", registration)).json();
  const detail = async () => (await app.request("/servers/mcp-server-1")).json();
  const beat = () => app.request(`/leases/${lease.id}`, { method: "PUT" });
  const probe = () => app.request("/servers/mcp-server-1/probe", { method: "POST" });
  const register = async (more: Record<string, unknown>, headers: Record<string, string> = {}) => {
    const response = await postJson(app, "/register", { ...leased, ...more }, headers);
    const body = await response.json();
    return { status: response.status, headers: response.headers, body };
  };
  const remove = async (proof: string) =>
    (
      await app.request("/servers/mcp-server-1", {
        method: "DELETE",
        headers: { "Mcp-Hub-Proof": proof },
      })
    ).status;
  await probe();
  return { ...world, lease, detail, beat, probe, register, remove, clock };
}

/** All that `GET /servers/{id}` shows of whose a server is and where calls to it go. */
const essence = ({ description, websiteUrl, endpoint, instances }: Record<string, unknown>) => ({
  description,
  websiteUrl,
  endpoint,
  instances: (instances as Record<string, unknown>[]).map(
    ({ id, registeredEndpoint, candidates, lease, status }) => ({
      id,
      registeredEndpoint,
      candidates,
      lease,
      status,
    }),
  ),
});

describe("who has read GET /servers", () => {
  const spoilt = {
    description: "The thief's",
    websiteUrl: "https://thief.example",
    candidates: [evil],
    serviceKey: "the thief's",
  };

  test("changes nothing about a living server, and is told when to ask again", async () => {
    const { register, detail, beat, clock } = await start();
    const before = essence(await detail());
    for (let round = 0; round < 20; round += 1) {
      clock.advance(4_000);
      const { status, body } = await register(spoilt);
      expect(status).toBe(200);
      expect(body.lease).toBeUndefined();
      expect(body.retryAfterMs).toBeLessThanOrEqual(10_000);
      expect(JSON.stringify(body)).not.toContain("thief's");
      if (round % 2 === 0) expect((await beat()).status).toBe(200);
      const after = essence(await detail());
      expect({ ...after, instances: [] }).toEqual({ ...before, instances: [] });
      expect(after.instances[0]).toMatchObject({ candidates: [], status: "up" });
    }
  });

  test("moves only the time of the last registration", async () => {
    const { register, detail, clock } = await start();
    clock.advance(3_000);
    const before = await detail();
    await register(spoilt);
    const after = await detail();
    const [was, is] = [before.instances[0], after.instances[0]];
    expect(Date.parse(is?.lastRegisteredAt ?? "")).toBe(
      Date.parse(was?.lastRegisteredAt ?? "") + 3_000,
    );
    const { probe: _was, lastRegisteredAt: _before, ...rest } = was ?? {};
    expect(is).toMatchObject(rest);
    expect({ ...after, instances: [] }).toEqual({ ...before, instances: [] });
  });

  test.each([
    ["its endpoint", {}],
    ["another endpoint", { endpoint: evil }],
  ])("does not delete it with what registering at %s gives", async (_, more) => {
    const { register, remove, detail } = await start();
    const { body } = await register({ ...spoilt, ...more });
    expect(body.lease).toBeUndefined();
    expect(await remove("")).toBe(403);
    expect((await detail()).status).toBe("up");
  });

  test("does not get the name of a server that hangs while its lease lives", async () => {
    const { register, detail, alive, silent, beat, clock } = await start();
    alive.delete(server1.endpoint);
    silent.add(server1.endpoint);
    for (let round = 0; round < 10; round += 1) {
      const { status, headers, body } = await register({ ...spoilt, endpoint: evil });
      expect(status).toBe(409);
      expect(body.code).toBe("NAME_TAKEN");
      expect(body.retryAfterMs).toBeLessThanOrEqual(10_000);
      expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(10);
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      clock.advance(4_900);
      await beat();
    }
    expect((await detail()).instances[0]?.registeredEndpoint).toBe(server1.endpoint);
  });

  test("does not unlist a server without a lease, neither by its endpoint nor by a lease there", async () => {
    const { app, alive } = await createTestApp();
    alive.add(server1.endpoint).add(evil);
    await postForm(app, server1);
    await app.request("/servers/mcp-server-1/probe", { method: "POST" });
    const thief = await (await postJson(app, "/register", { ...leased, ...spoilt })).json();
    const remove = () =>
      app.request("/servers/mcp-server-1", {
        method: "DELETE",
        headers: { "Mcp-Hub-Proof": thief.lease.id },
      });
    expect((await remove()).status).toBe(403);
    await app.request("/servers/mcp-server-1/probe", { method: "POST" });
    expect((await remove()).status).toBe(403);
    const moved = { ...leased, ...spoilt, endpoint: evil };
    const proof = { "mcp-hub-proof": thief.lease.id };
    expect((await postJson(app, "/register", moved, proof)).status).toBe(409);
    await app.request(`/leases/${thief.lease.id}`, { method: "DELETE" });
    const [instance] = (await (await app.request("/servers/mcp-server-1")).json()).instances;
    expect(instance).toMatchObject({ status: "up", candidates: [], endpoint: server1.endpoint });
  });
});

describe("whoever restarts", () => {
  test("is listed throughout on the same port, and gets its lease when the old one is silent", async () => {
    const { register, registry, detail, clock, probe } = await start();
    const statuses: (string | undefined)[] = [];
    let waitedMs = 0;
    for (;;) {
      const { body } = await register({ description: "The successor's" });
      statuses.push((await detail()).instances[0]?.status);
      if (body.lease !== undefined) break;
      for (let left = body.retryAfterMs; left > 0; left -= 1_000) {
        clock.advance(Math.min(left, 1_000));
        registry.sweep();
        waitedMs += Math.min(left, 1_000);
      }
      await probe();
    }
    expect(waitedMs).toBeLessThanOrEqual(30_000);
    expect(new Set(statuses)).toEqual(new Set(["up"]));
    expect((await detail()).description).toBe("The successor's");
  });

  test("is there at once on another port", async () => {
    const { register, alive, detail } = await start();
    alive.clear();
    const endpoint = "http://localhost:9001/mcp";
    const { status, body } = await register({ endpoint });
    expect(status).toBe(201);
    expect(body.lease.id).toBeDefined();
    expect((await detail()).endpoint).toBe(endpoint);
  });

  test("L10: stays listed when the old process gives its lease back, and is told its own lease then", async () => {
    const { app, register, lease, detail } = await start();
    expect((await register({})).body.lease).toBeUndefined();
    expect((await app.request(`/leases/${lease.id}`, { method: "DELETE" })).status).toBe(204);
    const [instance] = (await detail()).instances;
    expect(instance).toMatchObject({ status: "up" });
    expect(instance?.lease).toBeUndefined();
    const successor = (await register({})).body.lease;
    expect((await app.request(`/leases/${successor.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await detail()).instances).toEqual([]);
  });
});

test("proof is in the description of the routes that take it", async () => {
  const { app } = await createTestApp();
  const { paths } = await (await app.request("/openapi.json")).json();
  for (const [path, method] of [
    ["/register", "post"],
    ["/servers/{id}", "delete"],
  ] as const)
    expect(JSON.stringify(paths[path]?.[method])).toContain('"Mcp-Hub-Proof"');
});
