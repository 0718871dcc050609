import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  sendJson,
  TestHub,
  textOf,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const pinned = "revision=2026-07-28";

const stateless: Readonly<Record<string, unknown>> = {
  initialize: {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "stateless", version: "1" },
  },
  "tools/list": { tools: [{ name: "echo", inputSchema: { type: "object" } }] },
};

async function answerStateless(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { id, method = "" } = (await json(request)) as Message; // JSON-RPC
  const result = stateless[method];
  const error = { code: -32_601, message: "Method not found, says the server itself" };
  if (id === undefined) response.writeHead(202).end();
  else
    sendJson(response, 200, {
      jsonrpc: "2.0",
      id,
      ...(result === undefined ? { error } : { result }),
    });
}

/** A 2025 server that gives out no session ids. */
async function startStateless(): Promise<LegacyUpstream> {
  const upstream = await LegacyUpstream.start();
  upstream.intercept = (request, response) => {
    if (request.method === "POST") void answerStateless(request, response);
    else response.writeHead(405).end();
    return true;
  };
  return upstream;
}

const kinds = {
  modern: () => ModernUpstream.start(),
  stateless: startStateless,
  stateful: () => LegacyUpstream.start(),
};
type Kind = keyof typeof kinds;

describe("which revision an endpoint offers", () => {
  test("is 2026-07-28 unless a 2025 server with sessions is selected, whether or not it is up", async () => {
    const hub = await TestHub.start();
    const servers: { id: string; kind: Kind }[] = [
      { id: "m-1", kind: "modern" },
      { id: "m-2", kind: "modern" },
      { id: "n-1", kind: "stateless" },
      { id: "s-1", kind: "stateful" },
      { id: "s-2", kind: "stateful" },
    ];
    const running = new Map<string, { stop(): Promise<unknown> }>();
    for (const { id, kind } of servers) {
      const upstream = await kinds[kind]();
      running.set(id, upstream);
      await hub.register(id, upstream);
    }
    const holds = async (chosen: readonly string[]) => {
      const keepers = chosen.filter((id) => id.startsWith("s-"));
      const path = `/mcp?servers=${chosen.join(",")}`;
      const { result, error } = await new ModernClient(hub.url, { path }).ask("server/discover");
      expect(result?.supportedVersions !== undefined).toBe(keepers.length === 0);
      if (keepers.length === 0) return;
      expect(error?.code).toBe(-32_601);
      for (const id of keepers) expect(error?.message).toContain(id);
      // Asked for by name it is offered all the same, and its lists say what is lost with it.
      const asks = new ModernClient(hub.url, { path: `${path}&${pinned}` });
      const discovered = await asks.ask("server/discover");
      expect(discovered.result?.supportedVersions).toEqual(["2026-07-28"]);
      const { _meta } = (await asks.ask("tools/list")).result ?? {};
      expect(Object(_meta)["mcp-hub/no-state"]).toEqual(keepers);
    };
    const anyChoice = fc.subarray(
      servers.map(({ id }) => id),
      { minLength: 1 },
    );
    await fc.assert(fc.asyncProperty(anyChoice, holds), { numRuns: 20 });
    // Nobody has to be there for it: the hub knows it from before.
    await hub.stop();
    await Promise.all([...running.values()].map((upstream) => upstream.stop()));
    const again = await TestHub.start({ port: hub.port, dataDir: hub.dataDir });
    const { error } = await new ModernClient(again.url, { path: "/mcp?servers=s-1,m-1" }).ask(
      "server/discover",
    );
    expect(error?.message).toContain("s-1");
  });

  test("is what the one server says itself, and 2026-07-28 for who asks for that", async () => {
    const hub = await TestHub.start();
    const stateful = await LegacyUpstream.start();
    await hub.register("stateful", stateful);
    await hub.register("stateless", await startStateless());
    await hub.register("modern", await ModernUpstream.start());
    const ask = async (id: string, query = "") =>
      new ModernClient(hub.url, { path: `/servers/${id}/mcp${query}` }).ask("server/discover");
    expect((await ask("stateful")).error).toBeDefined();
    expect((await ask("stateless")).error?.message).toBe(
      "Method not found, says the server itself",
    );
    expect((await ask("modern")).result?.supportedVersions).toEqual(["2026-07-28"]);
    for (const id of ["stateful", "stateless", "modern"]) {
      const { result } = await ask(id, `?${pinned}`);
      expect(result?.supportedVersions).toContain("2026-07-28");
    }
  });

  test("decides nothing about calls: both kinds of clients are served at every endpoint", async () => {
    const hub = await TestHub.start();
    await hub.register("one", await LegacyUpstream.start());
    for (const path of ["/mcp", "/mcp?servers=one", "/servers/one/mcp", `/mcp?${pinned}`]) {
      const name = path.startsWith("/servers") ? "echo" : "one__echo";
      const modern = new ModernClient(hub.url, { path });
      expect(textOf((await modern.call(name, { a: 1 }).done).response)).toBe('{"a":1}');
      const legacy = await LegacyClient.open(hub.url, { path });
      expect(textOf((await legacy.call(name, { a: 2 }).done).response)).toBe('{"a":2}');
    }
  });

  test("of a toolset follows what the toolset holds", async () => {
    const hub = await TestHub.start();
    await hub.register("one", await LegacyUpstream.start());
    await hub.register("two", await ModernUpstream.start());
    const save = (servers: readonly string[]) =>
      fetch(`${hub.url}/toolsets`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: servers.join(" and "), servers }),
      }).then((response) => response.json() as Promise<{ id: string }>);
    const ask = async ({ id }: { id: string }, query = "") =>
      new ModernClient(hub.url, { path: `/toolsets/${id}/mcp${query}` }).ask("server/discover");
    const both = await save(["one", "two"]);
    expect((await ask(both)).error?.message).toContain("(one)");
    expect((await ask(both, `?${pinned}`)).result?.supportedVersions).toEqual(["2026-07-28"]);
    expect((await ask(await save(["two"]))).result?.supportedVersions).toEqual(["2026-07-28"]);
  });

  test("that does not exist is refused with the one that does", async () => {
    const hub = await TestHub.start();
    await hub.register("one", await ModernUpstream.start());
    for (const path of ["/mcp", "/servers/one/mcp"])
      for (const value of ["2025-11-25", "latest", ""]) {
        const client = new ModernClient(hub.url, { path: `${path}?revision=${value}` });
        const { status, response } = await client.send("tools/list").done;
        expect(status).toBe(400);
        expect(response.error?.message).toContain("?revision= must be 2026-07-28");
      }
  });
});
