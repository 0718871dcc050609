import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  closeAll,
  closeLater,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  type Payload,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const kinds = { "2025-11-25": LegacyUpstream, "2026-07-28": ModernUpstream } as const;

/**
 * Answers whatever comes to the given paths with a redirect, each to the next one; all others with `elsewhere`.
 * Default: as the server does.
 */
function redirects(
  upstream: Upstream,
  status: number,
  hops: Readonly<Record<string, string>>,
  elsewhere?: number,
) {
  upstream.intercept = (request, response) => {
    const location = hops[request.url ?? ""];
    if (location === undefined && elsewhere === undefined) return false;
    request.resume();
    if (location === undefined) response.writeHead(elsewhere ?? 404).end();
    else response.writeHead(status, { location }).end("Moved.");
    return true;
  };
}

async function start(kind: keyof typeof kinds) {
  const upstream = await new kinds[kind]({ tools: ["echo"] }).start();
  upstream.on("echo", () => textResult("done"));
  return upstream;
}

async function callsOf(hub: TestHub): Promise<string[]> {
  const one = { path: "/servers/moved/mcp" };
  const ways = [
    async () => new ModernClient(hub.url).call("moved__echo"),
    async () => new ModernClient(hub.url, one).call("echo"),
    async () => (await LegacyClient.open(hub.url)).call("moved__echo"),
    async () => (await LegacyClient.open(hub.url, one)).call("echo"),
  ];
  const said: string[] = [];
  for (const way of ways) {
    try {
      const { response } = await (await way()).done;
      said.push(response.error === undefined ? textOf(response) : response.error.message);
    } catch (error) {
      said.push(String(error));
    }
  }
  return said;
}

const all = ["done", "done", "done", "done"];

async function foundOf(hub: TestHub) {
  const { instances } = (await hub.rest("GET", "/servers/moved")) as {
    readonly instances: readonly {
      readonly endpoint: string;
      readonly status: string;
      readonly warnings: readonly string[];
      readonly problem?: Payload;
    }[];
  }; // as its description says
  return instances[0];
}

describe.each(["2025-11-25", "2026-07-28"] as const)("a server of %s that redirects", (kind) => {
  test.each([
    [307, { "/mcp": "/mcp/" }],
    [308, { "/mcp": "ABSOLUTE/mcp/" }],
    [307, { "/mcp": "mcp/v2" }],
    [308, { "/mcp": "/a", "/a": "/b", "/b": "/mcp/" }],
  ])(
    "with %i on its own origin is followed by probe, gateway and diagnosis: %j",
    async (status, hops) => {
      const hub = await TestHub.start();
      const upstream = await start(kind);
      const { origin } = new URL(upstream.endpoint);
      const paths = Object.entries(hops).map(
        ([from, to]) => [from, to.replace("ABSOLUTE", origin)] as const,
      );
      redirects(upstream, status, Object.fromEntries(paths));
      await hub.register("moved", upstream);
      const last = new URL(paths.at(-1)?.[1] ?? "", origin).href;
      expect(await foundOf(hub)).toMatchObject({ endpoint: last, status: "up" });
      expect((await foundOf(hub))?.warnings).toEqual([
        expect.stringContaining(`redirects to ${last}`),
      ]);
      expect(await callsOf(hub)).toEqual(all);
      const diagnosis = await hub.rest("POST", "/diagnose", { endpoint: upstream.endpoint });
      const warnings = expect.arrayContaining([expect.stringContaining(last)]);
      expect(diagnosis).toMatchObject({ ok: true, warnings });
    },
  );

  test("only after it was probed is followed as well", async () => {
    const hub = await TestHub.start();
    const upstream = await start(kind);
    await hub.register("moved", upstream);
    redirects(upstream, 307, { "/mcp": "/mcp/" });
    expect(await callsOf(hub)).toEqual(all);
    expect(upstream.calls).toHaveLength(4);
  });

  test("for ever is not followed for ever", async () => {
    const hub = await TestHub.start();
    const upstream = await start(kind);
    await hub.register("moved", upstream);
    redirects(upstream, 307, { "/mcp": "/mcp/", "/mcp/": "/mcp" });
    for (const said of await callsOf(hub)) expect(said).toContain("redirect");
    expect(upstream.calls).toEqual([]);
  });

  test.each([301, 302, 303])("with %i is not followed", async (status) => {
    const hub = await TestHub.start();
    const upstream = await start(kind);
    redirects(upstream, status, { "/mcp": "/mcp/" });
    await hub.announce("moved", upstream.endpoint);
    await until("a finding", async () => (await foundOf(hub))?.problem !== undefined);
    expect((await foundOf(hub))?.problem).toMatchObject({
      code: expect.stringMatching(/^(REDIRECT|WRONG_PATH)$/),
    });
  });

  test.each([307, 308])("with %i to another origin is never followed", async (status) => {
    let asked = 0;
    const other = createServer((_, response) => {
      asked += 1;
      response.end();
    }).listen(0, "127.0.0.1");
    await until("the other one to listen", () => other.listening);
    closeLater(async () => void other.close());
    const { port } = other.address() as AddressInfo; // A TCP server has no other kind.
    const hub = await TestHub.start();
    const upstream = await start(kind);
    await hub.register("moved", upstream);
    for (const to of [
      `http://127.0.0.1:${port}/mcp`,
      `//127.0.0.1:${port}/mcp`,
      "https://x.test/",
    ]) {
      redirects(upstream, status, { "/mcp": to }, 404);
      for (const said of await callsOf(hub)) expect(said).toContain("redirect");
      expect(await hub.rest("POST", "/diagnose", { endpoint: upstream.endpoint })).toMatchObject({
        ok: false,
        finding: { code: expect.stringMatching(/^(REDIRECT|WRONG_PATH)$/) },
      });
    }
    expect(asked).toBe(0);
  });
});

test("a server that is found at another path of its origin, under its own name, is called there", async () => {
  const hub = await TestHub.start();
  const upstream = await new LegacyUpstream({ name: "moved" }).start();
  upstream.intercept = (request, response) => {
    if (request.url === "/mcp") return false;
    request.resume();
    response.writeHead(404).end("Cannot POST");
    return true;
  };
  const { origin } = new URL(upstream.endpoint);
  await hub.announce("moved", `${origin}/`);
  await hub.whenUp("moved");
  expect(await foundOf(hub)).toMatchObject({ endpoint: upstream.endpoint, status: "up" });
  expect((await foundOf(hub))?.warnings).toEqual([expect.stringContaining(upstream.endpoint)]);
  const { response } = await (await LegacyClient.open(hub.url)).call("moved__echo").done;
  expect(textOf(response)).toBe("{}");
});
