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
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

describe("calls in flight", () => {
  test("more than 32 to one instance wait and are served, in order", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["slow"] });
    const held = gate();
    upstream.on("slow", async (call) => {
      await held.opened;
      return textResult(JSON.stringify(call.given));
    });
    await hub.register("slow", upstream);
    const client = new ModernClient(hub.url);
    const calls = Array.from({ length: 50 }, (_, one) => client.call("slow__slow", { one }).done);
    await until("all to have come", async () => (await hub.inFlight("slow")) === 50);
    expect(upstream.calls).toHaveLength(32);
    held.open();
    for (const [one, call] of calls.entries())
      expect(textOf((await call).response)).toBe(JSON.stringify({ one }));
  });

  test("too many that wait are refused as busy, which says that they did not run", async () => {
    for (const era of ["legacy", "modern"] as const) {
      const hub = await TestHub.start({ budgets: { callsInFlight: 2, callsWaiting: 1 } });
      const upstream = await (era === "legacy" ? LegacyUpstream : ModernUpstream).start({
        tools: ["slow"],
      });
      const held = gate();
      upstream.on("slow", async () => {
        await held.opened;
        return textResult("done");
      });
      await hub.register("slow", upstream);
      const client = new ModernClient(hub.url);
      const calls = Array.from({ length: 5 }, () => client.call("slow__slow").done);
      const refused = await until("two to be refused", async () => {
        const early = await Promise.all(
          calls.map((call) => Promise.race([call, Promise.resolve(undefined)])),
        );
        const found = early.flatMap((answer) => answer?.response.error ?? []);
        return found.length === 2 && found;
      });
      for (const { data } of refused)
        expect(data).toMatchObject({ hubError: "SERVER_BUSY", mayHaveRun: false });
      held.open();
      await Promise.all(calls);
      expect(upstream.calls).toHaveLength(3);
    }
  });

  test("calls that wait for their clients' answers keep no places", async () => {
    const hub = await TestHub.start({ budgets: { callsInFlight: 1 } });
    const upstream = await LegacyUpstream.start({ tools: ["asks", "echo"] });
    upstream.on("asks", async (call) => {
      await call.ask("elicitation/create", { mode: "form", message: "?" });
      return textResult("done");
    });
    await hub.register("old", upstream);
    const capabilities = { elicitation: { form: {} } };
    const modern = new ModernClient(hub.url, { capabilities });
    let isAsked = false;
    const legacy = await LegacyClient.open(hub.url, {
      capabilities,
      onAsked: () => {
        isAsked = true;
        return undefined;
      },
    });
    const { result } = (await modern.call("old__asks").done).response;
    expect(result?.resultType).toBe("input_required");
    legacy.call("old__asks");
    await until("the question", () => isAsked);
    expect(textOf((await modern.call("old__echo").done).response)).toBe("{}");
    expect(await hub.inFlight("old")).toBe(2);
  });

  test("a client that does not read slows down its own call only", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["flood", "echo"] });
    let written = 0;
    upstream.on("flood", ({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const piece = `data: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${"x".repeat(60_000)}"}}\n\n`;
      const write = () => {
        while (!response.destroyed) {
          written += piece.length;
          if (!response.write(piece)) break;
        }
      };
      response.on("drain", write);
      write();
      return undefined;
    });
    await hub.register("new", upstream);
    const client = new ModernClient(hub.url);
    const stuck = client.call("new__flood");
    stuck.pause();
    await until("the flood to come to rest", async () => {
      const before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return written > 0 && written === before;
    });
    expect(written).toBeLessThan(64 * 1024 * 1024);
    expect(textOf((await client.call("new__echo", {}).done).response)).toBe("{}");
    stuck.close();
    await until("the flood to end", () => upstream.callsOf("flood")[0]?.isClosed);
  });
});

describe("what a call waits for in the hub", () => {
  const callTimeoutMs = 4_000;
  /** Less than a server may be silent for, and more than half of it. */
  const slowMs = 2_200;

  test("is no silence of its server's", async () => {
    const hub = await TestHub.start({ budgets: { callsInFlight: 1 }, limits: { callTimeoutMs } });
    const ways = (["legacy", "modern"] as const).flatMap((server) =>
      (["legacy", "modern"] as const).flatMap((client) =>
        (["/mcp", "/servers/$/mcp"] as const).map((path) => ({ server, client, path })),
      ),
    );
    const answers = await Promise.all(
      ways.map(async ({ server, client, path }, index) => {
        const upstream = await (server === "legacy" ? LegacyUpstream : ModernUpstream).start({
          tools: ["slow"],
        });
        upstream.on("slow", async () => {
          await quiet(slowMs);
          return textResult("done");
        });
        const name = `slow${index}`;
        await hub.register(name, upstream);
        const options = { path: path.replace("$", name) };
        const caller =
          client === "legacy"
            ? await LegacyClient.open(hub.url, options)
            : new ModernClient(hub.url, options);
        const tool = path === "/mcp" ? `${name}__slow` : "slow";
        const [one, two] = [caller.call(tool).done, caller.call(tool).done];
        return [textOf((await one).response), textOf((await two).response)];
      }),
    );
    expect(answers).toEqual(ways.map(() => ["done", "done"]));
  });

  for (const client of ["legacy", "modern"] as const)
    for (const path of ["/mcp", "/servers/twins/mcp"] as const)
      test(`is a place at the next instance, where the first is gone: a ${client} client at ${path}`, async () => {
        const hub = await TestHub.start({
          budgets: { callsInFlight: 1 },
          limits: { callTimeoutMs: 400 },
        });
        const held = gate();
        const twins = await Promise.all(
          [1, 2].map(() => ModernUpstream.start({ tools: ["slow"] })),
        );
        for (const twin of twins) {
          // It works for as long as it is held, and says so now and then.
          twin.on("slow", async (call) => {
            const working = setInterval(() => call.progress(1), 50);
            await held.opened;
            clearInterval(working);
            return textResult("done");
          });
          await hub.announce("twins", twin.endpoint, { serviceKey: "the key of both" });
        }
        await hub.whenUp("twins", 2);
        const caller =
          client === "legacy"
            ? await LegacyClient.open(hub.url, { path })
            : new ModernClient(hub.url, { path });
        const tool = path === "/mcp" ? "twins__slow" : "slow";
        const call = () => caller.call(tool, {}, { _meta: { progressToken: 1 } }).done;
        const first = call();
        const busy = await until("the first to be there", () =>
          twins.find(({ calls }) => calls.length > 0),
        );
        for (const twin of twins) if (twin !== busy) await twin.stop();
        // Nothing listens at the one, and the place of the other is taken until the time is up.
        expect((await call()).response.error?.data).toMatchObject({
          hubError: "SERVER_BUSY",
          mayHaveRun: false,
        });
        held.open();
        expect(textOf((await first).response)).toBe("done");
        expect(textOf((await call()).response)).toBe("done");
        expect(busy.calls).toHaveLength(2);
      });
});
