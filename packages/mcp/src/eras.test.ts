import { describe, expect, test } from "vitest";
import { eraOf, isModernVersion, metaKeys, withoutEnvelope } from "./eras.js";

const claiming = (version: unknown) => ({ _meta: { [metaKeys.protocolVersion]: version } });

describe("the era of a request", () => {
  test("is what its body claims, whatever the header says", () => {
    expect(eraOf("tools/list", claiming("2026-07-28"), "2025-11-25")).toBe("modern");
    expect(eraOf("tools/list", claiming("2031-01-01"), undefined)).toBe("modern");
    expect(eraOf("tools/list", claiming(7), undefined)).toBe("modern");
  });

  test("without a claim is what the header says, and old without either", () => {
    expect(eraOf("tools/list", {}, "2026-07-28")).toBe("modern");
    expect(eraOf("tools/list", undefined, "2025-06-18")).toBe("legacy");
    expect(eraOf("tools/list", undefined, undefined)).toBe("legacy");
    expect(eraOf("tools/list", undefined, "nonsense")).toBe("legacy");
  });

  test("of initialize is old, unless it insists", () => {
    expect(eraOf("initialize", { protocolVersion: "2025-11-25" }, "2026-07-28")).toBe("legacy");
    expect(eraOf("initialize", claiming("2025-11-25"), undefined)).toBe("legacy");
    expect(eraOf("initialize", claiming("2026-07-28"), undefined)).toBe("modern");
  });

  test("divides at the first revision without sessions", () => {
    expect(isModernVersion("2026-07-28")).toBe(true);
    expect(isModernVersion("2026-07-27")).toBe(false);
    expect(isModernVersion("DRAFT-2027")).toBe(false);
  });
});

test("the envelope is taken off, and what else is in _meta stays", () => {
  const own = { progressToken: 7, traceparent: "00-a-b-01" };
  const params = { a: 1, _meta: { ...claiming("2026-07-28")._meta, ...own } };
  expect(withoutEnvelope(params)).toEqual({ a: 1, _meta: own });
  expect(withoutEnvelope({ a: 1, ...claiming("2026-07-28") })).toEqual({ a: 1 });
  expect(withoutEnvelope(undefined)).toBeUndefined();
});
