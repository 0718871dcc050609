import { afterEach, expect, test, vi } from "vitest";
import { createLog } from "./log.js";

afterEach(() => void vi.restoreAllMocks());

test.each([
  "\n  12:00:00  ✗ hub-broken",
  "\r\nfake",
  "\u001B[2J\u001B]0;title\u0007",
  "\u2028next\u2029",
  "\u202Ereversed",
  "\u009B31m",
])("what others wrote stays within its line, and tells no terminal what to do: %j", (text) => {
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
  const log = createLog({ level: "info", format: "pretty" });
  log.warn("server-said", { name: text, nested: { text } });
  log.info("line", { text });
  expect(written).toHaveLength(2);
  for (const line of written) {
    expect(line.endsWith("\n")).toBe(true);
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }
});
