import { expect, test } from "vitest";
import type { JsonRpcId, JsonRpcMessage } from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";
import { withAskedIds } from "./asked-ids.js";

/** What is heard of answers under `answered` when requests under `asked` were sent. */
function heard(asked: readonly JsonRpcId[], answered: readonly JsonRpcId[]): unknown[] {
  const inner: Link = {
    send: () => {},
    close: async () => {},
    onMessage: () => {},
    onClose: () => {},
  };
  const link = withAskedIds(inner);
  const ids: unknown[] = [];
  link.onMessage = (message: JsonRpcMessage) => ids.push("id" in message ? message.id : undefined);
  for (const id of asked) link.send({ jsonrpc: "2.0", id, method: "tools/list" });
  for (const id of answered) inner.onMessage({ jsonrpc: "2.0", id, result: {} }, undefined);
  return ids;
}

test("an answer under the text of a number is heard under the number, once", () => {
  expect(heard([1, 2], ["2", "1", "1"])).toEqual([2, 1, "1"]);
});

test("ids that were asked under as they are stay so, and so do those that nobody asked under", () => {
  expect(heard(["1", 2, "a"], ["1", 2, "2", "a", "7", " 2"])).toEqual([
    "1",
    2,
    "2",
    "a",
    "7",
    " 2",
  ]);
});
