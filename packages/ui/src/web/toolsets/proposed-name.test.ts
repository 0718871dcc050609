import { expect, test } from "vitest";
import { proposedName } from "./proposed-name.js";

test("a toolset can be called after its servers, however many and long they are", () => {
  expect(proposedName([])).toBe("All servers");
  expect(proposedName(["Billing"])).toBe("Billing");
  expect(proposedName(["Billing", "Tides"])).toBe("Billing and Tides");
  expect(proposedName(["A", "B", "C", "D"])).toBe("A, B and 2 more");
  expect(proposedName(["x".repeat(200)])).toHaveLength(80);
});
