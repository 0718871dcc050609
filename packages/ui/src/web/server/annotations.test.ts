import { expect, test } from "vitest";
import { badgesOf } from "./annotations.js";

const words = (annotations?: unknown) =>
  badgesOf(annotations === undefined ? {} : { annotations }).map(({ word }) => word);

test("a tool that says nothing may change things", () => {
  expect(words()).toEqual(["may change things"]);
  expect(words("nonsense")).toEqual(["may change things"]);
  expect(words({ readOnlyHint: false })).toEqual(["may change things"]);
});

test("read-only wins over destructive and idempotent", () => {
  expect(words({ readOnlyHint: true, destructiveHint: true, idempotentHint: true })).toEqual([
    "read-only",
  ]);
});

test("each hint has its word", () => {
  expect(words({ destructiveHint: true, idempotentHint: true, openWorldHint: true })).toEqual([
    "destructive",
    "idempotent",
    "open world",
  ]);
  expect(words({ destructiveHint: false, openWorldHint: false })).toEqual([
    "only adds",
    "closed world",
  ]);
});

test("a hint that is no boolean is no hint", () => {
  expect(words({ readOnlyHint: "true", openWorldHint: 1 })).toEqual(["may change things"]);
});
