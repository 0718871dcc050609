import { createHook } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  legacyVersion,
  type Message,
  TestHub,
  Upstream,
  UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const resources = [{ uri: "test://a", name: "a" }];
/** So long that those of one round can be told from all else that takes memory. */
const round = (number: number) =>
  Array.from({ length: 200 }, (_, one) => `test://${number}/${one}/${"y".repeat(8_000)}`);
const bytesOfRound = 200 * 8_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void; // which the flag brings

/** What is kept in memory when everything that is over was collected, beside what the server itself noted. */
async function kept(upstream: Upstream): Promise<number> {
  upstream.bodies.length = 0;
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise(setImmediate);
    collect();
  }
  return process.memoryUsage().heapUsed;
}

class Stateless extends Upstream {
  announce(): void {}

  handleOther(_: IncomingMessage, response: ServerResponse): void {
    response.writeHead(405).end();
  }

  handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    const call = new UpstreamCall(message, request.headers, response);
    const { capabilities } = this.offer;
    const serverInfo = { name: this.name, version: "1" };
    if (message.id === undefined) response.writeHead(202).end();
    else if (message.method === "initialize")
      call.answer({ result: { protocolVersion: legacyVersion, capabilities, serverInfo } });
    else if (!this.serve(call, {})) call.answer({ result: {} });
  }
}

describe("resources that clients followed, and follow no more, leave nothing behind", () => {
  test("at a server of 2025 that keeps no sessions", async () => {
    const upstream = await new Stateless({ resources }).start();
    const hub = await TestHub.start();
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url);
    const followAll = async (uris: readonly string[]) => {
      for (const method of ["resources/subscribe", "resources/unsubscribe"]) {
        const answers = await Promise.all(uris.map((uri) => client.ask(method, { uri })));
        expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
      }
    };
    await followAll(round(0));
    const before = await kept(upstream);
    for (let number = 1; number <= 3; number += 1) await followAll(round(number));
    expect((await kept(upstream)) - before).toBeLessThan(bytesOfRound);
  });
});

test("a hub that stops waits no longer for the stream of a server that has not opened it", async () => {
  class Slow extends LegacyUpstream {
    override handleOther(): void {}
  }
  const upstream = await new Slow({ resources }).start();
  const timers = new Map<number, NodeJS.Timeout>();
  const hook = createHook({
    init(id, type, _, timer) {
      if (type === "Timeout") timers.set(id, timer as NodeJS.Timeout); // as its type says
    },
    destroy: (id) => void timers.delete(id),
  });
  const hub = await TestHub.start();
  hook.enable();
  await hub.register("one", upstream);
  await until("the hub to wait for it", () => upstream.count("GET") === 1);
  await hub.stop();
  // The hook hears of what ended when the turn does.
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  hook.disable();
  expect([...timers.values()].filter((timer) => timer.hasRef())).toHaveLength(0);
});
