import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SilentServer } from "../../test/support/silent-server.js";
import { openSessionStream } from "./session-stream.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  { begins: "with a comment", text: ":\n\n", isProof: true },
  { begins: "with the id of an event", text: "id: 1\n\n", isProof: true },
  { begins: "with an event without data", text: "id: 1\ndata:\n\n", isProof: true },
  { begins: "with what its server says", text: 'data: {"jsonrpc":"2.0"}\n\n', isProof: false },
])("a stream that begins $begins shows that its server opens them: $isProof", async (given) => {
  const server = new SilentServer();
  const { isOpen, close } = openSessionStream(server.link, () => undefined);
  server.open(given.text);
  await isOpen;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.link.instance.opensStreams).toBe(given.isProof);
  close();
});
