import {
  closeAll,
  gate,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  quiet,
  TestHub,
  textOf,
  textResult,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";

afterAll(closeAll);

const ways = (["legacy", "modern"] as const).flatMap((server) =>
  (["legacy", "modern"] as const).flatMap((client) =>
    (["/mcp", "/servers/one/mcp"] as const).map((path) => ({ server, client, path })),
  ),
);
type Way = (typeof ways)[number];

/** A hub with one server, and how a client of one kind calls a tool of it in one way. */
async function start({ server, client, path }: Way, callTimeoutMs = 60_000) {
  const hub = await TestHub.start({ limits: { callTimeoutMs, circuitMs: 0 } });
  const upstream = await (server === "legacy" ? LegacyUpstream : ModernUpstream).start({
    tools: ["silent", "slow", "held"],
  });
  const held = gate();
  upstream.on("silent", () => undefined);
  upstream.on("slow", async () => {
    await quiet(2_000);
    return textResult("done");
  });
  upstream.on("held", async () => {
    await held.opened;
    return textResult("done");
  });
  await hub.register("one", upstream);
  const caller =
    client === "legacy"
      ? await LegacyClient.open(hub.url, { path })
      : new ModernClient(hub.url, { path });
  const call = (tool: string) => caller.call(path === "/mcp" ? `one__${tool}` : tool).done;
  const edit = (change: Record<string, unknown>) => hub.rest("PATCH", "/servers/one", change);
  return { hub, upstream, call, edit, held };
}

const titled = ({ server, client, path }: Way) => `a ${server} server, a ${client} client, ${path}`;

// Each waits for seconds, and has a hub of its own.
describe.concurrent("limits that were set for one server", () => {
  test.each(ways.map((way) => [titled(way), way] as const))(
    "hold for its calls, that of a tool before that of the server, and the error says whose: %s",
    async (_, way) => {
      const { call, edit } = await start(way);
      await edit({ callTimeoutMs: 200, toolTimeoutsMs: { slow: 30_000 } });
      const ofServer = (await call("silent")).response.error;
      expect(ofServer?.data).toMatchObject({ hubError: "CALL_TIMED_OUT", mayHaveRun: true });
      expect(ofServer?.message).toContain(
        "it sent nothing for 200 ms, the limit that was set for this server.",
      );
      expect(ofServer?.message).toContain("callTimeoutMs (PATCH /servers/one)");
      await edit({ callTimeoutMs: null, toolTimeoutsMs: { silent: 150 } });
      const ofTool = (await call("silent")).response.error;
      expect(ofTool?.message).toContain(
        "it sent nothing for 150 ms, the limit that was set for this tool.",
      );
      expect(ofTool?.message).toContain("toolTimeoutsMs (PATCH /servers/one)");
    },
  );

  test.each(ways.map((way) => [titled(way), way] as const))(
    "may be longer than the hub's own: %s",
    async (_, way) => {
      const { call, edit } = await start(way, 1_200);
      // With one of 2025 a session must be opened first, which may take all of that on a busy machine.
      if (way.server === "modern") {
        const ofHub = (await call("silent")).response.error;
        expect(ofHub?.message).toContain("it sent nothing for 1200 ms, the hub's limit.");
        expect(ofHub?.message).toContain("MCP_HUB_CALL_TIMEOUT_MS");
      }
      await edit({ toolTimeoutsMs: { slow: 60_000 } });
      expect(textOf((await call("slow")).response)).toBe("done");
      await edit({ toolTimeoutsMs: null, callTimeoutMs: 60_000 });
      expect(textOf((await call("slow")).response)).toBe("done");
    },
  );

  test.each(ways.map((way) => [titled(way), way] as const))(
    "let in as many calls as was said, and more at once when more is said: %s",
    async (_, way) => {
      const { hub, upstream, call, edit, held } = await start(way);
      await edit({ maxInFlight: 1, toolTimeoutsMs: { held: 60_000 } });
      const calls = [call("held"), call("held"), call("held")];
      await until("all to have come", async () => (await hub.inFlight("one")) === 3);
      await until("the first to be there", () => upstream.callsOf("held").length === 1);
      await edit({ maxInFlight: 2 });
      await until("the second to be there", () => upstream.callsOf("held").length === 2);
      held.open();
      for (const { response } of await Promise.all(calls)) expect(textOf(response)).toBe("done");
    },
  );

  test("say nothing about the whole server when they are shorter than the hub's own", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["silent", "echo"] });
    // Nothing comes from it at all, not even to a probe.
    let isQuiet = false;
    upstream.intercept = () => isQuiet;
    await hub.register("one", upstream);
    await hub.rest("PATCH", "/servers/one", { toolTimeoutsMs: { silent: 100 } });
    const client = new ModernClient(hub.url);
    isQuiet = true;
    const { error } = (await client.call("one__silent").done).response;
    expect(error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT" });
    isQuiet = false;
    expect(textOf((await client.call("one__echo").done).response)).toBe("{}");
  });

  test("do not count while a session with the server is opened for a call", async () => {
    const way = { server: "legacy", client: "modern", path: "/mcp" } as const;
    const { upstream, call, edit } = await start(way);
    upstream.on("silent", () => textResult("at once"));
    await edit({ toolTimeoutsMs: { silent: 2_000 } });
    // It takes longer to open one than the tool may be silent.
    const handle = upstream.handle.bind(upstream);
    upstream.handle = (message, ...exchange) => {
      if (message.method !== "initialize") handle(message, ...exchange);
      else void quiet(3_000).then(() => handle(message, ...exchange));
    };
    expect(textOf((await call("silent")).response)).toBe("at once");
  });

  test.each(["legacy", "modern"] as const)(
    "a server that opens no session in the time of a call is not said to have too many calls: a %s client",
    async (client) => {
      const { upstream, call } = await start({ server: "legacy", client, path: "/mcp" }, 300);
      const handle = upstream.handle.bind(upstream);
      upstream.handle = (message, ...exchange) => {
        if (message.method !== "initialize") handle(message, ...exchange);
      };
      const { error } = (await call("held")).response;
      expect(error?.data).toMatchObject({ hubError: "SERVER_UNAVAILABLE", mayHaveRun: false });
      expect(error?.message).toContain("it opened no session for the call within 300 ms");
      expect(upstream.callsOf("held")).toEqual([]);
    },
  );

  test("do not count while a call waits in the hub", async () => {
    const { upstream, call, edit, held } = await start({
      server: "modern",
      client: "modern",
      path: "/mcp",
    });
    upstream.on("silent", () => textResult("at once"));
    await edit({ maxInFlight: 1, toolTimeoutsMs: { silent: 2_000 } });
    const first = call("held");
    await until("the first to be there", () => upstream.callsOf("held").length === 1);
    const second = call("silent");
    await quiet(3_000);
    held.open();
    expect(textOf((await second).response)).toBe("at once");
    expect(textOf((await first).response)).toBe("done");
  });

  test("are said where too many wait", async () => {
    const hub = await TestHub.start({ budgets: { callsInFlight: 4, callsWaiting: 1 } });
    const upstream = await ModernUpstream.start({ tools: ["held"] });
    const held = gate();
    upstream.on("held", async () => {
      await held.opened;
      return textResult("done");
    });
    await hub.register("one", upstream);
    await hub.rest("PATCH", "/servers/one", { maxInFlight: 1 });
    const client = new ModernClient(hub.url);
    const calls = [client.call("one__held").done, client.call("one__held").done];
    await until("both to have come", async () => (await hub.inFlight("one")) === 2);
    const { error } = (await client.call("one__held").done).response;
    expect(error?.data).toMatchObject({ hubError: "SERVER_BUSY", mayHaveRun: false });
    expect(error?.message).toContain("works on 1 at a time, the limit that was set for this");
    expect(error?.message).toContain("maxInFlight (PATCH /servers/one)");
    held.open();
    await Promise.all(calls);
  });

  test("are never above the hub's own, also when that is lower than before", async () => {
    const first = await TestHub.start({ budgets: { callsInFlight: 8 } });
    const upstream = await ModernUpstream.start({ tools: ["held"] });
    const held = gate();
    upstream.on("held", async () => {
      await held.opened;
      return textResult("done");
    });
    await first.register("one", upstream);
    await first.rest("PATCH", "/servers/one", { maxInFlight: 8 });
    await expect(first.rest("PATCH", "/servers/one", { maxInFlight: 9 })).rejects.toThrow(
      "at most 8, as many as the hub sends to one instance (MCP_HUB_MAX_CALLS_IN_FLIGHT)",
    );
    await first.stop();
    const { dataDir } = first;
    const second = await TestHub.start({ dataDir, budgets: { callsInFlight: 2 } });
    await second.register("one", upstream);
    expect(second.entry("one")?.record.edits).toEqual({ maxInFlight: 8 });
    const client = new ModernClient(second.url);
    const calls = Array.from({ length: 4 }, () => client.call("one__held").done);
    await until("all to have come", async () => (await second.inFlight("one")) === 4);
    expect(upstream.callsOf("held")).toHaveLength(2);
    held.open();
    await Promise.all(calls);
  });
});
