import { expect, test } from "vitest";
import { answersQuestions, canAnswer } from "./client-capabilities.js";

test("a client is asked what it declared, and nothing else", () => {
  const capabilities = { elicitation: {}, roots: { listChanged: true } };
  expect(canAnswer(capabilities, "elicitation/create")).toBe(true);
  expect(canAnswer(capabilities, "roots/list")).toBe(true);
  expect(canAnswer(capabilities, "sampling/createMessage")).toBe(false);
  expect(canAnswer(capabilities, "tools/list")).toBe(false);
});

test("who declared nothing of the kind answers no question", () => {
  expect(answersQuestions({})).toBe(false);
  expect(answersQuestions({ experimental: {}, extensions: {} })).toBe(false);
  expect(answersQuestions({ sampling: {} })).toBe(true);
});
