import {
  closeAll,
  gate,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  quiet,
  SseUpstream,
  TestHub,
  type TestHubOptions,
  textOf,
  textResult,
  tool,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { lookEveryMs } from "../src/upstream/restarts.js";
import { Callers } from "./support/callers.js";

afterEach(closeAll);

type Era = "legacy" | "modern";
type Client = LegacyClient | ModernClient;

const eras: readonly Era[] = ["modern", "legacy"];

const startUpstream = (era: Era): Promise<Upstream> =>
  era === "legacy" ? LegacyUpstream.start() : ModernUpstream.start();

/** Long enough for no test to wait for its end. */
const long: TestHubOptions = { limits: { restartMs: 60_000 } };

async function withServer(era: Era, options: TestHubOptions = long) {
  const hub = await TestHub.start(options);
  const upstream = await startUpstream(era);
  const lease = await hub.register("one", upstream);
  return { hub, upstream, lease };
}

const openClient = async (hub: TestHub, era: Era, path: string): Promise<Client> =>
  era === "legacy" ? LegacyClient.open(hub.url, { path }) : new ModernClient(hub.url, { path });

const waiting = async (hub: TestHub) => (await hub.budget("allRestartCalls")).used;

const whenWaiting = (hub: TestHub, calls: number) =>
  until(`${calls} calls to wait`, async () => (await waiting(hub)) === calls);

/** What a call of `echo` sent, as its server told. */
const echoed = async (call: ReturnType<Client["call"]>) => {
  const { response } = await call.done;
  expect(response.error).toBeUndefined();
  return JSON.parse(textOf(response));
};

describe("a call waits for a server that restarts", () => {
  const numbers = [0, 1, 2, 3, 4];

  for (const serverEra of eras)
    for (const clientEra of eras)
      for (const isAlone of [false, true]) {
        const path = isAlone ? "/servers/one/mcp" : "/mcp";
        const name = isAlone ? "echo" : "one__echo";
        const title = `a ${clientEra} client at ${path} of a ${serverEra} server`;

        test(`${title}: its process is lost and comes back without a word`, async () => {
          const { hub, upstream } = await withServer(serverEra);
          const client = await openClient(hub, clientEra, path);
          expect(await echoed(client.call(name, { n: -1 }))).toEqual({ n: -1 });
          await upstream.stop();
          const calls = [];
          for (const n of numbers) {
            calls.push(client.call(name, { n }));
            await whenWaiting(hub, n + 1);
          }
          expect(await hub.inFlight("one")).toBe(5);
          await upstream.start();
          expect(await Promise.all(calls.map(echoed))).toEqual(numbers.map((n) => ({ n })));
          // Each ran once, in the order they came; where each has a session of its own, these overtake.
          const ran = upstream.callsOf("echo").map(({ given }) => Number(given.n));
          const overtakes = clientEra === "modern" && serverEra === "legacy";
          expect(overtakes ? ran.sort() : ran).toEqual([-1, ...numbers]);
          expect(await waiting(hub)).toBe(0);
          expect(await hub.inFlight("one")).toBe(0);
        });

        test(`${title}: it leaves and registers at another place`, async () => {
          const { hub, upstream, lease } = await withServer(serverEra);
          const client = await openClient(hub, clientEra, path);
          await hub.deregister(lease);
          await upstream.stop();
          const call = client.call(name, { n: 1 });
          await whenWaiting(hub, 1);
          const next = await startUpstream(serverEra);
          await hub.announce("one", next.endpoint);
          const { status, response } = await call.done;
          // A session of the server's own ended with it, and its client begins another.
          if (isAlone && clientEra === "legacy" && serverEra === "legacy") {
            expect(status).toBe(404);
            return;
          }
          expect(JSON.parse(textOf(response))).toEqual({ n: 1 });
        });
      }

  test("one that drains keeps what it has begun, and gets nothing new", async () => {
    const { hub, upstream, lease } = await withServer("modern");
    const client = new ModernClient(hub.url);
    const held = gate();
    upstream.on("echo", async () => {
      await held.opened;
      return textResult("begun");
    });
    const begun = client.call("one__echo");
    await until("the call", () => upstream.callsOf("echo").length === 1);
    await hub.drain(lease);
    const next = client.call("one__echo", { n: 1 });
    await whenWaiting(hub, 1);
    held.open();
    expect(textOf((await begun.done).response)).toBe("begun");
    await upstream.stop();
    const again = await ModernUpstream.start();
    await hub.announce("one", again.endpoint);
    expect(await echoed(next)).toEqual({ n: 1 });
    expect(upstream.callsOf("echo")).toHaveLength(1);
  });

  test("a server that is another revision when it is back", async () => {
    for (const [before, after] of [
      ["legacy", "modern"],
      ["modern", "legacy"],
    ] as const) {
      const { hub, upstream, lease } = await withServer(before);
      const clients = [new ModernClient(hub.url), await LegacyClient.open(hub.url)];
      await hub.deregister(lease);
      await upstream.stop();
      const calls = clients.map((client) => client.call("one__echo", { n: 1 }));
      await whenWaiting(hub, 2);
      const next = await startUpstream(after);
      await hub.announce("one", next.endpoint);
      expect(await Promise.all(calls.map(echoed))).toEqual([{ n: 1 }, { n: 1 }]);
    }
  });

  test.each(["LegacyUpstream", "SseUpstream"] as const)(
    "one that is a %s when it is back: calls at its own endpoint have their answers, and have ended",
    async (after) => {
      const { hub, upstream, lease } = await withServer("modern");
      const client = new ModernClient(hub.url, { path: "/servers/one/mcp" });
      await hub.deregister(lease);
      await upstream.stop();
      const told = client.call("echo", { n: 1 }, { _meta: { progressToken: "p" } });
      await until("its client to hear that it waits", () => told.messages.length > 0);
      const calls = [told, client.call("echo", { n: 1 })];
      const list = client.ask("tools/list");
      await whenWaiting(hub, 3);
      const next = await { LegacyUpstream, SseUpstream }[after].start();
      const transport = after === "SseUpstream" ? { transport: "sse" } : {};
      await hub.announce("one", next.endpoint, transport);
      expect(await Promise.all(calls.map(echoed))).toEqual([{ n: 1 }, { n: 1 }]);
      expect((await list).result?.tools).toHaveLength(1);
      expect(await hub.inFlight("one")).toBe(0);
    },
  );

  test("a server that is another revision, and takes its time to say so", async () => {
    const { hub, upstream, lease } = await withServer("modern");
    const call = new ModernClient(hub.url).call("one__echo", { n: 1 });
    expect(await echoed(call)).toEqual({ n: 1 });
    await hub.deregister(lease);
    await upstream.stop();
    const waiting = new ModernClient(hub.url).call("one__echo", { n: 2 });
    await whenWaiting(hub, 1);
    const next = await startUpstream("legacy");
    const says = gate();
    const handle = next.handle.bind(next);
    next.handle = (...asked) => void says.opened.then(() => handle(...asked));
    await hub.announce("one", next.endpoint);
    // The hub finds in this time that it listens, more than once.
    await quiet(5 * lookEveryMs);
    expect(await hub.budget("allRestartCalls")).toMatchObject({ used: 1 });
    says.open();
    expect(await echoed(waiting)).toEqual({ n: 2 });
  });

  test("what was sent and broke off is not repeated", async () => {
    for (const era of eras) {
      const { hub, upstream } = await withServer(era);
      upstream.on("echo", ({ response }) => {
        response.destroy();
        return undefined;
      });
      for (const client of [new ModernClient(hub.url), await LegacyClient.open(hub.url)]) {
        const { response } = await client.call("one__echo").done;
        expect(response.error?.data).toMatchObject({ mayHaveRun: true });
      }
      expect(upstream.callsOf("echo")).toHaveLength(2);
    }
  });

  test("unless the tool says that it is safe and the client allows it: then once more", async () => {
    for (const era of eras) {
      const hub = await TestHub.start(long);
      const tools = [
        tool("reads", { annotations: { readOnlyHint: true } }),
        tool("sets", { annotations: { idempotentHint: true } }),
        tool("adds", { annotations: { readOnlyHint: false } }),
        tool("says-nothing"),
      ];
      const upstream = await (era === "legacy"
        ? LegacyUpstream.start({ tools })
        : ModernUpstream.start({ tools }));
      await hub.register("one", upstream);
      const allowed = { _meta: { "mcp-hub/repeat": true } };
      for (const [prefix, client] of [
        ["one__", new ModernClient(hub.url)],
        ["", new ModernClient(hub.url, { path: "/servers/one/mcp" })],
        ["one__", await LegacyClient.open(hub.url)],
      ] as const) {
        for (const { name } of tools) {
          upstream.calls.length = 0;
          let breaks = 1;
          upstream.on(String(name), ({ response }) => {
            breaks -= 1;
            if (breaks < 0) return textResult("done");
            response.destroy();
            return undefined;
          });
          const isSafe = name === "reads" || name === "sets";
          const once = await client.call(`${prefix}${name}`, {}, allowed).done;
          if (isSafe) expect(textOf(once.response)).toBe("done");
          else expect(once.response.error?.data).toMatchObject({ mayHaveRun: true });
          expect(upstream.calls).toHaveLength(isSafe ? 2 : 1);
          breaks = 1;
          const unasked = await client.call(`${prefix}${name}`).done;
          expect(unasked.response.error?.data).toMatchObject({ mayHaveRun: true });
          breaks = 2;
          const twice = await client.call(`${prefix}${name}`, {}, allowed).done;
          expect(twice.response.error?.data).toMatchObject({ mayHaveRun: true });
        }
      }
    }
  });

  test("or its toolset does, which a client can forbid for a call", async () => {
    for (const era of eras) {
      const hub = await TestHub.start(long);
      const tools = [tool("reads", { annotations: { readOnlyHint: true } }), tool("adds")];
      const upstream = await (era === "legacy"
        ? LegacyUpstream.start({ tools })
        : ModernUpstream.start({ tools }));
      await hub.register("one", upstream);
      await hub.rest("POST", "/toolsets", { name: "Desk" });
      const path = "/toolsets/desk/mcp";
      const clients = [
        new ModernClient(hub.url, { path }),
        await LegacyClient.open(hub.url, { path }),
      ];
      /** What comes of a call whose first try breaks off. */
      const broken = async (client: Client, name: string, _meta?: Record<string, unknown>) => {
        let tries = 0;
        upstream.on(name, ({ response }) => {
          tries += 1;
          if (tries > 1) return textResult("done");
          response.destroy();
          return undefined;
        });
        const more = _meta === undefined ? {} : { _meta };
        const { response } = await client.call(`one__${name}`, {}, more).done;
        return response.error === undefined ? textOf(response) : response.error.data;
      };
      const failed = expect.objectContaining({ mayHaveRun: true });
      for (const client of clients) {
        expect(await broken(client, "reads")).toEqual(failed);
        await hub.rest("PUT", "/toolsets/desk", { name: "Desk", repeat: "safe" });
        expect(await broken(client, "reads")).toBe("done");
        expect(await broken(client, "adds")).toEqual(failed);
        expect(await broken(client, "reads", { "mcp-hub/repeat": false })).toEqual(failed);
        await hub.rest("PUT", "/toolsets/desk", { name: "Desk", repeat: "asked" });
        expect(await broken(client, "reads")).toEqual(failed);
        expect(await broken(client, "reads", { "mcp-hub/repeat": true })).toBe("done");
      }
    }
  });

  test("a client that opens its session with the server meanwhile", async () => {
    const { hub, upstream } = await withServer("legacy");
    await upstream.stop();
    const opening = LegacyClient.open(hub.url, { path: "/servers/one/mcp" });
    await whenWaiting(hub, 1);
    await upstream.start();
    const client = await opening;
    expect(await echoed(client.call("echo", { n: 1 }))).toEqual({ n: 1 });
  });
});

describe("the wait is told", () => {
  for (const path of ["/mcp", "/servers/one/mcp"])
    test(`as progress at ${path}, where the client asked for it`, async () => {
      const name = path === "/mcp" ? "one__echo" : "echo";
      for (const serverEra of eras) {
        const { hub, upstream } = await withServer(serverEra);
        await upstream.stop();
        const client = new ModernClient(hub.url, { path });
        const call = client.call(name, { n: 1 }, { _meta: { progressToken: "p" } });
        const quiet = client.call(name, { n: 2 });
        await until("progress", () => call.named("notifications/progress").length >= 2);
        expect(quiet.messages).toEqual([]);
        await upstream.start();
        expect(await echoed(call)).toEqual({ n: 1 });
        expect(await echoed(quiet)).toEqual({ n: 2 });
        const told = call.named("notifications/progress").map(({ params }) => params);
        for (const params of told)
          expect(params).toMatchObject({
            progressToken: "p",
            message: "Waiting for one to come back",
          });
        const numbers = told.map((params) => Number(params?.progress));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(Math.max(...numbers)).toBeLessThanOrEqual(0);
      }
    });

  test("to a 2025 client of the aggregate as well", async () => {
    for (const serverEra of eras) {
      const { hub, upstream } = await withServer(serverEra);
      const client = await LegacyClient.open(hub.url);
      await upstream.stop();
      const call = client.call("one__echo", { n: 1 }, { _meta: { progressToken: 7 } });
      await until("progress", () => call.named("notifications/progress").length >= 1);
      await upstream.start();
      expect(await echoed(call)).toEqual({ n: 1 });
    }
  });
});

describe("the wait ends", () => {
  test("after its time, with the cause", async () => {
    for (const serverEra of eras) {
      const { hub, upstream } = await withServer(serverEra, { limits: { restartMs: 300 } });
      const clients = [
        new ModernClient(hub.url),
        new ModernClient(hub.url, { path: "/servers/one/mcp" }),
        await LegacyClient.open(hub.url),
      ];
      await upstream.stop();
      // At once: who comes when it has been away for long waits less, or not at all.
      const answers = await Promise.all(
        clients.map((client) => client.call(client === clients[1] ? "echo" : "one__echo").done),
      );
      for (const { response } of answers) {
        expect(response.error).toMatchObject({
          code: -31_001,
          message: expect.stringMatching(/The call waited \d\.\d s for it to come back\./),
          data: { hubError: "SERVER_UNAVAILABLE", mayHaveRun: false, server: { id: "one" } },
        });
      }
      expect(upstream.callsOf("echo")).toHaveLength(0);
      // It has been away for so long that nobody waits for it any more.
      await until("an answer without a wait", async () => {
        const { response } = await new ModernClient(hub.url).call("one__echo").done;
        expect(response.error?.code).toBe(-31_001);
        return !response.error?.message.includes("The call waited");
      });
      await until("all to be counted", async () => (await hub.inFlight("one")) === 0);
    }
  });

  test("when the client goes away", async () => {
    for (const path of ["/mcp", "/servers/one/mcp"]) {
      const { hub, upstream } = await withServer("modern");
      await upstream.stop();
      const call = new ModernClient(hub.url, { path }).call(path === "/mcp" ? "one__echo" : "echo");
      await whenWaiting(hub, 1);
      call.close();
      await whenWaiting(hub, 0);
      await upstream.start();
      await until("all to be counted", async () => (await hub.inFlight("one")) === 0);
      expect(upstream.callsOf("echo")).toHaveLength(0);
    }
  });

  test("when a 2025 client takes it back, or ends its session", async () => {
    const { hub, upstream } = await withServer("legacy");
    const client = await LegacyClient.open(hub.url);
    await upstream.stop();
    const call = client.call("one__echo", {}, { id: 77_001 });
    await whenWaiting(hub, 1);
    await client.notify("notifications/cancelled", { requestId: 77_001 });
    expect((await call.done).messages).toEqual([]);
    expect(await waiting(hub)).toBe(0);
    const other = client.call("one__echo");
    await whenWaiting(hub, 1);
    await client.end();
    await other.done;
    expect(await waiting(hub)).toBe(0);
    expect(await hub.inFlight("one")).toBe(0);
  });

  test("when the server is removed", async () => {
    const { hub, upstream } = await withServer("modern");
    await upstream.stop();
    const calls = [
      new ModernClient(hub.url).call("one__echo"),
      (await LegacyClient.open(hub.url)).call("one__echo"),
    ];
    await whenWaiting(hub, 2);
    await hub.rest("DELETE", "/servers/one?force=true");
    for (const call of calls) {
      const { response } = await call.done;
      expect(response.error?.message).toContain("It was removed from the hub");
      expect(response.error?.data).toMatchObject({ mayHaveRun: false });
    }
  });

  for (const era of eras)
    test(`for a ${era} client, when the toolset or the grant that it is called by leaves it out meanwhile`, async () => {
      const callers = new Callers({ tagged: [{ action: "call", tags: ["open"] }] });
      const hub = await TestHub.start({ ...long, access: callers.access, token: "admin" });
      const upstream = await startUpstream(era);
      await hub.register("one", upstream, { tags: ["open"] });
      const toolset = { name: "Some", servers: ["one"] };
      await hub.rest("POST", "/toolsets", toolset);
      const open = async (token: string, path: string): Promise<Client> =>
        era === "legacy"
          ? LegacyClient.open(hub.url, { path, token })
          : new ModernClient(hub.url, { path, token });
      const calls = [
        [await open("admin", "/toolsets/some/mcp"), "one__echo"],
        [await open("tagged", "/mcp"), "one__echo"],
        [await open("tagged", "/servers/one/mcp"), "echo"],
      ] as const;
      const stays = await open("admin", "/mcp");
      await upstream.stop();
      const held = calls.map(([client, name]) => client.call(name, { n: 1 }));
      const kept = stays.call("one__echo", { n: 2 });
      await whenWaiting(hub, 4);
      await hub.rest("PUT", "/toolsets/some", { ...toolset, deny: ["one/echo"] });
      await hub.rest("PATCH", "/servers/one", { tags: ["closed"] });
      await upstream.start();
      expect(await echoed(kept)).toEqual({ n: 2 });
      for (const call of held) expect((await call.done).response.error).toBeDefined();
      expect(upstream.callsOf("echo").map(({ given }) => given.n)).toEqual([2]);
    });

  test("when the hub stops", async () => {
    const { hub, upstream } = await withServer("modern");
    await upstream.stop();
    const call = new ModernClient(hub.url).call("one__echo");
    await whenWaiting(hub, 1);
    await Promise.all([hub.stop(), call.done]);
    const { status, headers, response } = await call.done;
    expect(status).toBe(503);
    expect(headers["retry-after"]).toBe("5");
    expect(response.error?.data).toMatchObject({ hubError: "HUB_STOPPING", mayHaveRun: false });
  });
});

describe("what may wait is bounded", () => {
  test("in number for one server, in all, and in bytes", async () => {
    for (const [budgets, most] of [
      [{ restartCalls: 2 }, 2],
      // One client may have half of them.
      [{ allRestartCalls: 6 }, 3],
      [{ restartBytes: 1_048_576 }, 3],
    ] as const) {
      const { hub, upstream } = await withServer("modern", { ...long, budgets });
      await upstream.stop();
      const client = new ModernClient(hub.url);
      const text = "x".repeat("restartBytes" in budgets ? 150_000 : 1);
      const calls = Array.from({ length: most }, (_, n) => client.call("one__echo", { n, text }));
      await whenWaiting(hub, most);
      const { response } = await client.call("one__echo", { text }).done;
      expect(response.error).toMatchObject({
        code: -31_001,
        data: { hubError: "SERVER_UNAVAILABLE", mayHaveRun: false },
      });
      const [name] = Object.keys(budgets) as readonly (keyof typeof budgets)[]; // there is one
      if (name !== undefined) expect((await hub.budget(name)).refused).toBeGreaterThan(0);
      await upstream.start();
      for (const call of calls) expect(await echoed(call)).toMatchObject({ text });
    }
  });
});
