import type { Diagnosis } from "@hub/api";
import { describe, expect, test } from "vitest";
import { createTestApp, postJson, server1, type TestApp } from "./support/test-app.js";

async function registered(hub: TestApp): Promise<string> {
  hub.alive.add(server1.endpoint);
  const answer = await postJson(hub.app, "/register", { ...server1, lease: {} });
  return (await answer.json()).lease.id;
}

const send = (
  hub: TestApp,
  leaseId: string,
  body: string | Uint8Array<ArrayBuffer>,
  type = "text/plain",
) =>
  hub.app.request(`/leases/${leaseId}/log`, {
    method: "PUT",
    headers: { "content-type": type },
    body,
  });

async function diagnosisOf(hub: TestApp, asked: object): Promise<Diagnosis> {
  const answer = await postJson(hub.app, "/diagnose", asked);
  expect(answer.status).toBe(200);
  return (await answer.json()) as unknown as Diagnosis; // the contract was just held
}

async function beat(hub: TestApp, leaseId: string): Promise<object> {
  const answer = await hub.app.request(`/leases/${leaseId}`, { method: "PUT" });
  return answer.json();
}

describe("the server's own last lines", () => {
  test("are kept with their age, and shown in diagnoses only", async () => {
    const hub = await createTestApp();
    const lease = await registered(hub);
    expect((await send(hub, lease, "starting\n\u001B[31mfailed\u001B[0m\n")).status).toBe(204);
    hub.clock.advance(4_000);
    const { logs } = await diagnosisOf(hub, { server: "mcp-server-1" });
    expect(logs).toMatchObject([{ ageMs: 4_000, lines: ["starting", "failed"] }]);
    for (const path of ["/servers", "/servers/mcp-server-1", "/events?limit=100"]) {
      const answer = await hub.app.request(path, { headers: { accept: "application/json" } });
      expect(JSON.stringify(await answer.json())).not.toContain("failed");
    }
  });

  test("are asked for once with the next heartbeat after a diagnosis, which waits for none", async () => {
    const hub = await createTestApp();
    const lease = await registered(hub);
    expect(await beat(hub, lease)).not.toHaveProperty("wantsLog");
    expect(await diagnosisOf(hub, { server: server1.name })).toMatchObject({
      logs: [],
      isLogWanted: true,
    });
    expect(await beat(hub, lease)).toMatchObject({ wantsLog: true });
    expect(await beat(hub, lease)).not.toHaveProperty("wantsLog");
  });

  test("go with the instance", async () => {
    const hub = await createTestApp();
    const lease = await registered(hub);
    await send(hub, lease, "here");
    await hub.app.request(`/leases/${lease}`, { method: "DELETE" });
    const { logs, isLogWanted, problems } = await diagnosisOf(hub, { server: "mcp-server-1" });
    expect([logs, isLogWanted]).toEqual([[], false]);
    expect(problems).toMatchObject([{ code: "LEFT" }]);
  });

  test.each([
    ["of an unknown lease", "nobody", "x", "text/plain", 404],
    ["that are JSON", undefined, "{}", "application/json", 415],
    ["that are too many bytes", undefined, "x".repeat(65 * 1_024), "text/plain", 413],
  ])("%s are refused", async (_, leaseId, body, type, status) => {
    const hub = await createTestApp();
    const lease = await registered(hub);
    expect((await send(hub, leaseId ?? lease, body, type)).status).toBe(status);
  });

  test("may be cut in the middle of a character, and hold bytes that are none", async () => {
    const hub = await createTestApp();
    const lease = await registered(hub);
    const bytes = new Uint8Array([0x6f, 0x6b, 0xff, 0xe5, 0xa4]);
    expect((await send(hub, lease, bytes)).status).toBe(204);
    const { logs } = await diagnosisOf(hub, { server: "mcp-server-1" });
    expect(logs[0]?.lines[0]).toMatch(/^ok\uFFFD/);
  });
});

describe("a diagnosis", () => {
  test("finds a server by id, name or endpoint, and says the same", async () => {
    const hub = await createTestApp();
    await registered(hub);
    const asked = [
      { server: "mcp-server-1" },
      { server: "mcp  SERVER 1" },
      { endpoint: server1.endpoint },
    ];
    for (const one of asked)
      expect(await diagnosisOf(hub, one)).toMatchObject({
        ok: true,
        servers: [{ id: "mcp-server-1" }],
        changes: [{ kind: "registered" }],
      });
    const bare = await diagnosisOf(hub, { endpoint: "http://localhost:1/mcp", transport: "sse" });
    expect(bare.summary).toContain("No server of this hub is registered there");
  });

  test.each([
    [{}, 400, "Expected either"],
    [{ server: "a", endpoint: "http://localhost:1/mcp" }, 400, "Expected either"],
    [{ server: "a", transport: "sse" }, 400, "for an `endpoint`"],
    [{ server: "mcp-server" }, 404, 'nearest one is \\"MCP Server 1\\"'],
    [{ server: "x" }, 404, "No server has the id or name"],
    [{ server: "a", more: 1 }, 400, "more"],
  ])("of %j is refused with %i", async (asked, status, says) => {
    const hub = await createTestApp();
    await registered(hub);
    const answer = await postJson(hub.app, "/diagnose", asked);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(await answer.json())).toContain(says);
  });
});
