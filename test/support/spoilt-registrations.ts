import fc from "fast-check";
import { codePoint } from "./code-point.js";

/** Occurs in every generated secret, and must occur nowhere else. */
export const secretMark = "SECRET-MARK";

export type Fields = Readonly<Record<string, unknown>>;

const endpoint = fc.constantFrom(
  "http://127.0.0.1:1/mcp",
  "http://127.0.0.1:2/mcp",
  "http://localhost:1/a",
  "http://[::1]:1/mcp",
  "http://2130706433:1/",
  "http://0x7f.1:1/",
  "HTTP://LOCALHOST:1/%2e%2e/x",
  "http://127.0.0.1:1/?q=%00",
);
const badEndpoint = fc.constantFrom(
  "",
  "http://",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "data:text/html,x",
  "ftp://127.0.0.1/",
  "http://user:SECRET-MARK@127.0.0.1:1/",
  "http://127.0.0.1:1/#x",
  "http://127.0.0.1:99999/",
  "http://169.254.169.254/latest",
  "http://[::ffff:169.254.169.254]/",
  "http://[64:ff9b::a9fe:a9fe]/",
  "http://[2002:a9fe:a9fe::]/",
  "http://[fe80::1%25eth0]/",
  "http://0.0.0.0:1/",
  "http://224.0.0.1/",
  "http://127.0.0.1:1/\r\nx: y",
  `http://127.0.0.1:1/${"a".repeat(10_000)}`,
  "//127.0.0.1:1/",
  "\u202Ehttp://127.0.0.1:1/",
  "http://\uFF11\uFF12\uFF17.0.0.1:1/",
);
const trickyText = fc.constantFrom(
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "a\nb",
  "\u202Eevil",
  "a\u200Bb",
  "\uFEFFa",
  "p\u0430ypal",
  "\u1E9E\u0130\u017F\uFB01",
  "e\u0301".repeat(50),
  "a\u0301".repeat(199),
  "\uD800",
  "\uDFFFx",
  "\u{E0041}\u{E0042}",
  "👩‍👩‍👧‍👦",
  "ﷺ".repeat(200),
  "...",
  "---",
  "__proto__",
  "constructor",
  "hub__x",
  "<script>alert(1)</script>",
  "'; DROP TABLE entries;--",
  "%00%0d%0a",
  "{{7*7}}",
  "../../etc/passwd",
  "x".repeat(201),
  "x".repeat(9_000),
  "x".repeat(70_000),
);
const name = fc.integer({ min: 0, max: 60 }).map((index) => `Server ${index}`);
const nested = fc
  .tuple(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom("[]", '{"a":}'))
  .map(([depth, pair]) => {
    const half = pair.length / 2;
    const open = pair === "[]" ? "[" : '{"a":';
    return `${open.repeat(depth)}${half > 1 ? "1" : ""}${(pair === "[]" ? "]" : "}").repeat(depth)}`;
  });
const polluting = fc.constantFrom(
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"a":{"b":{"__proto__":1}}}',
  '{"toString":1,"hasOwnProperty":2,"valueOf":null}',
);
const anyText = fc.oneof(trickyText, fc.string({ unit: codePoint, maxLength: 60 }));
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, [], {}, [[]], [null], ["a", "a"]),
  fc.constant(Array.from({ length: 300 }, (_, index) => `t${index}`)),
  polluting.map((text): unknown => JSON.parse(text)),
);
const secret = fc.integer({ min: 0, max: 20 }).map((index) => `${secretMark}-${index}`);

const fieldNames = [
  "name transport endpoint title description version tags owner repository websiteUrl icons",
  "metadata instanceId candidates serviceKey lease command args env url id status __proto__",
  "constructor prototype toString tags[] name[] lease.ttlMs hasOwnProperty",
].flatMap((line) => line.split(" "));
const fieldName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...fieldNames) },
  { weight: 1, arbitrary: anyText },
);

/** A registration that was right until some of its fields were spoilt. */
export const spoilt: fc.Arbitrary<Fields> = fc
  .record(
    {
      name: fc.oneof(name, trickyText),
      transport: fc.constantFrom("streamable-http", "http", "sse", "stdio", "STREAMABLE-HTTP"),
      endpoint: fc.oneof({ weight: 3, arbitrary: endpoint }, badEndpoint),
      serviceKey: secret,
      lease: fc.constantFrom({}, { ttlMs: 1 }, { ttlMs: -1 }, { ttlMs: "1" }, { ttlMs: 1e300 }),
    },
    { requiredKeys: ["name", "transport"] },
  )
  .chain((base) =>
    fc
      .array(fc.tuple(fieldName, anyValue), { minLength: 0, maxLength: 3 })
      .map((changes) => Object.fromEntries([...Object.entries(base), ...changes])),
  );

/** JSON, or something like it. */
export const badJson = fc.oneof(
  { weight: 6, arbitrary: spoilt.map((fields) => JSON.stringify(fields)) },
  nested,
  nested.map((deep) => `{"name":"Deep","transport":"http","metadata":{"a":${deep}}}`),
  polluting,
  fc.tuple(spoilt, fc.nat(400)).map(([fields, at]) => JSON.stringify(fields).slice(0, at)),
  fc.tuple(spoilt, fc.nat(200), anyText).map(([fields, at, text]) => {
    const whole = JSON.stringify(fields);
    return whole.slice(0, at) + text + whole.slice(at);
  }),
  fc.constantFrom(
    "",
    "null",
    "[]",
    "1e999",
    '"\\ud800"',
    "\uFEFF{}",
    '{"name":"a","name":"b"}',
    "{'name':1}",
    "{} {}",
    "NaN",
    '{"name":"Twice","transport":"http","endpoint":"http://127.0.0.1:1/","Endpoint":"x"}',
    `{"name":${"9".repeat(60_000)}}`,
    `{"${"k".repeat(60_000)}":1}`,
    `[${"[],".repeat(20_000)}0]`,
  ),
);
