import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { answersRequest, type Envelope, outcomeOf } from "./envelope.js";
import { EnvelopeReader, envelopeOf } from "./envelope-reader.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

const word = (value: unknown, longest: number) =>
  typeof value === "string" && value.length <= longest ? value : undefined;
const number = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** What `JSON.parse` says of a text; duplicate members count as it counts them. */
function expected(text: string): Envelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const message: Record<string, unknown> = { ...value };
  const { id, method, result, error } = message;
  const isObject = (one: unknown) => typeof one === "object" && one !== null;
  const inner: Record<string, unknown> =
    isObject(result) && !Array.isArray(result) ? { ...(result as object) } : {}; // looked at here
  const failure: Record<string, unknown> =
    isObject(error) && !Array.isArray(error) ? { ...(error as object) } : {}; // looked at here
  const isId =
    id === null || typeof id === "string" || (typeof id === "number" && Number.isFinite(id));
  return {
    id: isId ? id : undefined,
    isCall: method !== undefined && method !== null,
    isAnswer: "result" in message || "error" in message,
    error: isObject(error)
      ? { code: number(failure.code), message: word(failure.message, 2_000) }
      : undefined,
    isToolError: inner.isError === true,
    resultType: word(inner.resultType, 100),
    protocolVersion: word(inner.protocolVersion, 100),
  };
}

const names = [
  "id",
  "method",
  "result",
  "error",
  "code",
  "message",
  "isError",
  "resultType",
  "protocolVersion",
  "jsonrpc",
  "params",
  "requestId",
  'a"id":5,',
  "grüße 🎈",
  "\\",
  "",
];

