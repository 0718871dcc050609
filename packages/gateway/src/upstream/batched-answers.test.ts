import { expect, test } from "vitest";
import { messagesOf } from "./batched-answers.js";

test("of several messages in one event, the last alone is the place to go on behind", () => {
  const event = { data: "[1,2,3]", id: "7", retryMs: 50 };
  const heard = messagesOf("2025-03-26", event);
  expect(heard.map(({ data, id, retryMs }) => [data, id, retryMs])).toEqual([
    ["1", undefined, undefined],
    ["2", undefined, undefined],
    ["3", "7", 50],
  ]);
});

test("an array is one message in any other revision", () => {
  const event = { data: "[1,2,3]" };
  expect(messagesOf("2025-06-18", event)).toEqual([event]);
});
