import { createHook } from "node:async_hooks";
import {
  closeAll,
  gate,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  TestHub,
  textResult,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const times = 20_000;
const changed = `data: ${JSON.stringify({
  jsonrpc: "2.0",
  method: "notifications/tools/list_changed",
})}\n\n`;

/** Promises that are made while something runs: what waits for the same again and again is one each time. */
async function promisesOf(run: () => Promise<void>): Promise<number> {
  let promises = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === "PROMISE") promises += 1;
    },
  }).enable();
  await run();
  hook.disable();
  return promises;
}

describe("a server that says thousands of times at once that its list changed", () => {
  test("on its stream of changes is looked at a few times, and clients hear of it", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start();
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url);
    const heard = await client.listen();
    const stream = await until("the hub to listen", () => {
      const [session] = upstream.sessions.values();
      return session?.stream;
    });
    const readings = () => upstream.count("POST tools/list");
    const before = readings();
    const promises = await promisesOf(async () => {
      stream.write(`${changed.repeat(times)}data: {"jsonrpc":"2.0","id":1,"method":"ping"}\n\n`);
      await until("all to be read", () => upstream.count("POST answer") === 1);
    });
    expect(promises).toBeLessThan(times / 2);
    const news = () => heard.named("notifications/tools/list_changed").length;
    await until("the client to hear", () => news() > 0);
    expect(readings() - before).toBeLessThan(20);
    expect(news()).toBeLessThan(20);
  });

  for (const era of ["2025", "2026"] as const)
    test(`in the middle of a call of a ${era} client is waited for once`, async () => {
      const hub = await TestHub.start();
      const upstream = await LegacyUpstream.start({ tools: ["changes"] });
      await hub.register("one", upstream);
      const go = gate();
      const started: UpstreamCall[] = [];
      upstream.on("changes", async (call) => {
        call.response.writeHead(200, { "content-type": "text/event-stream" });
        started.push(call);
        await go.opened;
        call.response.write(changed.repeat(times));
        return textResult("done");
      });
      const client = era === "2025" ? await LegacyClient.open(hub.url) : new ModernClient(hub.url);
      const { done } = client.call("one__changes");
      await until("it to run", () => started.length === 1);
      const promises = await promisesOf(async () => {
        go.open();
        await done;
      });
      expect(promises).toBeLessThan(times / 2);
    });
});
