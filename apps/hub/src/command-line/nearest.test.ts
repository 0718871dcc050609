import { expect, test } from "vitest";
import { nearestAdvice } from "./nearest.js";

const clients = ["claude-code", "claude-desktop", "codex", "cursor"];

test.each([
  ["claud", "The nearest are claude-code and claude-desktop."],
  ["curser", "The nearest is cursor."],
  ["desktop", "The nearest is claude-desktop."],
  ["zzz", "Ask for them."],
])("for %j it says %j", (given, advice) => {
  expect(nearestAdvice(given, clients, "Ask for them")).toBe(advice);
});
