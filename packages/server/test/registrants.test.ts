import type { Grant } from "@hub/core/access";
import { closeAll, knownTokens } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createTestApp, server1, type TestApp } from "./support/test-app.js";

afterEach(closeAll);

const payments: Grant = { action: "register", servers: ["payments-*"] };
const { authenticators } = knownTokens({
  payments: [payments],
  // The same rights, and somebody else.
  robot: [payments],
  europe: [{ action: "register", tags: ["eu"] }],
  reader: [{ action: "read" }],
  agent: [{ action: "call" }],
  server: [{ action: "call" }, { action: "register" }],
  operator: [{ action: "admin", servers: ["payments-*"] }, { action: "read" }],
  admin: [{ action: "admin" }],
});
const local = { authenticators };
const network = { authenticators, isNetwork: true };

const server = { ...server1, name: "payments-eu", lease: {} };

/** Requests as one of the above, or as nobody. */
const as =
  ({ app }: TestApp, token?: string) =>
  async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await app.request(path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, ...(text === "" ? {} : { body: JSON.parse(text) }) };
  };

describe("a registration", () => {
  test("takes effect for the names that its token may register, and says nothing of others", async () => {
    const test = await createTestApp({ access: local });
    test.alive.add(server1.endpoint);
    const admin = as(test, "admin");
    expect((await admin("POST", "/register", { ...server, name: "Shop" })).status).toBe(201);
    const robot = as(test, "robot");
    for (const name of ["Shop", "Elsewhere", "payments"]) {
      const refused = await robot("POST", "/register", { ...server, name });
      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({ code: "INSUFFICIENT_SCOPE", scope: "hub:register" });
      expect(JSON.stringify(refused.body)).not.toContain("8002");
    }
    expect((await robot("POST", "/register", server)).status).toBe(201);
    // However it is written, the name is that of the id.
    const shouted = { ...server, name: "PAYMENTS eu 2", endpoint: "http://localhost:8009/mcp" };
    expect((await robot("POST", "/register", shouted)).status).toBe(201);
    const { body } = await admin("GET", "/servers/payments-eu");
    expect(body.instances[0].registeredBy).toEqual({
      kind: "token",
      id: "test:robot",
      name: "robot",
    });
  });

  test("may have only tags that its token grants", async () => {
    const test = await createTestApp({ access: local });
    const europe = as(test, "europe");
    const named = (tags?: readonly string[]) =>
      europe("POST", "/register", { ...server, ...(tags === undefined ? {} : { tags }) });
    expect((await named()).status).toBe(403);
    expect((await named(["eu", "us"])).status).toBe(403);
    expect((await named(["eu"])).status).toBe(201);
    // What it leaves out stays as it was.
    expect((await named()).status).toBe(200);
    expect((await named([])).status).toBe(403);
  });
});

describe("a registration without proof", () => {
  const open = {
    authenticators: knownTokens({
      owner: [{ action: "register" }],
      other: [{ action: "register" }],
      europe: [{ action: "register", tags: ["eu"] }],
      onlooker: [{ action: "read", tags: ["eu"] }],
      admin: [{ action: "admin" }],
    }).authenticators,
  };
  const plain = { ...server1, name: "Ledger", tags: ["finance"] };

  test("changes neither the tags nor the transport of another's server", async () => {
    const test = await createTestApp({ access: open });
    test.alive.add(server1.endpoint);
    expect((await as(test, "owner")("POST", "/register", plain)).status).toBe(201);
    const changed = { ...plain, tags: ["eu"], transport: "sse", description: "Words." };
    expect((await as(test, "other")("POST", "/register", changed)).status).toBe(200);
    const europe = await as(test, "europe")("POST", "/register", changed);
    expect([europe.status, JSON.stringify(europe.body)]).toEqual([
      403,
      expect.not.stringContaining("finance"),
    ]);
    const { body } = await as(test, "admin")("GET", "/servers/ledger");
    expect(body).toMatchObject({
      tags: ["finance"],
      description: "Words.",
      instances: [{ transport: server1.transport }],
    });
    expect((await as(test, "onlooker")("GET", "/servers/ledger")).status).toBe(404);
    // Whoever registered it, and an admin, may.
    for (const [token, tags] of [
      ["owner", ["eu"]],
      ["admin", ["us"]],
    ] as const) {
      expect((await as(test, token)("POST", "/register", { ...plain, tags })).status).toBe(200);
      expect((await as(test, "admin")("GET", "/servers/ledger")).body.tags).toEqual(tags);
    }
  });

  test("takes over a gone name only with the tags that an operator gave it", async () => {
    const test = await createTestApp({ access: open });
    const admin = as(test, "admin");
    const { body } = await as(test, "owner")("POST", "/register", { ...plain, lease: {} });
    expect((await admin("PATCH", "/servers/ledger", { tags: ["finance"] })).status).toBe(200);
    expect((await as(test, "owner")("DELETE", `/leases/${body.lease.id}`)).status).toBe(204);
    const moved = { ...plain, endpoint: "http://localhost:8009/mcp", tags: ["eu"] };
    const refused = await as(test, "europe")("POST", "/register", moved);
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([
      403,
      expect.not.stringContaining("finance"),
    ]);
    expect((await as(test, "owner")("POST", "/register", moved)).status).toBe(201);
    expect((await admin("GET", "/servers/ledger")).body.tags).toEqual(["finance"]);
  });
});

