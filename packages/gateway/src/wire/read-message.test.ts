import { BudgetBook } from "@hub/core";
import { withNameAt } from "@hub/mcp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageLimits } from "./message-limits.js";
import { type Received, readMessage } from "./read-message.js";

const numRuns = Math.min(20_000, Number(process.env.HUB_PROPERTY_RUNS ?? 200) * 10);
const limits = messageLimits(new BudgetBook(), 60_000).ofClients;
const read = (text: string) => readMessage(Buffer.from(text), limits);

/** How a program makes an object of the members that it reads. */
type Build = (members: readonly (readonly [string, unknown])[]) => Map<string, unknown>;

const firstWins: Build = (members) => new Map([...members].reverse());
const lastWins: Build = (members) => new Map(members);
/** As .NET, Go and many others may read: capitals, widths and marks make no difference. */
const withoutCase: Build = (members) =>
  new Map(
    members.map(([key, value]) => [
      key
        .normalize("NFKD")
        .replace(/[\p{M}\p{Cf}]/gu, "")
        .toLowerCase()
        .replace(/ı/g, "i"),
      value,
    ]),
  );

/** A small JSON parser of its own, for texts that JSON.parse takes. */
function parseWith(text: string, build: Build): unknown {
  let at = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? "")) at += 1;
  };
  const string = (): string => {
    const start = at;
    at += 1;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at += 1;
    return JSON.parse(text.slice(start, at));
  };
  const value = (): unknown => {
    space();
    if (text[at] === '"') return string();
    if (text[at] === "{" || text[at] === "[") {
      const isObject = text[at] === "{";
      const members: [string, unknown][] = [];
      at += 1;
      for (space(); text[at] !== "}" && text[at] !== "]"; space()) {
        let key = "";
        if (isObject) {
          key = string();
          space();
          at += 1;
        }
        members.push([key, value()]);
        space();
        if (text[at] === ",") at += 1;
      }
      at += 1;
      return isObject ? build(members) : members.map(([, one]) => one);
    }
    const start = at;
    while (at < text.length && !/[\s,\]}]/.test(text[at] ?? "")) at += 1;
    return JSON.parse(text.slice(start, at));
  };
  return value();
}

/** What a message is to a program: kind, method, and whom it is for. */
function meaningOf(text: string, build: Build) {
  const message = parseWith(text, build) as Map<string, unknown>; // it passed, so it is an object
  const params = message.get("params");
  const given = params instanceof Map ? params : new Map<string, unknown>();
  const ref = given.get("ref");
  return {
    kind: ["method", "id", "result", "error"].map((key) => message.has(key)).join(),
    method: message.get("method"),
    id: message.get("id"),
    name: given.get("name"),
    uri: given.get("uri"),
    meta: given.has("_meta"),
    ref: ref instanceof Map ? [ref.get("type"), ref.get("name"), ref.get("uri")] : ref,
  };
}

const known = [
  "jsonrpc",
  "id",
  "method",
  "params",
  "name",
  "uri",
  "_meta",
  "ref",
  "result",
  "error",
];
const look: Readonly<Record<string, readonly string[]>> = {
  a: ["а", "ａ", "á", "\\u0061", "A"],
  d: ["ԁ", "ｄ", "D"],
  e: ["е", "ｅ", "é", "e\u0301", "\\u0065", "E"],
  i: ["ı", "İ", "і", "ｉ", "I"],
  m: ["м", "ｍ", "M"],
  n: ["ｎ", "ñ", "N"],
  o: ["о", "ο", "ｏ", "O", "0"],
  p: ["р", "ρ", "ｐ", "P"],
  r: ["ｒ", "R"],
  s: ["ſ", "ѕ", "ｓ", "S"],
  t: ["т", "ｔ", "T"],
  u: ["υ", "ｕ", "U"],
};

/** Another spelling of a key. */
const spelled = (key: string) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(key) },
    fc.tuple(fc.nat(key.length - 1), fc.nat(8)).map(([at, which]) => {
      const letter = key[at] ?? "";
      const others = look[letter] ?? [letter.toUpperCase()];
      return `${key.slice(0, at)}${others[which % others.length]}${key.slice(at + 1)}`;
    }),
    fc
      .tuple(
        fc.nat(key.length),
        fc.constantFrom("\u200b", "\u00ad", "\ufeff", "\u3164", "\\u0000", "\u0301", " ", "-", "_"),
      )
      .map(([at, added]) => `${key.slice(0, at)}${added}${key.slice(at)}`),
    fc.constantFrom(...["__proto__", "constructor", "Name", "PARAMS", "Method", "other", "cursor"]),
  );
