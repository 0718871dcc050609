import { expect, test } from "vitest";
import { isLogged, lowestLogLevel } from "./log-levels.js";

test("a message is wanted at the level that is named, and above it", () => {
  expect(isLogged("warning", "warning")).toBe(true);
  expect(isLogged("emergency", "warning")).toBe(true);
  expect(isLogged("notice", "warning")).toBe(false);
  expect(isLogged("debug", lowestLogLevel)).toBe(true);
});

test("who names no level, or one that is none, wants no messages", () => {
  expect(isLogged("emergency", undefined)).toBe(false);
  expect(isLogged("emergency", "loud")).toBe(false);
});

test("a message of no known level is never wanted", () => {
  expect(isLogged(undefined, lowestLogLevel)).toBe(false);
  expect(isLogged("loud", lowestLogLevel)).toBe(false);
  expect(isLogged(7, lowestLogLevel)).toBe(false);
});
