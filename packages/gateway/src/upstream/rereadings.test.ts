import { closeAll, LegacyUpstream, TestHub, until } from "@hub/testing";
import { afterEach, expect, test, vi } from "vitest";
import { Rereadings } from "./rereadings.js";

afterEach(async () => {
  vi.useRealTimers();
  await closeAll();
});

/** A server that the hub has read, and what is wanted of it read again. */
async function start(capabilities: Record<string, object>) {
  const upstream = await new LegacyUpstream({ capabilities: { ...capabilities } }).start();
  const hub = await TestHub.start();
  await hub.register("one", upstream);
  const read: string[] = [];
  const readAgain = async (serverId: string) => void read.push(serverId);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const rereadings = new Rereadings({ catalogue: hub.registry, readAgain });
  return { upstream, hub, read, rereadings };
}

test("the lists of a server are read again at once, and then once in some time if there were further gaps", async () => {
  const { read, rereadings } = await start({ tools: { listChanged: true } });
  for (let gap = 0; gap < 5; gap += 1) rereadings.want("one");
  expect(read).toHaveLength(1);
  vi.advanceTimersByTime(29_999);
  expect(read).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(read).toHaveLength(2);
  // That one begins its own time.
  rereadings.want("one");
  expect(read).toHaveLength(2);
  vi.advanceTimersByTime(30_000);
  expect(read).toHaveLength(3);
  vi.advanceTimersByTime(600_000);
  expect(read).toHaveLength(3);
  rereadings.want("one");
  expect(read).toHaveLength(4);
  rereadings.want("one");
  rereadings.close();
  vi.advanceTimersByTime(600_000);
  expect(read).toHaveLength(4);
  expect(vi.getTimerCount()).toBe(0);
});

test("what a server announces counts as it is now", async () => {
  const { hub, upstream, read, rereadings } = await start({ tools: {} });
  rereadings.want("one");
  expect(read).toEqual([]);
  upstream.offer.capabilities = { tools: { listChanged: true } };
  vi.useRealTimers();
  await until("that to be read", async () => {
    await hub.rest("POST", "/servers/one/probe");
    return JSON.stringify(hub.entry("one")?.snapshot?.capabilities).includes("listChanged");
  });
  rereadings.want("one");
  expect(read).toEqual(["one"]);
  rereadings.want("nobody");
  rereadings.close();
  expect(read).toEqual(["one"]);
});
