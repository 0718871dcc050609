import { afterEach, describe, expect, test } from "vitest";
import { LegacyClient, ModernClient } from "./support/clients.js";
import { LegacyUpstream } from "./support/legacy-upstream.js";
import { textOf, textResult } from "./support/messages.js";
import { ModernUpstream } from "./support/modern-upstream.js";
import { TestHub } from "./support/test-hub.js";
import { closeAll, gate, until } from "./support/wait.js";

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
