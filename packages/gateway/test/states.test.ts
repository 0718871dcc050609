import {
  closeAll,
  LegacyClient,
  type LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";
import { eras, everyClient, listed, missingIn, namesIn, start } from "./states.js";

// Each test waits for most of its time, and has a hub of its own.
afterAll(closeAll);

const statusesOf = async (hub: TestHub, id: string) => {
  const { events } = (await hub.rest("GET", `/events?server=${id}&limit=100`)) as {
    readonly events: readonly { readonly kind: string; readonly to?: string }[];
  }; // as its description says
  return events.flatMap(({ kind, to }) => (kind === "status-changed" ? [to] : [])).reverse();
};

describe.concurrent("a server that refuses the connection of a call", () => {
  test.each(eras)(
    "is suspect at once, keeps its lease and its tools, and is up again with one good probe (%s)",
    async (era) => {
      const hub = await TestHub.start();
      const upstream = await start(era);
      await hub.register("shop", upstream);
      const clients = await everyClient(hub, "shop");
      const health = () => hub.entry("shop")?.instances[0]?.health;
      await upstream.stop();
      for (const { client, name } of clients) {
        const { response } = await client.call(name).done;
        expect(response.error).toMatchObject({
          code: -31_001,
          message: expect.stringMatching(/^shop \(shop, suspect\): .*not reached.*did not run\./),
          data: { mayHaveRun: false, server: { status: "suspect" } },
        });
        expect(health()).toMatchObject({ status: "suspect", isBeingProbed: expect.any(Boolean) });
        expect(health()?.lease).toBeDefined();
      }
      const list = await new ModernClient(hub.url).ask("tools/list");
      expect(namesIn(list)).toContain("shop__echo");
      expect(missingIn(list)).toMatchObject([
        {
          server: "shop",
          status: "suspect",
          listed: true,
          reason: expect.stringContaining("listens"),
        },
      ]);
      await upstream.start();
      await hub.whenUp("shop");
      for (const { client, name } of clients) {
        const { response } = await client.call(name).done;
        expect(response.result).toBeDefined();
      }
      expect((await statusesOf(hub, "shop")).slice(-2)).toEqual(["suspect", "up"]);
    },
  );

  test("is suspect without a lease until its third failed probe, and then unreachable", async () => {
    const hub = await TestHub.start();
    const upstream = await start("modern");
    await hub.register("seed", upstream, { lease: undefined });
    await upstream.stop();
    await new ModernClient(hub.url).call("seed__echo").done;
    expect(hub.status("seed")).toBe("suspect");
    await until("three probes", () => hub.status("seed") === "unreachable");
    expect(hub.entry("seed")?.instances[0]?.health.failures).toBe(3);
    expect((await statusesOf(hub, "seed")).slice(-3)).toEqual(["up", "suspect", "unreachable"]);
  });

  test("is not preferred to one that is up, and marks no other", async () => {
    const hub = await TestHub.start();
    const [first, second] = [await start("modern"), await start("modern")];
    for (const { endpoint } of [first, second])
      await hub.announce("twins", endpoint, { serviceKey: "a key that both know" });
    await hub.whenUp("twins", 2);
    await first.stop();
    const client = new ModernClient(hub.url);
    for (let one = 0; one < 4; one += 1)
      expect((await client.call("twins__echo").done).response.result).toBeDefined();
    expect(hub.entry("twins")?.instances.map(({ health }) => health.status)).toEqual([
      "suspect",
      "up",
    ]);
    expect(hub.status("twins")).toBe("degraded");
  });

  test("one that breaks a connection in the middle of a call is looked at, and stays up when it answers", async () => {
    const hub = await TestHub.start();
    const upstream = await start("modern", { tools: ["break"] });
    upstream.on("break", ({ response }) => void response.destroy());
    await hub.register("shaky", upstream);
    const probes = upstream.count("POST server/discover");
    await new ModernClient(hub.url).call("shaky__break").done;
    await until("it to be looked at", () => upstream.count("POST server/discover") > probes);
    expect(await statusesOf(hub, "shaky")).toEqual(["up"]);
  });

  test.each(eras)(
    "is noticed without a call, by the stream on which the hub hears of changes (%s)",
    async (era) => {
      // No probe of an instance that is up, and no end of a lease, comes in time.
      const hub = await TestHub.start({ settings: { probeUpMs: 3_600_000 } });
      const upstream = await start(era);
      await hub.register("quiet", upstream, { lease: { ttlMs: 3_600_000 } });
      const opening = era === "legacy" ? "GET" : "POST subscriptions/listen";
      await until("the stream", () => upstream.count(opening) > 0);
      await upstream.stop();
      await until("it to be noticed", () => hub.status("quiet") === "suspect");
      await upstream.start();
      await hub.whenUp("quiet");
    },
  );

  test("somebody who wants its name makes it suspect, when nothing listens there", async () => {
    const hub = await TestHub.start();
    const [holder, other] = [await start("modern"), await start("modern")];
    const serviceKey = "a key that only the holder knows";
    await hub.register("shop", holder, { serviceKey });
    await hub.announce("shop", other.endpoint, { serviceKey });
    await hub.whenUp("shop", 2);
    await holder.stop();
    // The other one is there, so the name is not free.
    await expect(hub.announce("shop", (await start("modern")).endpoint)).rejects.toThrow(
      "NAME_TAKEN",
    );
    expect(hub.entry("shop")?.instances.map(({ health }) => health.status)).toEqual([
      "suspect",
      "up",
    ]);
  });
});

describe.concurrent("a server that is down", () => {
  const settings = {
    downAfterMs: 1_000,
    leaseTtlMs: 1_000,
    leaseMinMs: 1_000,
    heartbeatMs: 300,
    sweepMs: 200,
  };

  test("stays in the lists' account of what is missing and in hub__list_servers, and calls to it say why", async () => {
    const hub = await TestHub.start({ settings, limits: { graceMs: 1 } });
    const upstream = await start("legacy", {
      tools: ["echo"],
      prompts: [{ name: "letter" }],
      resources: [{ uri: "file:///a", name: "a" }],
    });
    await hub.register("old", upstream, { lease: undefined });
    await hub.register("new", await start("modern"));
    await upstream.stop();
    await new ModernClient(hub.url).call("old__echo").done;
    await until("it to be down", () => hub.status("old") === "down");
    const client = new ModernClient(hub.url, { path: "/mcp" });
    await until("it to leave the list", async () => {
      return !namesIn(await client.ask("tools/list")).includes("old__echo");
    });
    for (const kind of ["tools/list", "prompts/list", "resources/list"])
      expect(missingIn(await client.ask(kind))).toMatchObject([
        {
          server: "old",
          status: "down",
          listed: false,
          reason: expect.stringContaining("listens"),
        },
      ]);
    expect((await listed(client)).map(({ id, status }) => [id, status])).toEqual([
      ["new", "up"],
      ["old", "down"],
    ]);
    expect(await listed(client, { status: "down" })).toMatchObject([{ id: "old" }]);
    const clients = [client, await LegacyClient.open(hub.url)];
    for (const one of clients) {
      const answers = [
        await one.ask("tools/call", { name: "old__echo", arguments: {} }),
        await one.ask("prompts/get", { name: "old__letter" }),
        await one.ask("resources/read", { uri: "file:///a" }),
      ];
      for (const { error } of answers)
        expect(error).toMatchObject({
          code: -31_001,
          message: expect.stringMatching(/^old \(old, down\): No sign of life .*did not run\./),
        });
      const { error } = await one.ask("tools/call", { name: "old__nothing", arguments: {} });
      expect(error).toMatchObject({ code: -32_602, message: expect.stringContaining("Unknown") });
    }
    const bare = new ModernClient(hub.url, { path: "/mcp?prefix=never" });
    // Its name is the other one's now.
    expect((await bare.call("echo").done).response.result).toBeDefined();
  });

  test("says at its own endpoint that it left, when it was stopped in good order", async () => {
    const hub = await TestHub.start({ limits: { graceMs: 1 } });
    const lease = await hub.register("gone", await start("legacy"));
    await hub.deregister(lease);
    const clients = await everyClient(hub, "gone");
    for (const { client, name } of clients) {
      const { response } = await client.call(name).done;
      expect(response.error).toMatchObject({
        code: -31_001,
        message: expect.stringMatching(/^gone \(gone, down\): It left at \d{4}-.*stopped/),
      });
    }
    const list = await new ModernClient(hub.url).ask("tools/list");
    expect(missingIn(list)).toMatchObject([
      { server: "gone", reason: expect.stringContaining("left") },
    ]);
  });
});

const asksOf = (upstream: LegacyUpstream | ModernUpstream) =>
  upstream.bodies.filter((body) => body.includes("mcp-hub-asks-whether-calls-are-let-in")).length;

describe.concurrent("a server that answers its lists to everybody, and refuses calls", () => {
  const refusals = {
    "with 401": { status: 401 },
    "with 403": { status: 403 },
    'with "Unauthorized" in HTTP 200': { message: "Unauthorized" },
    'with "Missing API key" in HTTP 200': { message: "Missing API key" },
  } as const;

  type Refusal = { readonly status?: number; readonly message?: string };

  /** Refuses calls, all or those of one tool, for want of a token. */
  function refuseCalls(
    upstream: LegacyUpstream | ModernUpstream,
    { status, message: words }: Refusal,
    only?: string,
  ) {
    const handle = upstream.handle.bind(upstream);
    upstream.handle = (message, request, response) => {
      const isMeant = only === undefined || message.params?.name === only;
      if (message.method !== "tools/call" || !isMeant) handle(message, request, response);
      else if (status !== undefined) response.writeHead(status).end();
      else {
        const error = { code: -32_000, message: words };
        const body = JSON.stringify({ jsonrpc: "2.0", id: message.id, error });
        response.writeHead(200, { "content-type": "application/json" }).end(body);
      }
    };
    return () => Object.assign(upstream, { handle });
  }

  test.each(
    Object.entries(refusals).flatMap(([how, given], at) =>
      eras.map((era, of) => ({ how, era, given, turn: (at + of) % 3 })),
    ),
  )(
    "needs a token as soon as a call shows it, and is up again without it: $how ($era)",
    async ({ era, given, turn }) => {
      const hub = await TestHub.start();
      const upstream = await start(era);
      const allow = refuseCalls(upstream, given);
      await hub.register("safe", upstream);
      expect(hub.status("safe")).toBe("up");
      expect(asksOf(upstream)).toBe(0);
      const probedTo = (status: string) =>
        until(`it to be ${status}`, async () => {
          await hub.rest("POST", "/servers/safe/probe");
          return hub.status("safe") === status;
        });
      // Each of these tests takes another of the ways that a call can go.
      const way = (await everyClient(hub, "safe"))[turn];
      await way?.client.call(way.name).done;
      await probedTo("needs-token");
      expect(await hub.rest("GET", "/servers/safe")).toMatchObject({
        instances: [
          { problem: { code: "NEEDS_TOKEN", cause: expect.stringContaining("tools/call") } },
        ],
      });
      allow();
      await probedTo("up");
    },
  );

  test("is noticed behind what the server says first, in the stream of the answer", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start();
    const open = upstream.handle.bind(upstream);
    upstream.handle = (message, request, response) => {
      if (message.method !== "tools/call") return open(message, request, response);
      const params = { level: "info", data: "on my way" };
      const events = [
        { jsonrpc: "2.0", method: "notifications/message", params },
        { jsonrpc: "2.0", id: message.id, error: { code: -32_001, message: "Unauthorized" } },
      ];
      response
        .writeHead(200, { "content-type": "text/event-stream" })
        .end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
    };
    await hub.register("safe", upstream);
    await new ModernClient(hub.url).call("safe__echo").done;
    await until("it to need a token", async () => {
      await hub.rest("POST", "/servers/safe/probe");
      return hub.status("safe") === "needs-token";
    });
  });

  for (const era of eras)
    test(`needs its token still when the question breaks, until it lets a call in (${era})`, async () => {
      const hub = await TestHub.start();
      const upstream = await start(era);
      const allow = refuseCalls(upstream, { status: 401 });
      await hub.register("safe", upstream);
      for (const { client, name } of await everyClient(hub, "safe")) await client.call(name).done;
      const probed = async () => {
        await hub.rest("POST", "/servers/safe/probe");
        return hub.status("safe");
      };
      await until("it to need a token", async () => (await probed()) === "needs-token");
      const refusing = upstream.handle;
      const asked = asksOf(upstream);
      upstream.handle = (message, request, response) => {
        if (message.method === "tools/call") response.destroy();
        else refusing(message, request, response);
      };
      await until("the question to break", async () => {
        expect(await probed()).toBe("needs-token");
        return asksOf(upstream) > asked + 1;
      });
      allow();
      await until("it to be up", async () => (await probed()) === "up");
    });

  for (const era of eras)
    test(`for one of its tools alone stays up, and is asked no more (${era})`, async () => {
      const hub = await TestHub.start();
      const upstream = await start(era);
      refuseCalls(upstream, { status: 403 }, "echo");
      await hub.register("safe", upstream);
      for (const { client, name } of await everyClient(hub, "safe")) await client.call(name).done;
      await until("it to be asked", async () => {
        await hub.rest("POST", "/servers/safe/probe");
        return asksOf(upstream) > 0;
      });
      const lists = () => upstream.log.filter((one) => one === "POST tools/list").length;
      const before = { asked: asksOf(upstream), lists: lists() };
      await until("the next reading", async () => {
        await hub.rest("POST", "/servers/safe/probe");
        return lists() > before.lists;
      });
      expect([asksOf(upstream), hub.status("safe")]).toEqual([before.asked, "up"]);
    });
});