const gap = fc.constantFrom("", "", "", " ", "\n", "\t ");
const keyed = (key: string, value: fc.Arbitrary<string>) =>
  fc
    .tuple(spelled(key), gap, gap, value)
    .map(([name, before, after, text]) => `${before}"${name}"${after}:${before}${text}`);
const objectOf = (members: readonly fc.Arbitrary<string>[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...members.keys()], { minLength: Math.min(2, members.length) }),
      fc.array(fc.nat(members.length - 1), { maxLength: 1 }),
    )
    .chain(([chosen, again]) =>
      fc.tuple(...[...chosen, ...again].map((at) => members[at] ?? fc.constant(""))),
    )
    .map((parts) => `{${parts.join(",")}}`);
const text = fc.constantFrom('"a"', '"b"', '"allowed"', '"\\u0061"', "1", "null", "[]");
const inner = fc.jsonValue().map((value) => JSON.stringify(value));
const params = objectOf([
  keyed("name", text),
  keyed("uri", text),
  keyed("_meta", fc.constantFrom("{}", '{"name":"x","Name":"y"}')),
  keyed("arguments", fc.oneof(inner, fc.constant('{"name":1,"Name":2,"name":3,"__proto__":{}}'))),
  keyed("ref", objectOf([keyed("type", text), keyed("name", text), keyed("uri", text)])),
]);
const message = objectOf([
  keyed("jsonrpc", fc.constant('"2.0"')),
  keyed("id", fc.constantFrom("1", '"1"')),
  keyed("method", fc.constantFrom('"tools/call"', '"ping"', '"resources/read"')),
  keyed("params", params),
]);

describe("what a message is", () => {
  test(`${numRuns} spellings: whatever passes means one thing to every program`, () => {
    let passed = 0;
    const check = (written: string) => {
      const result = read(written);
      if ("error" in result) {
        expect([-32_600, -32_602]).toContain(result.error.code);
        return;
      }
      passed += 1;
      const meaning = meaningOf(written, lastWins);
      expect(meaningOf(written, firstWins)).toEqual(meaning);
      expect(meaningOf(written, withoutCase)).toEqual(meaning);
    };
    fc.assert(fc.property(message, check), { numRuns });
    expect(passed).toBeGreaterThan(numRuns / 100);
  });

  test("each known member twice, with escapes, in capitals or in look-alike letters is refused", () => {
    const call = (extra: string, inParams = "") =>
      `{"jsonrpc":"2.0","id":7,"method":"tools/call",${extra}"params":{"name":"a",${inParams}"arguments":{}}}`;
    for (const key of known) {
      const spellings = [
        key.toUpperCase(),
        `${key.slice(0, -1)}${key.at(-1)?.toUpperCase()}`,
        `\\u${key.charCodeAt(0).toString(16).padStart(4, "0")}${key.slice(1)}`,
        `${key}\u200b`,
        `${key}\\u0000`,
        key
          .normalize("NFC")
          .replace(/[a-z]/, (one) => String.fromCodePoint(0xff41 + one.charCodeAt(0) - 97)),
        ...(key.includes("i") ? [key.replace("i", "ı")] : []),
        ...(key.includes("s") ? [key.replace("s", "ſ")] : []),
      ];
      const isInParams = ["name", "uri", "_meta", "ref"].includes(key);
      for (const spelling of spellings) {
        const member = `"${spelling}":{},`;
        const result = isInParams ? read(call("", member)) : read(call(member));
        expect([spelling, result]).toEqual([
          spelling,
          isInParams
            ? { id: 7, error: expect.objectContaining({ code: -32_602 }) }
            : { id: null, error: expect.objectContaining({ code: -32_600 }) },
        ]);
      }
    }
    for (const twice of [
      call('"method":"ping",'),
      call('"id":8,'),
      call("", '"name":"b",'),
      call('"__proto__":{},'),
      call("", '"constructor":{},'),
    ])
      expect(read(twice)).toHaveProperty("error");
    expect(read(call('"result":{},'))).toHaveProperty("error");
  });

  test("arguments, results, metadata and unknown members are never judged", () => {
    const inside =
      '{"name":1,"Name":2,"NAME":3,"name":4,"__proto__":{"a":1},"n\\u0061me":5,"method":6}';
    for (const written of [
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":${inside},"_meta":${inside}}}`,
      `{"jsonrpc":"2.0","id":1,"result":${inside}}`,
      `{"jsonrpc":"2.0","id":1,"method":"x","params":{"grüße":1,"userName":2,"cursor":"c","meta":3,"task":${inside}}}`,
      `{"jsonrpc":"2.0","method":"notifications/x","params":{"data":[${inside}],"names":[]},"trace":${inside}}`,
    ])
      expect([written, read(written)]).toEqual([
        written,
        expect.objectContaining({ text: written }),
      ]);
  });

  test("bytes that are no UTF-8 are refused: another program might read a name in them", () => {
    const overlong = Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","n'),
      Buffer.from([0xc1, 0xa1]),
      Buffer.from('me":"b"}}'),
    ]);
    expect(readMessage(overlong, limits)).toMatchObject({ error: { code: -32_700 } });
  });
});