describe("an endpoint that is not registered", () => {
  test("is looked at for those only who may register", async () => {
    const test = await createTestApp({ access: local });
    const asked = { endpoint: "http://localhost:9/mcp" };
    expect((await as(test, "agent")("POST", "/diagnose", asked)).body.scope).toBe("hub:register");
    expect((await as(test, "server")("POST", "/diagnose", asked)).status).toBe(200);
  });
});

describe("a lease", () => {
  test("counts for whoever knows it on this machine, also when access was switched on meanwhile", async () => {
    const test = await createTestApp({ access: local });
    const { body } = await as(test, "payments")("POST", "/register", server);
    const nobody = as(test);
    expect((await nobody("PUT", `/leases/${body.lease.id}`)).status).toBe(200);
    expect((await as(test, "robot")("PUT", `/leases/${body.lease.id}`)).status).toBe(200);
    expect((await as(test, "unknown")("PUT", `/leases/${body.lease.id}`)).status).toBe(401);
    expect((await nobody("DELETE", `/leases/${body.lease.id}`)).status).toBe(204);
  });

  test("counts on a network only for the principal that got it", async () => {
    const test = await createTestApp({ access: network });
    test.alive.add(server1.endpoint);
    const { body } = await as(test, "payments")("POST", "/register", server);
    const lease = `/leases/${body.lease.id}`;
    for (const [token, status] of [
      [undefined, 401],
      ["robot", 404],
      ["admin", 404],
    ] as const) {
      const other = as(test, token);
      expect((await other("PUT", lease)).status).toBe(status);
      expect(
        (await other("PUT", `${lease}/log`, undefined, { "content-type": "text/plain" })).status,
      ).toBe(status);
      expect((await other("DELETE", lease)).status).toBe(status);
    }
    const proof = { "Mcp-Hub-Proof": body.lease.id };
    // As proof it is worth nothing either.
    const robot = as(test, "robot");
    expect((await robot("DELETE", "/servers/payments-eu", undefined, proof)).status).toBe(403);
    const moved = { ...server, endpoint: "http://localhost:8009/mcp" };
    expect((await robot("POST", "/register", moved, proof)).status).toBe(409);

    const own = as(test, "payments");
    expect((await own("PUT", lease)).status).toBe(200);
    const again = await own("POST", "/register", moved, proof);
    expect(again.status).toBe(200);
    const renewed = { "Mcp-Hub-Proof": again.body.lease.id };
    expect((await own("DELETE", "/servers/payments-eu", undefined, renewed)).status).toBe(204);
  });

  test("needs no owner where the service key is the proof", async () => {
    const test = await createTestApp({ access: network });
    test.alive.add(server1.endpoint);
    const serviceKey = "our own secret";
    await as(test, "payments")("POST", "/register", { ...server, serviceKey });
    const proof = { "Mcp-Hub-Proof": serviceKey };
    const removed = await as(test, "robot")("DELETE", "/servers/payments-eu", undefined, proof);
    expect(removed.status).toBe(204);
  });
});

