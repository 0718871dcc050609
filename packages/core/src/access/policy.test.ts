import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitsPattern } from "./name-pattern.js";
import { may, Policy, policyOf, type Subject } from "./policy.js";
import { actions, type Grant, nobody, openPrincipal, type Principal } from "./principal.js";

const payments = { id: "payments-eu", tags: ["money", "eu"] };
const weather = { id: "weather", tags: [] };
const tool = (name: string) => ({ server: payments, tool: name });
const withGrants = (...grants: Grant[]): Principal => ({ kind: "token", id: "token:1", grants });

describe("may", () => {
  // One row: the grant, what it is asked for, and whether it may.
  const rows: [Grant, (typeof actions)[number], Subject, boolean][] = [
    [{ action: "admin" }, "admin", "hub", true],
    [{ action: "admin" }, "register", weather, true],
    [{ action: "admin" }, "call", tool("pay"), true],
    [{ action: "admin", servers: ["payments-*"] }, "admin", "hub", false],
    [{ action: "admin", servers: ["payments-*"] }, "admin", payments, true],
    [{ action: "call" }, "read", weather, true],
    [{ action: "call" }, "register", weather, false],
    [{ action: "call" }, "admin", weather, false],
    [{ action: "read" }, "call", tool("pay"), false],
    [{ action: "register" }, "read", weather, false],
    [{ action: "call", servers: ["payments-*"] }, "call", tool("pay"), true],
    [{ action: "call", servers: ["payments-*"] }, "call", weather, false],
    [{ action: "call", tags: ["money"] }, "call", payments, true],
    [{ action: "call", tags: ["money"] }, "call", weather, false],
    [{ action: "call", servers: ["weather"], tags: ["money"] }, "call", payments, false],
    [{ action: "call", tools: ["list_*"] }, "call", tool("list_all"), true],
    [{ action: "call", tools: ["list_*"] }, "call", tool("pay"), false],
    [{ action: "call", tools: ["list_*"] }, "read", tool("pay"), false],
    [{ action: "call", tools: ["list_*"] }, "read", payments, true],
    [{ action: "call", servers: [] }, "call", payments, false],
    [{ action: "call", tools: [] }, "call", tool("pay"), false],
    // Who registers chooses its tags: all of them have to be granted.
    [{ action: "register", tags: ["money"] }, "register", payments, false],
    [{ action: "register", tags: ["money", "eu"] }, "register", payments, true],
    [{ action: "register", tags: ["money"] }, "register", weather, false],
  ];
  test.each(rows)("%j for %s of %j: %s", (grant, action, subject, expected) => {
    expect(may(withGrants(grant), action, subject)).toBe(expected);
  });

  test("parts of different grants do not add up", () => {
    const principal = withGrants(
      { action: "call", servers: ["weather"] },
      { action: "call", servers: ["payments-*"], tools: ["list_*"] },
    );
    expect(may(principal, "call", tool("pay"))).toBe(false);
    expect(may(principal, "call", { server: weather, tool: "pay" })).toBe(true);
    expect(policyOf(principal).mayWithWhole("call", payments)).toBe(false);
    expect(policyOf(principal).mayWithWhole("call", weather)).toBe(true);
  });

  test("everybody may do all on an open hub, and nobody may do anything", () => {
    for (const action of actions)
      for (const subject of ["hub", weather, tool("pay")] as const) {
        expect(may(openPrincipal, action, subject)).toBe(true);
        expect(may(nobody, action, subject)).toBe(false);
      }
  });
});

const words = fc.array(fc.constantFrom("a", "b", "a*", "*", "*b", "money"), { maxLength: 3 });
const grant: fc.Arbitrary<Grant> = fc.record(
  { action: fc.constantFrom(...actions), servers: words, tags: words, tools: words },
  { requiredKeys: ["action"] },
);
const server = fc.record({
  id: fc.constantFrom("a", "b", "ab", "aab"),
  tags: fc.array(fc.constantFrom("a", "b", "money"), { maxLength: 2 }),
});
const subject: fc.Arbitrary<Subject> = fc.oneof(
  fc.constant("hub" as const),
  server,
  fc.record({ server, tool: fc.constantFrom("a", "b", "ab") }),
);

describe("a policy", () => {
  test("is equal for grants in any order and often, and differs where they do", () => {
    fc.assert(
      fc.property(fc.array(grant), fc.array(grant), subject, (some, others, about) => {
        const policy = new Policy(some);
        const again = new Policy([...some, ...some].reverse());
        expect(again.key).toBe(policy.key);
        const other = new Policy(others);
        if (other.key !== policy.key) return;
        for (const action of actions)
          expect(other.may(action, about)).toBe(policy.may(action, about));
      }),
    );
  });

  test("allows with one more grant what it allowed before, and with all what it allows with each", () => {
    fc.assert(
      fc.property(fc.array(grant), grant, subject, (grants, more, about) => {
        const before = new Policy(grants);
        const after = new Policy([...grants, more]);
        const alone = new Policy([more]);
        for (const action of actions) {
          const expected = before.may(action, about) || alone.may(action, about);
          expect(after.may(action, about)).toBe(expected);
          if (after.mayWithAll(action)) expect(after.may(action, about)).toBe(true);
          if (after.may(action, about)) expect(after.mayAtAll(action)).toBe(true);
        }
      }),
    );
  });
});

describe("a pattern", () => {
  test("fits as a regular expression of it does", () => {
    const text = (letters: string) =>
      fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
    fc.assert(
      fc.property(text("ab*.-"), text("ab.-"), (pattern, name) => {
        const source = pattern.replace(/[.-]/g, "\\$&").replace(/\*/g, ".*");
        expect(fitsPattern(pattern, name)).toBe(new RegExp(`^${source}$`, "s").test(name));
      }),
    );
  });
});
