import type { ServerResponse } from "node:http";
import { systemClock } from "@hub/core";
import {
  closeAll,
  interceptMessages,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  TestHub,
  textOf,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";

// Each test waits for most of its time, and has a hub of its own.
afterAll(closeAll);

const uri = "test://a";
const updated = { jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri } };
const mib = 1024 * 1024;

/** The stream on which the hub hears of changes, while a client follows a resource. */
async function followed(hub: TestHub) {
  const upstream = await LegacyUpstream.start({ resources: [{ uri, name: "a" }] });
  await hub.register("one", upstream);
  // Nobody who follows a resource is kept waiting for long until the hub listens.
  const stream = await until(
    "the hub to listen",
    () => [...upstream.sessions.values()].find((one) => one.stream !== undefined)?.stream,
  );
  const client = await LegacyClient.open(hub.url);
  const heard = await client.listen();
  await client.ask("resources/subscribe", { uri });
  return { upstream, client, heard, stream };
}

describe.concurrent("the stream on which a server tells of changes", () => {
  test("brings 10,000 at once to whoever follows", async () => {
    const { heard, stream } = await followed(await TestHub.start());
    stream.write(`data: ${JSON.stringify(updated)}\n\n`.repeat(10_000));
    await until("all to be heard", () => heard.named(updated.method).length === 10_000);
  });

  for (const [what, event] of [
    ["comments", ":\n\n"],
    ["notifications that nobody knows", 'data: {"jsonrpc":"2.0","method":"x"}\n\n'],
    [
      "changes that nobody follows",
      `data: ${JSON.stringify({ ...updated, params: { uri: `${uri}/b` } })}\n\n`,
    ],
  ] as const)
    test(`is not read on when ${what} come without end, until time has passed`, async () => {
      let stoppedAt: number | undefined;
      const monotonic = () => stoppedAt ?? systemClock.monotonic();
      const hub = await TestHub.start({ clock: { ...systemClock, monotonic } });
      const { stream } = await followed(hub);
      const taken = () => stream.socket?.bytesWritten ?? 0;
      stoppedAt = systemClock.monotonic();
      const block = event.repeat(Math.ceil(65_536 / event.length));
      const pump = (one: ServerResponse) => {
        while (taken() < 60 * mib && !one.destroyed) if (!one.write(block)) break;
        one.once("drain", () => pump(one));
      };
      pump(stream);
      let before = 0;
      let quietLooks = 0;
      await until("nothing more to be taken", () => {
        quietLooks = taken() === before ? quietLooks + 1 : 0;
        before = taken();
        return quietLooks > 15;
      });
      // A burst, and what the system keeps between the two.
      expect(taken()).toBeLessThan(30 * mib);
      expect(textOf((await new ModernClient(hub.url).call("one__echo").done).response)).toBe("{}");
      expect(hub.warnings).toEqual([]);
      stoppedAt = undefined;
      await until("it to be read on", () => taken() > before);
    });

  test("of a session that is forgotten leads to a few questions at once about all that is followed", async () => {
    const hub = await TestHub.start();
    const { upstream, client } = await followed(hub);
    for (let one = 0; one < 200; one += 1)
      await client.ask("resources/subscribe", { uri: `test://a/${one}` });
    const held: (() => void)[] = [];
    const asked = new Set<unknown>();
    interceptMessages(upstream, (message, _, pass) => {
      if (message.method !== "resources/subscribe") return false;
      asked.add(message.params?.uri);
      held.push(pass);
      return true;
    });
    upstream.forget();
    let most = 0;
    await until("all to be asked for", () => {
      most = Math.max(most, held.length);
      if (held.length === 8 || asked.size > 192) for (const answer of held.splice(0)) answer();
      return asked.size === 201;
    });
    expect(most).toBe(8);
  });
});

test.concurrent("a server that never answers whether a resource can be followed keeps no connection", async () => {
  const hub = await TestHub.start();
  const { upstream, client } = await followed(hub);
  const open = new Set<ServerResponse>();
  interceptMessages(upstream, (message, response) => {
    if (message.method?.endsWith("subscribe") !== true) return false;
    open.add(response);
    response.on("close", () => open.delete(response));
    return true;
  });
  const following = Array.from({ length: 60 }, async (_, one) => {
    const params = { uri: `test://a/${one}` };
    await client.ask("resources/subscribe", params);
    // Eight at a time, and as many whose end the server has not seen yet.
    expect(open.size).toBeLessThanOrEqual(16);
    await client.ask("resources/unsubscribe", params);
  });
  await Promise.all(following);
  await until("all to be closed", () => open.size === 0);
});
