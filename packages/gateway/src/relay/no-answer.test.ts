import { expect, test } from "vitest";
import { isResponseTo, noAnswer, notMcp } from "./no-answer.js";

test("a response is told by its id, also when other ids begin or end alike", () => {
  expect(isResponseTo(5, '{"jsonrpc":"2.0","id":5,"result":{}}')).toBe(true);
  expect(isResponseTo(5, '{"jsonrpc":"2.0","result":{},"id":5}')).toBe(true);
  expect(isResponseTo(5, '{ "jsonrpc": "2.0", "result": {}, "id" : 5 }')).toBe(true);
  expect(isResponseTo("5", '{"jsonrpc":"2.0","id":"5","result":{}}')).toBe(true);
  for (const id of [55, 15, "5", "x"])
    expect(isResponseTo(5, JSON.stringify({ jsonrpc: "2.0", id, result: {} }))).toBe(false);
});

test("an error without an id is the answer of a server that could not read the request", () => {
  const error = { code: -32_700, message: "Parse error" };
  expect(isResponseTo(5, JSON.stringify({ jsonrpc: "2.0", id: null, error }))).toBe(true);
  expect(isResponseTo(5, '{"jsonrpc":"2.0","id":null,"result":{}}')).toBe(false);
  expect(isResponseTo(5, "{oh")).toBe(false);
});

test("answers that no MCP server gives say what to do", () => {
  expect(notMcp(200, { "content-type": "application/json; charset=utf-8" })).toBeUndefined();
  expect(notMcp(400, { "content-type": "application/json" })).toBeUndefined();
  expect(notMcp(307, {})).toMatchObject({ code: "SERVER_UNAVAILABLE", mayHaveRun: false });
  expect(notMcp(401, { "content-type": "application/json" })?.fix).toContain("token");
  expect(notMcp(200, { "content-type": "text/html" })).toMatchObject({ mayHaveRun: true });
  expect(notMcp(404, { "content-type": "text/html" })).toMatchObject({ mayHaveRun: false });
  expect(noAnswer(200, { "content-type": "text/event-stream" })).toMatchObject({
    code: "ANSWER_INVALID",
    mayHaveRun: true,
  });
});