describe("how much one message may unfold to", () => {
  const message = (inside: string) =>
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"x":${inside}}}}`;

  test("nesting is counted to the level, values to the value, and texts count as one", () => {
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(read(message(nested(997)))).toHaveProperty("parsed");
    expect(read(message(nested(998)))).toMatchObject({ error: { code: -32_600 } });
    const own = messageLimits(new BudgetBook({ messageValues: 10_000 }), 60_000).ofClients;
    const list = (length: number) => `[${Array(length).fill("[]").join()}]`;
    const fits = (length: number) =>
      !("error" in readMessage(Buffer.from(message(list(length))), own));
    expect([4_990, 4_999].map(fits)).toEqual([true, false]);
    expect(read(message(JSON.stringify("[,{".repeat(600_000))))).toHaveProperty("parsed");
  });

  test("4 MB of lists are refused before they are built, and the budget says so", () => {
    const budgets = new BudgetBook();
    const { ofClients } = messageLimits(budgets, 60_000);
    const body = Buffer.from(message(`[${"[],".repeat(1_390_000)}[]]`));
    expect(readMessage(body, ofClients)).toMatchObject({
      error: { message: expect.stringContaining("500000 values") },
    });
    readMessage(Buffer.from(message("[1,2]")), ofClients);
    const row = budgets.report().find(({ name }) => name === "messageValues");
    expect(row).toMatchObject({ refused: 1, used: 9 });
  });
});

describe("another name in the text of a message", () => {
  const renamed = (text: string, to: string) => {
    const result = read(text) as Received; // the texts here are messages
    return withNameAt(result.text, result.nameAt, to);
  };

  test("everything else stays as it was written, also what JavaScript would round", () => {
    const text =
      '{ "params":{"arguments":{"name":"a__b","big":12345678901234567890},"name" : "a__\\u0062"},"id":1.0,"jsonrpc":"2.0","method":"tools/call"}';
    expect(renamed(text, "b")).toBe(text.replace('"a__\\u0062"', '"b"'));
    expect(
      renamed('{"jsonrpc":"2.0","id":1,"method":"x","params":{"name":["a"]}}', "b"),
    ).toBeUndefined();
    expect(renamed('{"jsonrpc":"2.0","id":1,"method":"x","params":{}}', "b")).toBeUndefined();
  });

  test("it means what parsing, changing and writing would mean", () => {
    const rest = fc.dictionary(fc.constantFrom("arguments", "a", "task"), fc.jsonValue());
    fc.assert(
      fc.property(
        rest,
        fc.string(),
        fc.string(),
        fc.constantFrom(undefined, 1, "\t"),
        (more, from, to, space) => {
          const whole = { id: 1, params: { ...more, name: from }, method: "x", jsonrpc: "2.0" };
          const changed = renamed(JSON.stringify(whole, null, space), to);
          const wanted = { ...whole, params: { ...whole.params, name: to } };
          expect(JSON.parse(changed ?? "")).toEqual(JSON.parse(JSON.stringify(wanted)));
        },
      ),
      { numRuns },
    );
  });
});
