import { pathToFileURL } from "node:url";
import {
  BudgetBook,
  MemoryStore,
  MemoryToolsetStore,
  Registry,
  systemClock,
  Toolsets,
} from "@hub/core";
import type { UpstreamDialer, UpstreamReceiver } from "@hub/core/upstream";
import { createDialer, createEndpointRules } from "@hub/dial";
import { Gateway } from "@hub/gateway";
import { createProber } from "@hub/probe";
import {
  closeAll,
  closeLater,
  Exchange,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { Arrivals } from "../src/access/arrival.js";
import { Callers } from "../src/access/callers.js";
import { Gate } from "../src/access/gate.js";
import type { Fault } from "../src/boundary.js";
import { createGatewayHandler } from "../src/gateway-handler.js";
import { listen } from "../src/listen.js";
import { createTestApp, server1 } from "./support/test-app.js";

afterEach(closeAll);

/** Where the dialer fails, or makes who hears it fail by what no server can send. */
type Fails =
  | "nowhere"
  | "when it is asked"
  | "at the head"
  | "in the body"
  | "at the end"
  | "at a failure";

const everywhere = [
  "when it is asked",
  "at the head",
  "in the body",
  "at the end",
  "at a failure",
] as const;

/** A real dialer that fails on request. */
function failing(dialer: UpstreamDialer, where: () => Fails): UpstreamDialer {
  const nonsense = undefined as never;
  const hear = (receiver: UpstreamReceiver): UpstreamReceiver => ({
    onHead: (status, headers) =>
      receiver.onHead(status, where() === "at the head" ? nonsense : headers),
    onData: (chunk) => receiver.onData(where() === "in the body" ? nonsense : chunk),
    onEnd: () => {
      if (where() === "at a failure") receiver.onFailure(nonsense);
      else receiver.onEnd();
    },
    onFailure: (failure) => receiver.onFailure(failure),
  });
  return {
    send(url, request, receiver) {
      if (where() === "when it is asked") throw new Error("injected: the dialer");
      const heard = hear(receiver);
      if (where() !== "at the end") return dialer.send(url, request, heard);
      return dialer.send(url, request, {
        ...heard,
        onEnd: () => {
          // Whoever hears an end after a broken head has nothing to end.
          receiver.onHead(200, nonsense);
          receiver.onEnd();
        },
      });
    },
  };
}

/** A whole gateway behind real doors, with a server of each era; its dialer fails when it is told to. */
async function startFailing() {
  const dialer = createDialer({
    rules: createEndpointRules({ profile: "local", allow: [] }),
    hubId: "this-hub",
    version: "1",
  });
  const prober = createProber({ dialer, version: "1" });
  const registry = await Registry.open({
    store: new MemoryStore(),
    clock: systemClock,
    nothingListens: async () => false,
    newLeaseId: () => "0".repeat(32),
  });
  const toolsets = await Toolsets.open({ store: new MemoryToolsetStore(), clock: systemClock });
  const faults: { readonly error: unknown; readonly instance: string }[] = [];
  const told: Fault[] = [];
  let fails: Fails = "nowhere";
  const gateway = new Gateway({
    catalogue: registry,
    toolsets,
    dialer: failing(dialer, () => fails),
    version: "1",
    onFault: (error, instance) => void faults.push({ error, instance }),
    searchTools: () => {
      throw new Error("injected: the search");
    },
    limits: { restartMs: 0 },
    knock: async () => false,
    refresh: () => {
      throw new Error("injected: the refresher");
    },
  });
  const guard = { allowedHosts: [], allowedOrigins: [] };
  const takeRequest = createGatewayHandler({
    gateway,
    guard,
    arrivals: new Arrivals(),
    gate: new Gate(),
    callers: new Callers(new BudgetBook(), () => 0),
    audit: { refused: () => {} },
    hubId: "this-hub",
  });
  let answer = (): Response => new Response("well");
  const listener = await listen({ fetch: () => answer() }, "127.0.0.1", 0, {
    takeRequest,
    tellFault: (fault) => void told.push(fault),
  });
  closeLater(async () => {
    fails = "nowhere";
    gateway.drain();
    await listener.close(100);
    gateway.close();
    await dialer.close();
  });
  const old = await LegacyUpstream.start();
  for (const [name, upstream] of [
    ["new", await ModernUpstream.start()],
    ["old", old],
  ] as const) {
    await registry.register(
      { name, endpoint: upstream.endpoint, transport: "streamable-http" },
      {},
    );
    for (const task of registry.takeProbes(name))
      registry.recordProbe(task, await prober.probe(task.target, { full: true, timeoutMs: 5_000 }));
  }
  return {
    url: `http://127.0.0.1:${listener.port}`,
    faults,
    told,
    registry,
    old,
    fail: (where: Fails) => {
      fails = where;
    },
    /** What the REST side answers. */
    rest: (make: () => Response) => {
      answer = make;
    },
  };
}

type Ask = (url: string) => Promise<Exchange>;

/** Every way in which a call goes to a server. */
const ways: Readonly<Record<string, Ask>> = {
  "a modern call to a modern server": async (url) => new ModernClient(url).call("new__echo"),
  "a modern call to a 2025 server": async (url) => new ModernClient(url).call("old__echo"),
  "a 2025 call to a modern server": async (url) => (await LegacyClient.open(url)).call("new__echo"),
  "a 2025 call to a 2025 server": async (url) => (await LegacyClient.open(url)).call("old__echo"),
  "a pass-through": async (url) => new ModernClient(url, { path: "/servers/new/mcp" }).call("echo"),
  "the stream of a pass-through": async (url) =>
    new Exchange(`${url}/servers/old/mcp`, {
      method: "GET",
      headers: { accept: "text/event-stream", "mcp-session-id": "s" },
    }),
};

describe("a fault in the middle of a call", () => {
  for (const where of everywhere) {
    test(`${where}: each way is answered with where the log has it, and the hub lives on`, async () => {
      const hub = await startFailing();
      for (const [way, ask] of Object.entries(ways)) {
        hub.faults.length = 0;
        hub.fail(where);
        const { text } = await (await ask(hub.url)).done;
        hub.fail("nowhere");
        const isNamed = hub.faults.some(({ instance }) => text.includes(instance));
        expect([way, isNamed]).toEqual([way, true]);
        const good = await new ModernClient(hub.url).call("new__echo", { a: 1 }).done;
        expect([way, good.response.result !== undefined]).toEqual([way, true]);
      }
    });
  }
});

describe("a fault at another entry", () => {
  test("a REST answer that throws, and one that is none: 500 with the instance that was told", async () => {
    const hub = await startFailing();
    for (const make of [
      () => {
        throw new Error("injected: REST");
      },
      () => undefined as never,
    ]) {
      hub.told.length = 0;
      hub.rest(make);
      const response = await fetch(`${hub.url}/x?secret=1`);
      hub.rest(() => new Response("well"));
      expect(response.status).toBe(500);
      const { instance } = (await response.json()) as { readonly instance: string }; // a problem
      expect(hub.told).toEqual([expect.objectContaining({ instance })]);
      expect(await (await fetch(hub.url)).text()).toBe("well");
    }
  });

  test("the hub's own tools: the same error of the hub's as in a call to a server", async () => {
    const hub = await startFailing();
    for (const client of [new ModernClient(hub.url), await LegacyClient.open(hub.url)]) {
      hub.faults.length = 0;
      const { status, response } = await client.call("hub__find_tools", { query: "x" }).done;
      expect(status).toBe(500);
      const [fault] = hub.faults;
      expect(response.error).toMatchObject({ code: -31_008, data: { hubError: "HUB_FAULT" } });
      expect(response.error?.message).toContain(fault?.instance ?? "the log has it");
    }
  });

  test("a listener of the catalogue and a refresher that throw stop nobody", async () => {
    const hub = await startFailing();
    hub.registry.subscribe(() => {
      throw new Error("injected: a listener");
    });
    await hub.registry.register({ ...server1, endpoint: "http://127.0.0.1:9/mcp" }, {});
    await until("the refresher's fault", () => {
      hub.old.announce("notifications/tools/list_changed");
      return hub.faults.some(({ error }) => String(error).includes("the refresher"));
    });
    expect((await new ModernClient(hub.url).call("old__echo").done).status).toBe(200);
  });

  test("a store and a web UI that throw: 500 with the instance that the log has, nothing else of it", async () => {
    const store = new MemoryStore();
    const missing = pathToFileURL("/nowhere/page.html");
    const asset = {
      path: "/",
      type: "text/html",
      file: missing,
      gzipFile: missing,
      isImmutable: false,
    };
    const { app, errors } = await createTestApp({
      store,
      webUi: { page: asset, pagePaths: ["/"], unknownPaths: "/ui/*", assets: [] },
    });
    store.journal = () => Promise.reject(new Error("injected: the store"));
    for (const [path, accept] of [
      ["/events?limit=1", "application/json"],
      ["/", "text/html"],
    ] as const) {
      const response = await app.request(path, { headers: { accept } });
      expect([path, response.status]).toEqual([path, 500]);
      const text = JSON.stringify(await response.json());
      expect(text).toMatch(/"instance":"urn:uuid:/);
      expect(text).not.toMatch(/injected|nowhere/);
    }
    expect(errors).toHaveLength(2);
    expect((await app.request("/servers")).status).toBe(200);
  });
});
