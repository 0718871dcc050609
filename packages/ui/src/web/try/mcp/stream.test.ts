import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf } from "./stream.js";

async function eventsIn(chunks: Iterable<Uint8Array>): Promise<readonly string[]> {
  const waiting = chunks[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const { done, value } = waiting.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
  const events: string[] = [];
  for await (const event of eventsOf(body)) events.push(event);
  return events;
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("events are the same wherever the stream is cut", async () => {
  const text = "event: x\ndata: ü😀\r\ndata:b\r\n\r\n: note\n\ndata: c\rdata: \r\rdata: open\n";
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(6), { minLength: 1 }), async (sizes) => {
      const all = bytes(text);
      const chunks: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < all.length; turn += 1) {
        const size = Math.max(turn % sizes.length === 0 ? 1 : 0, sizes[turn % sizes.length] ?? 1);
        chunks.push(all.slice(at, at + size));
        at += size;
      }
      expect(await eventsIn(chunks)).toEqual(["ü😀\nb", "c\n"]);
    }),
  );
});

// If each chunk made it look at the line from its beginning, this would take minutes.
test("a long line in many chunks is read once", async () => {
  const chunk = bytes("x".repeat(1_000));
  const many = Array.from({ length: 32_000 }, () => chunk);
  const [event] = await eventsIn([bytes("data: "), ...many, bytes("\n\n")]);
  expect(event?.length).toBe(32_000_000);
});
