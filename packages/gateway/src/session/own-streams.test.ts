import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SilentServer } from "../../test/support/silent-server.js";
import { OwnStreams } from "./own-streams.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The stream of a server was open for long, has ended, and is asked for again. */
async function reopening(begin: string) {
  const server = new SilentServer();
  const streams = new OwnStreams(() => undefined, Date.now);
  void streams.open(server.link);
  const mustOpenFirst = streams.mustOpen(server.link);
  server.open(begin);
  await vi.advanceTimersByTimeAsync(10_000);
  server.end();
  streams.openAgain();
  expect(server.streams).toHaveLength(2);
  return { mustOpenFirst, mustOpenAgain: streams.mustOpen(server.link) };
}

test("calls wait each time for the stream of a server that is known to open them", async () => {
  expect(await reopening("")).toEqual({ mustOpenFirst: true, mustOpenAgain: true });
});

test("calls wait once for the stream of a server that sends no headers before its first event", async () => {
  const first = 'data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n';
  expect(await reopening(first)).toEqual({ mustOpenFirst: true, mustOpenAgain: false });
});