describe("a server", () => {
  test("is removed and edited by its owner and by an admin for it, and by nobody else", async () => {
    const test = await createTestApp({ access: local });
    test.alive.add(server1.endpoint);
    await as(test, "admin")("POST", "/register", server);
    await as(test, "admin")("POST", "/register", { ...server, name: "Shop" });
    const force = "?force=true";
    const title = { title: "Another" };
    for (const [token, shop, payments] of [
      [undefined, 401, 401],
      ["reader", 403, 403],
      ["payments", 404, 403],
    ] as const) {
      const asked = as(test, token);
      expect((await asked("DELETE", `/servers/shop${force}`)).status).toBe(shop);
      expect((await asked("DELETE", `/servers/payments-eu${force}`)).status).toBe(payments);
      expect((await asked("PATCH", "/servers/payments-eu", title)).status).toBe(
        token === undefined ? 401 : 403,
      );
    }
    const operator = as(test, "operator");
    expect((await operator("PATCH", "/servers/shop", title)).status).toBe(403);
    expect((await operator("PATCH", "/servers/payments-eu", title)).status).toBe(200);
    expect((await operator("DELETE", `/servers/shop${force}`)).status).toBe(403);
    // Without force an admin needs the proof that everybody needs.
    expect((await operator("DELETE", "/servers/payments-eu")).body.code).toBe("NOT_OWNER");
    expect((await operator("DELETE", `/servers/payments-eu${force}`)).status).toBe(204);
  });
});

test("a refusal stays until an admin removes it by force", async () => {
  const test = await createTestApp({ access: local });
  const payer = as(test, "payments");
  const admin = as(test, "admin");
  await payer("POST", "/register", { ...server1, name: "payments-eu" });
  const refusal = { reason: "Spam." };
  expect((await admin("POST", "/servers/payments-eu/refuse", refusal)).status).toBe(200);
  const paths = "/servers/payments-eu";
  expect((await payer("DELETE", paths)).body.code).toBe("NOT_OWNER");
  expect((await admin("DELETE", paths)).body.code).toBe("NOT_OWNER");
  expect((await admin("DELETE", `${paths}?force=true`)).status).toBe(204);
});

test("what an admin said of a server that is gone goes with its registrant or an admin", async () => {
  const test = await createTestApp({ access: local });
  const payer = as(test, "payments");
  for (const remover of ["payments", "admin"]) {
    const { body } = await payer("POST", "/register", server);
    const edit = { onCall: "ops@example.com" };
    expect((await as(test, "admin")("PATCH", "/servers/payments-eu", edit)).status).toBe(200);
    expect((await payer("DELETE", `/leases/${body.lease.id}`)).status).toBe(204);
    expect((await as(test, "robot")("DELETE", "/servers/payments-eu")).body.code).toBe("NOT_OWNER");
    expect((await as(test, remover)("DELETE", "/servers/payments-eu")).status).toBe(204);
  }
});

test("an admin for some tags gives a server no others", async () => {
  const access = {
    authenticators: knownTokens({
      admin: [{ action: "admin" }],
      europe: [{ action: "admin", tags: ["eu", "test"] }],
    }).authenticators,
  };
  const test = await createTestApp({ access });
  await as(test, "admin")("POST", "/register", { ...server, tags: ["eu", "us"] });
  const edited = async (change: object) =>
    (await as(test, "europe")("PATCH", "/servers/payments-eu", change)).status;
  expect(await edited({ tags: ["eu", "us"] })).toBe(403);
  expect(await edited({ tags: ["eu", "test"] })).toBe(200);
  // The tags of its own would come back.
  expect(await edited({ tags: null })).toBe(403);
  expect(await edited({ title: "Another" })).toBe(200);
});

test("a warning names no server that its reader may not see", async () => {
  const test = await createTestApp({ access: local });
  const admin = as(test, "admin");
  await admin("POST", "/register", { ...server1, name: "Secret" });
  const own = await as(test, "payments")("POST", "/register", { ...server1, name: "payments-eu" });
  expect(own.status).toBe(201);
  expect(JSON.stringify(own.body)).not.toMatch(/secret/i);
  const read = await as(test, "operator")("GET", "/servers/payments-eu");
  expect(JSON.stringify(read.body)).toMatch(/secret/i);
  expect(JSON.stringify((await admin("GET", "/servers/payments-eu")).body)).toMatch(/secret/i);
});
