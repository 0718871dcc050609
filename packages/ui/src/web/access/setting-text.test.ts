import { expect, test } from "vitest";
import { fitsSearch, settingGloss, settingText, sourceText } from "./setting-text.js";

test("values are as they would be written, and glossed in words that people use", () => {
  expect(settingText({ value: ["a", "b"] })).toBe("a, b");
  expect(settingText({ value: [] })).toBeUndefined();
  expect(settingText({ value: null })).toBeUndefined();
  expect(settingText({ value: 0 })).toBe("0");
  for (const [value, unit, gloss] of [
    [43_200_000, "milliseconds", "12 h"],
    [90_000, "milliseconds", "1.5 min"],
    [250, "milliseconds", "ms"],
    [67_108_864, "bytes", "64 MiB"],
    [2_000, "items", undefined],
  ] as const)
    expect(settingGloss({ value, unit })).toBe(gloss);
});

test("a source names the variable or file where that is not plain", () => {
  expect(sourceText({ source: "variable" })).toBe("variable");
  expect(sourceText({ source: "variable", from: "PORT" })).toBe("variable PORT");
  expect(sourceText({ source: "file", from: "/etc/tokens" })).toBe("file /etc/tokens");
});

test("a search looks for all words, in name, meaning and value", () => {
  const setting = { name: "MCP_HUB_HOST", meaning: "address to listen on", value: "127.0.0.1" };
  const of = { ...setting, source: "default" } as const;
  for (const search of ["", "host", "listen host", "127.0"])
    expect(fitsSearch(of, search)).toBe(true);
  expect(fitsSearch(of, "host nowhere")).toBe(false);
});
