import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyOfSession, openRow, sealRow } from "./sealed-row.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

const about = { peer: "127.0.0.1", isUsed: true };
const id = "hub-A1b2C3d4E5f6G7h8I9j0K1l2";

describe("a sealed row", () => {
  test("opens to what was sealed, under its id alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), fc.string({ minLength: 1 }), (text, other) => {
        const row = sealRow(id, about, text.toWellFormed());
        expect(openRow(id, row)).toBe(text.toWellFormed());
        expect(openRow(`${id}${other}`, row)).toBeUndefined();
      }),
    );
  });

  test("opens to nothing when anything of it, or beside it, was changed", () => {
    const row = sealRow(id, about, "what it needs to live on");
    const bytes = Buffer.from(row.sealed, "base64");
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(openRow(id, { ...row, sealed: changed.toString("base64") })).toBeUndefined();
      const cut = bytes.subarray(0, at).toString("base64");
      expect(openRow(id, { ...row, sealed: cut })).toBeUndefined();
    }
    expect(openRow(id, { ...row, peer: "10.0.0.1" })).toBeUndefined();
    expect(openRow(id, { ...row, isUsed: false })).toBeUndefined();
    expect(openRow(id, { ...row, key: keyOfSession("hub-another") })).toBeUndefined();
    expect(openRow(id, { ...row, sealed: "no base64 at all: %%" })).toBeUndefined();
  });

  test("says neither its id nor its text, and is another each time", () => {
    const rows = [sealRow(id, about, "a secret"), sealRow(id, about, "a secret")];
    expect(rows[0]?.sealed).not.toBe(rows[1]?.sealed);
    expect(rows[0]?.key).toBe(rows[1]?.key);
    for (const row of rows) {
      expect(JSON.stringify(row)).not.toContain(id.slice(4));
      expect(Buffer.from(row.sealed, "base64").toString("latin1")).not.toContain("secret");
    }
  });
});
