import fc from "fast-check";
import { expect, test } from "vitest";
import { concernedBy } from "./subscribers.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);
const updated = (uri: string) => ({
  jsonrpc: "2.0" as const,
  method: "notifications/resources/updated",
  params: { uri },
});

test("an update that somebody subscribed to reaches those alone, whatever others subscribed to", () => {
  const uri = fc.constantFrom(
    "",
    "t",
    "t:",
    "t://",
    "t://a",
    "t://a/",
    "t://a/b",
    "t://ab",
    "x://a",
  );
  const subscriptions = fc.array(uri).map((uris) => ({ subscriptions: new Set(uris) }));
  fc.assert(
    fc.property(fc.array(subscriptions), uri, (listeners, changed) => {
      const heard = concernedBy(updated(changed), listeners);
      const exact = listeners.filter(({ subscriptions: own }) => own.has(changed));
      if (exact.length > 0) expect(heard).toEqual(exact);
      for (const one of heard)
        expect([...one.subscriptions].some((own) => own !== "" || changed === "")).toBe(true);
    }),
    { numRuns },
  );
});

test("an update of a part reaches who subscribed to its folder, the nearest one", () => {
  const [file, folder, prefix, all] = ["t://a/b", "t://a", "t://", ""].map((uri) => ({
    subscriptions: new Set([uri]),
  }));
  const everybody = [file, folder, prefix, all].flatMap((one) => one ?? []);
  expect(concernedBy(updated("t://a/b/c"), everybody)).toEqual([file]);
  expect(concernedBy(updated("t://a/x"), everybody)).toEqual([folder]);
  expect(concernedBy(updated("t://ab"), everybody)).toEqual([prefix]);
  expect(concernedBy(updated("y://a"), everybody)).toEqual([]);
  const listChanged = { jsonrpc: "2.0" as const, method: "notifications/tools/list_changed" };
  expect(concernedBy(listChanged, everybody)).toEqual(everybody);
});
