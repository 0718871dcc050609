import type { JsonRpcId } from "@hub/mcp";
import { expect, test } from "vitest";
import type { JsonRpcMessage } from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";
import { readJson, writeJson } from "../wrap/written-numbers.js";
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

test("a number is heard as it was asked under, in whatever form and however much of it comes back", () => {
  const read = (text: string) => readJson(text).written as JsonRpcId; // it is one
  const asked = ["12345678901234567890", "2.0", "3", "4", "0"].map(read);
  const answered = ["12345678901234567000", "2", "3.0", "4e0", "-0"].map(read);
  const written = ["12345678901234567890", "2.0", "3", "4", "0"];
  expect(heard(asked, answered).map(writeJson)).toEqual(written);
  expect(heard(asked, [...asked, " 2"]).map(writeJson)).toEqual([...written, '" 2"']);
});

test("of two ids that are one number, each answer goes to the one that it is written as", () => {
  const read = (text: string) => readJson(text).written as JsonRpcId; // it is one
  const asked = ["1", "1.0", "12345678901234567890", "12345678901234567891"].map(read);
  for (const answered of [asked, [...asked].reverse()])
    expect(heard(asked, answered).map(writeJson)).toEqual(answered.map(writeJson));
});
