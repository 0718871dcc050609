import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernUpstream,
  TestHub,
  textOf,
  textResult,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

test("many long answers of several servers at once all come whole, though there is room for one at a time", async () => {
  const hub = await TestHub.start({ budgets: { incomingBytes: 1024 * 1024 } });
  const names = ["one", "two", "three"];
  for (const [index, name] of names.entries()) {
    const era = index === 1 ? ModernUpstream : LegacyUpstream;
    const upstream = await era.start({ tools: ["long"] });
    upstream.on("long", ({ given }) => textResult(String(given.letter).repeat(3_000_000)));
    await hub.register(name, upstream);
  }
  const client = await LegacyClient.open(hub.url);
  const letters = [..."abcdefghijklmno"];
  const calls = letters.map((letter, index) =>
    client.call(`${names[index % names.length]}__long`, { letter }),
  );
  for (const [index, call] of calls.entries()) {
    const { response } = await call.done;
    expect(response.error).toBeUndefined();
    expect(textOf(response) === letters[index]?.repeat(3_000_000)).toBe(true);
  }
  expect(hub.errors).toEqual([]);
});
