import type { ProbeTarget } from "@hub/core";
import { closedPort, closeServers, createTestDialer, serve, serveV2 } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createProber } from "./prober.js";

afterEach(closeServers);

const prober = createProber({ dialer: createTestDialer(), version: "1.2.3" });
const full = { full: true, timeoutMs: 30_000 };
const quick = { full: false, timeoutMs: 30_000 };

function target(endpoint: string, more: Partial<ProbeTarget> = {}): ProbeTarget {
  return { endpoint, transport: "streamable-http", candidates: [], ...more };
}

describe("candidates", () => {
  test("the first that answers under the right name is taken", async () => {
    const dead = `http://127.0.0.1:${await closedPort()}/mcp`;
    const stranger = await serveV2({ name: "stranger" });
    const right = await serveV2({ name: "Weather" });
    const outcome = await prober.probe(
      target(dead, {
        name: "weather",
        candidates: [dead, `${stranger.origin}/mcp`, `${right.origin}/mcp`],
      }),
      full,
    );
    expect(outcome).toMatchObject({ ok: true, endpoint: `${right.origin}/mcp` });
  });

  test("another server at a candidate is not taken for this one", async () => {
    const dead = `http://127.0.0.1:${await closedPort()}/mcp`;
    const stranger = await serveV2({ name: "stranger" });
    const candidate = `${stranger.origin}/mcp`;
    const outcome = await prober.probe(
      target(dead, { name: "weather", candidates: [candidate] }),
      full,
    );
    expect(outcome).toMatchObject({
      ok: false,
      finding: { code: "NOTHING_LISTENS" },
      tried: [
        { endpoint: dead, finding: { code: "NOTHING_LISTENS" } },
        { endpoint: candidate, finding: { step: "identity", code: "OTHER_SERVER" } },
      ],
    });
  });

  test("the name that answered before is known again, whatever it was registered as", async () => {
    const first = await serveV2({ name: "weather-server" });
    const endpoint = `${first.origin}/mcp`;
    expect((await prober.probe(target(endpoint, { name: "Rain" }), quick)).ok).toBe(true);
    await first.close();
    const second = await serveV2({ name: "weather-server" });
    const candidate = `${second.origin}/mcp`;
    const outcome = await prober.probe(
      target(endpoint, { name: "Rain", candidates: [candidate] }),
      quick,
    );
    expect(outcome).toMatchObject({ ok: true, endpoint: candidate });
  });

  test("an endpoint that hangs leaves time for the candidates", async () => {
    const hanging = await serve(() => undefined);
    const right = await serveV2({ name: "weather" });
    const outcome = await prober.probe(
      target(`${hanging.origin}/mcp`, { name: "weather", candidates: [`${right.origin}/mcp`] }),
      { full: false, timeoutMs: 6_000 },
    );
    expect(outcome).toMatchObject({ ok: true, endpoint: `${right.origin}/mcp` });
  });

  test("on the hub's own loopback, a server registered from elsewhere must say the right name", async () => {
    const server = await serveV2({ name: "stranger" });
    const from = { registeredFrom: "192.0.2.44" };
    const endpoint = `${server.origin}/mcp`;
    expect(await prober.probe(target(endpoint, { ...from, name: "weather" }), quick)).toMatchObject(
      {
        ok: false,
        finding: { code: "LOOPBACK_ELSEWHERE" },
      },
    );
    expect(
      await prober.probe(target(endpoint, { ...from, name: "stranger" }), quick),
    ).toMatchObject({
      ok: true,
    });
  });
});
