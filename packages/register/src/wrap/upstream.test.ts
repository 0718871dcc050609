import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Link } from "./link.js";
import { Upstream } from "./upstream.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a server that does not introduce itself is spoken of once, and named when its time is up", async () => {
  const said: string[] = [];
  const link: Link = {
    send: () => {},
    close: async () => {},
    onMessage: () => {},
    onClose: () => {},
  };
  const upstream = new Upstream({
    open: async () => link,
    clientCapabilities: {},
    handshakeMs: 120_000,
    log: ({ message }) => said.push(message),
  });
  const failed = upstream.initialize().catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(110_000);
  expect(said).toEqual(["the server has not answered initialize for 10 s; it has 120 s in all"]);
  await vi.advanceTimersByTimeAsync(2);
  expect(await failed).toContain("it did not answer initialize in 120 s");
});
