import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RedactBytes } from "./redact-bytes.js";
import { SseEndpoint } from "./sse-endpoint.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

/** Cuts bytes into chunks of these lengths, over and over. */
function chunksOf(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const end = at + (lengths[turn % lengths.length] ?? 1);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

test("no secret crosses, however the bytes are cut, and all else crosses as it is", async () => {
  const secret = fc.string({ unit: fc.constantFrom("a", "b", "é", '"', "\n"), minLength: 4 });
  const words = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é", "x") }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(secret, { maxLength: 3 }),
      words,
      lengths,
      async (secrets, all, cut) => {
        const given = all
          .flatMap((word, at) => [word, secrets[at % (secrets.length || 1)] ?? ""])
          .join("");
        const chunks = chunksOf(Buffer.from(given), cut);
        const crossed = await text(Readable.from(chunks).pipe(new RedactBytes(secrets)));
        for (const one of secrets) expect(crossed).not.toContain(one);
        const longestFirst = [...secrets].sort((one, other) => other.length - one.length);
        if (!longestFirst.some((one) => given.includes(one))) expect(crossed).toBe(given);
      },
    ),
    { numRuns },
  );
});

test("a secret that is echoed in Base64 or percent-encoded does not cross either", async () => {
  const secret = "s3cret?/of+the&server~~";
  const echoes = ["", "m", "me:"].flatMap((before) =>
    (["base64", "base64url"] as const).map((form) =>
      Buffer.from(`${before}${secret}:rest`).toString(form),
    ),
  );
  for (const echo of [...echoes, encodeURIComponent(secret)]) {
    const chunks = chunksOf(Buffer.from(`{"echo":"${echo}"}`), [3]);
    const crossed = await text(Readable.from(chunks).pipe(new RedactBytes([secret])));
    expect(crossed).toContain("***");
    expect(Buffer.from(crossed, "base64").toString()).not.toContain("of+the");
    expect(crossed).not.toContain("of%2Bthe");
  }
});

test("what cannot be the beginning of a secret is not held back", async () => {
  const redact = new RedactBytes(["secret"]);
  redact.write("data: 1\n\n");
  expect(String(redact.read())).toBe("data: 1\n\n");
  redact.write("sec");
  expect(redact.read()).toBeNull();
  redact.write("ond");
  expect(String(redact.read())).toBe("second");
  redact.end("ret sec");
  expect(await text(redact)).toBe("ret sec");
});

test("the address for messages is replaced, however the bytes are cut, and all after it crosses", async () => {
  const lineEnd = fc.constantFrom("\n", "\r\n");
  const address = fc.webPath().map((path) => `${path}?key=a-secret`);
  await fc.assert(
    fc.asyncProperty(lineEnd, address, lengths, fc.string(), async (end, given, cut, after) => {
      const stream = `: hello${end}event: endpoint${end}data: ${given}${end}${end}${after}`;
      const seen: string[] = [];
      const rename = new SseEndpoint((one) => {
        seen.push(one);
        return "/mcp/messages/1";
      });
      const crossed = await text(Readable.from(chunksOf(Buffer.from(stream), cut)).pipe(rename));
      expect(seen).toEqual([given]);
      expect(crossed).toBe(`event: endpoint\ndata: /mcp/messages/1\n\n${after}`);
    }),
    { numRuns },
  );
});
