import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logText } from "./lease/log-text.js";
import { createMask } from "./mask-secrets.js";
import { LastLines } from "./stdio/last-lines.js";

const key = "-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\n-----END KEY-----";
const mask = createMask({
  GITHUB_TOKEN: "ghp_abc123",
  api_key: 'qu"ote&d',
  DB_PASSWORD: "pass word",
  SSH_PRIVATE_KEY: key,
  SHORT_SECRET: "abc",
  HOME: "/home/me",
});

describe("in what a program prints, the mask", () => {
  test.each([
    ["token ghp_abc123!", "token ***!"],
    ['{"key":"qu\\"ote&d"}', '{"key":"***"}'],
    ["?k=qu%22ote%26d&p=pass%20word", "?k=***&p=***"],
    [`basic ${Buffer.from("ghp_abc123").toString("base64")}`, "basic ***w=="],
    ["MIIEowIBAAKCAQEA", "***"],
    ["postgres://me:open-sesame@db/x", "postgres://me:***@db/x"],
    ["abc and /home/me stay", "abc and /home/me stay"],
  ])("of %j leaves %j", (printed, masked) => {
    expect(mask(printed)).toBe(masked);
  });

  test.each(["", "m", "me", "me:"])("finds a secret in Base64 behind %j", (before) => {
    const encoded = Buffer.from(`${before}ghp_abc123:rest`).toString("base64");
    expect(mask(encoded)).toContain("***");
  });

  test("leaves nothing of the secrets that it is told of, in any spelling, nor of broken text", () => {
    const told = createMask({}, ['qu"ote&d', "half \ud800"]);
    expect(told('qu"ote&d qu\\"ote&d qu%22ote%26d')).toBe("*** *** ***");
    expect(told(Buffer.from('qu"ote&d').toString("base64"))).toContain("***");
  });

  test("leaves no secret, wherever it stands", () => {
    const secret = fc.string({ minLength: 4, maxLength: 30 }).map((text) => text.trim());
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        fc.pre(value.length >= 4 && !"***".includes(value) && !value.includes("*"));
        const masked = createMask({ A_TOKEN: value })(`${before} ${value} ${after}`);
        expect(masked.includes(value)).toBe(false);
      }),
    );
  });
});

describe("the last lines of a command", () => {
  test("are masked before they are cut", () => {
    const lines = new LastLines(createMask({ TOKEN: "s3cr3t-s3cr3t" }));
    lines.add(`${"x".repeat(1_995)}s3cr3t-s3cr3t`);
    expect(lines.list().join()).not.toContain("s3cr");
  });

  test("are the newest, within lines and characters, whatever is printed", () => {
    const line = fc.oneof(
      fc.string(),
      fc.nat(3_000).map((length) => "x".repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 1_200 }), (printed) => {
        const lines = new LastLines((text) => text);
        for (const one of printed) lines.add(one);
        const kept = lines.list();
        expect(kept.length).toBeLessThanOrEqual(500);
        expect(kept.join("").length).toBeLessThanOrEqual(64 * 1_024);
        const cut = printed.map((one) => one.slice(0, 2_000));
        expect(kept).toEqual(kept.length === 0 ? [] : cut.slice(-kept.length));
      }),
      { numRuns: 30 },
    );
  });

  test("fit into what a hub takes, also in bytes", () => {
    expect(logText("a\nb")).toBe("a\nb");
    const text = logText(Array.from({ length: 900 }, (_, at) => `${at} ${"ü".repeat(100)}`));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64 * 1_024);
    expect(text.split("\n").length).toBeLessThanOrEqual(500);
    expect(text).toContain("899 ");
    expect(logText("x".repeat(100_000))).toBe("");
  });
});