/** A text as JSON may write it: plainly, or with any letter as an escape. */
const written = (text: string) =>
  fc.array(fc.boolean(), { maxLength: 12 }).map((escaped) => {
    const letters = [...text].map((letter, at) =>
      escaped[at] === true && letter.length === 1
        ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`
        : JSON.stringify(letter).slice(1, -1),
    );
    return `"${letters.join("")}"`;
  });

const name = fc.constantFrom(...names).chain(written);
const scalar = fc.oneof(
  fc.constantFrom("5", "5.0", "50", "-5", "5e0", "1e999", "true", "false", "null", '"5"', '""'),
  fc.constantFrom(...names, "input_required", "complete", '"id":5', "x".repeat(200)).chain(written),
  fc.string({ unit: codePoint }).chain(written),
);
const gap = fc.constantFrom("", "", " ", "\n", "\r\n\t");

/** JSON in every way of writing it, with members that are there twice. */
const { json } = fc.letrec<{ json: string; object: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    tie("object"),
    fc.array(tie("json"), { maxLength: 4 }).map((all) => `[${all.join(",")}]`),
  ),
  object: fc
    .array(fc.tuple(gap, name, gap, gap, tie("json"), gap), { maxLength: 6 })
    .map((all) => `{${all.map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`).join(",")}}`),
}));

/** Cuts bytes at places that need not be between characters. */
function inPieces(text: string, cuts: readonly number[]): Envelope | undefined {
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const reader = new EnvelopeReader();
  for (const [index, from] of [0, ...places].entries())
    reader.read(bytes.subarray(from, places[index] ?? bytes.length));
  return reader.end();
}

describe("the envelope of a message", () => {
  test("is what JSON.parse finds at its top, however it is written and wherever it is cut", () => {
    fc.assert(
      fc.property(gap, json, gap, fc.array(fc.nat()), (before, text, after, cuts) => {
        const whole = `${before}${text}${after}`;
        expect(envelopeOf(whole)).toEqual(expected(whole));
        expect(inPieces(whole, cuts)).toEqual(expected(whole));
      }),
    );
  });

  test("has its words whole, also where they are no ASCII", () => {
    for (const resultType of ["grüße", "\u0086", "🎈", "é\\n"])
      expect(envelopeOf(`{"id":1,"result":{"resultType":"${resultType}"}}`)?.resultType).toBe(
        JSON.parse(`"${resultType}"`),
      );
  });

  test("is none for what is cut off, or is followed by more", () => {
    const text = '{"jsonrpc":"2.0","id":5,"result":{"x":["}",{"y":1}]}}';
    for (let end = 0; end < text.length; end += 1)
      expect(envelopeOf(text.slice(0, end))).toBeUndefined();
    for (const more of ["{}", ",", '"x"', "]", "}", "1"])
      expect(envelopeOf(`${text}${more}`)).toBeUndefined();
    for (const other of ["", "[]", `[${text}]`, "5", '"id"', "null"])
      expect(envelopeOf(other)).toBeUndefined();
  });

  test("is read of one text after another, also after a broken one", () => {
    const reader = new EnvelopeReader();
    for (const text of ['{"id":1,"method":"x"', '{"id":2,"result":{"isError":true}}', '{"id":3}']) {
      reader.read(Buffer.from(text));
      expect(reader.end()).toEqual(envelopeOf(text));
    }
  });

  test("has an id of any length where the whole text is there, and none too long in passing", () => {
    const id = 'é"'.repeat(5_000);
    const text = JSON.stringify({ id, result: {} });
    expect(envelopeOf(text)?.id).toBe(id);
    expect(inPieces(text, [])?.id).toBeUndefined();
  });

  test("costs as much for each byte of a text twice as long", () => {
    const cpuOf = (length: number) => {
      const bytes = Buffer.from(`{"id":5,"x":"${'\\"\\\\'.repeat(length / 4)}`);
      const began = process.cpuUsage();
      for (let round = 0; round < 20; round += 1) {
        const reader = new EnvelopeReader();
        for (let at = 0; at < bytes.length; at += 7) reader.read(bytes, at, at + 7);
      }
      const { user, system } = process.cpuUsage(began);
      return user + system;
    };
    cpuOf(100_000);
    expect(cpuOf(400_000) / cpuOf(200_000)).toBeLessThan(4);
  });
});

describe("what answers a request", () => {
  const answers = (id: string | number | null, text: string) => {
    const envelope = envelopeOf(text);
    return envelope !== undefined && answersRequest(envelope, id);
  };

  test("is told by its id, also when other ids begin or end alike", () => {
    expect(answers(5, '{"jsonrpc":"2.0","id":5,"result":{}}')).toBe(true);
    expect(answers(5, '{"jsonrpc":"2.0","result":{},"id":5}')).toBe(true);
    expect(answers(5, '{ "jsonrpc": "2.0", "result": {}, "\\u0069d" : 5 }')).toBe(true);
    expect(answers("5", '{"jsonrpc":"2.0","id":"5","result":{}}')).toBe(true);
    expect(answers(5, '{"id":6,"result":{},"id":5}')).toBe(true);
    expect(answers(5, '{"id":5,"result":{},"id":6}')).toBe(false);
    for (const id of [55, 15, "05", "5.0", " 5", "x", ""])
      expect(answers(5, JSON.stringify({ jsonrpc: "2.0", id, result: {} }))).toBe(false);
    // Both SDKs take the text of a number for the number; a text that was asked for stays one.
    expect(answers(5, '{"jsonrpc":"2.0","id":"5","result":{}}')).toBe(true);
    expect(answers("5", '{"jsonrpc":"2.0","id":5,"result":{}}')).toBe(false);
  });

  test("is no message that only holds the id, and none that asks for something under it", () => {
    const data = { id: 5, result: {}, error: { code: 1, message: "" } };
    for (const message of [
      { method: "notifications/message", params: { level: "info", data } },
      { method: "notifications/message", params: { data: JSON.stringify(data) } },
      { id: 5, method: "elicitation/create", params: data },
      { id: 6, result: data },
      { id: 5, params: data },
      { params: data },
      [data],
    ])
      expect(answers(5, JSON.stringify(message))).toBe(false);
  });

  test("is an error without an id too: the server could not read the request", () => {
    const error = { code: -32_700, message: "Parse error" };
    expect(answers(5, JSON.stringify({ jsonrpc: "2.0", id: null, error }))).toBe(true);
    expect(answers(5, '{"jsonrpc":"2.0","id":null,"result":{}}')).toBe(false);
    expect(answers(5, "{oh")).toBe(false);
  });

  test("counts as a failure by its own members, not by what a result holds", () => {
    const counted = (message: object) => {
      const envelope = envelopeOf(JSON.stringify(message));
      return envelope === undefined ? undefined : outcomeOf(envelope);
    };
    const nested = { isError: true, error: { code: 1 } };
    expect(counted({ id: 5, result: { structuredContent: nested } })).toBe("ok");
    expect(counted({ id: 5, result: { content: [], isError: true } })).toBe("tool-error");
    expect(counted({ id: 5, error: { code: 1, data: { result: nested } } })).toBe("error");
  });
});

test("a text full of quotes is walked through, not searched from quote to quote", () => {
  const rows = Array.from({ length: 3_000 }, (_, index) => ({ name: `row ${index}`, tags: ["a"] }));
  const text = JSON.stringify({ rows });
  const bytes = Buffer.from(
    JSON.stringify({ id: 5, result: { content: [{ type: "text", text }] } }),
  );
  let looks = 0;
  const search = vi.spyOn(bytes, "indexOf").mockImplementation((...given) => {
    looks += 1;
    return Buffer.prototype.indexOf.apply(bytes, given);
  });
  const view = vi.spyOn(bytes, "subarray").mockImplementation((...given) => {
    looks += 1;
    return Buffer.prototype.subarray.apply(bytes, given);
  });
  const reader = new EnvelopeReader();
  reader.read(bytes);
  search.mockRestore();
  view.mockRestore();
  expect(reader.end()).toMatchObject({ id: 5, isAnswer: true });
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(bytes.length / 1_000);
});
