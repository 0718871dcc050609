import { expect, test } from "vitest";
import { hearingBatches } from "./batched-answers.js";

test("of several messages in one event, the last alone is the place to go on behind", () => {
  const heard: unknown[] = [];
  const receiver = hearingBatches("2025-03-26", {
    onOpen: () => undefined,
    onEvent: ({ data, id, retryMs }) => heard.push([data, id, retryMs]),
    onEnd: () => undefined,
    onFailure: () => undefined,
  });
  receiver.onEvent({ data: "[1,2,3]", id: "7", retryMs: 50 });
  expect(heard).toEqual([
    ["1", undefined, undefined],
    ["2", undefined, undefined],
    ["3", "7", 50],
  ]);
});
