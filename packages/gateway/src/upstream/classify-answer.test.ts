import { expect, test } from "vitest";
import { notMcp, unanswered } from "./classify-answer.js";

test("answers that no MCP server gives say what to do", () => {
  expect(notMcp(200, { "content-type": "application/json; charset=utf-8" })).toBeUndefined();
  expect(notMcp(400, { "content-type": "application/json" })).toBeUndefined();
  expect(notMcp(307, {})).toMatchObject({ code: "SERVER_UNAVAILABLE", mayHaveRun: false });
  expect(notMcp(401, { "content-type": "application/json" })?.fix).toContain("token");
  expect(notMcp(200, { "content-type": "text/html" })).toMatchObject({ mayHaveRun: true });
  expect(notMcp(404, { "content-type": "text/html" })).toMatchObject({ mayHaveRun: false });
  expect(unanswered(200, { "content-type": "text/event-stream" })).toMatchObject({
    code: "ANSWER_INVALID",
    mayHaveRun: true,
  });
});
