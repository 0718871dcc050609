import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exposedName, exposedUri, formerName, longestName, ownUri } from "./naming.js";

const serverId = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/),
  // Of the same beginning as others, whole or cut.
  fc.stringMatching(/^[a-z]{0,3}$/).map((end) => `enterprise-plann${end}`),
);
const toolName = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 130 }),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,128}$/),
  fc.constantFrom("a", "A", "_a", "__a", "a__b", "a.b", "a/b", "a b", "x".repeat(100)),
);
const owned = fc.tuple(serverId, toolName);

describe("the name of a tool", () => {
  test("is one that every model's API accepts", () => {
    fc.assert(
      fc.property(owned, ([id, name]) => {
        expect(exposedName(id, name)).toMatch(/^[A-Za-z0-9_-]{1,50}$/);
      }),
    );
  });

  test("differs for different tools and servers", () => {
    fc.assert(
      fc.property(fc.array(owned, { minLength: 2, maxLength: 200 }), (tools) => {
        const asked = new Set(tools.map((one) => JSON.stringify(one)));
        const exposed = new Set(tools.map(([id, name]) => exposedName(id, name)));
        expect(exposed.size).toBe(asked.size);
      }),
    );
  });

  test("is the plain one where that may be, and otherwise still begins with the server", () => {
    expect(exposedName("weather", "get_forecast")).toBe("weather__get_forecast");
    expect(exposedName("weather", "get.forecast")).toMatch(/^weather__get_forecast_[0-9a-f]{8}$/);
    const long = exposedName("weather", "x".repeat(128));
    expect(long).toMatch(/^weather__x{23}_[0-9a-f]{8}$/);
    const both = exposedName("enterprise-resource-planning", "y".repeat(64));
    expect(both).toMatch(/^enterprise-resou__y{23}_[0-9a-f]{8}$/);
    expect(both).toHaveLength(longestName);
  });

  test("of one server can never be that of another, whatever it calls its tools", () => {
    fc.assert(
      fc.property(owned, owned, ([id, name], [otherId, otherName]) => {
        fc.pre(id !== otherId);
        expect(exposedName(id, name)).not.toBe(exposedName(otherId, otherName));
        // Not even when it takes what is shown for the other's.
        const [, shown = ""] = /__(.*)$/.exec(exposedName(otherId, otherName)) ?? [];
        expect(exposedName(id, shown)).not.toBe(exposedName(otherId, otherName));
      }),
    );
  });
});

describe("the name that a tool had while 64 characters were allowed", () => {
  test("is the present one where that is not longer than 50", () => {
    fc.assert(
      fc.property(owned, ([id, name]) => {
        const plain = `${id}__${name}`;
        if (plain === exposedName(id, name)) expect(formerName(id, name)).toBe(plain);
      }),
    );
    expect(formerName("weather", "x".repeat(50))).toBe(`weather__${"x".repeat(50)}`);
    expect(formerName("weather", "x".repeat(128))).toMatch(/^weather__x{46}_[0-9a-f]{8}$/);
  });
});

describe("the URI of a resource that two servers have", () => {
  test("reads back as the server and its own URI", () => {
    fc.assert(
      fc.property(serverId, fc.string({ minLength: 1 }), (id, uri) => {
        expect(ownUri(exposedUri(id, uri))).toEqual({ serverId: id, uri });
      }),
    );
  });

  test("keeps a legal scheme, and other URIs stand for themselves", () => {
    expect(exposedUri("weather", "test://a")).toMatch(/^[a-z][a-z0-9+.-]*:/);
    expect(ownUri("test://a")).toBeUndefined();
    expect(ownUri("hub://a")).toBeUndefined();
  });
});
