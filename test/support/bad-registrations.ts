import type { FuzzRequest } from "@hub/testing";
import fc from "fast-check";
import { codePoint } from "./code-point.js";
import { badJson, type Fields, spoilt } from "./spoilt-registrations.js";

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const form = fc.oneof(
  { weight: 5, arbitrary: spoilt.map(urlEncoded) },
  fc.tuple(spoilt, spoilt).map(([one, other]) => `${urlEncoded(one)}&${urlEncoded(other)}`),
  fc.constantFrom("%", "a=%zz", "=%ff%fe", "&&&&", "a", "=", "a=b&".repeat(5_000), "%00=%00"),
  fc.constantFrom("name[__proto__]=x", "name[constructor][prototype]=x", "metadata={&lease=["),
  fc.string({ unit: codePoint, maxLength: 200 }),
);

function urlEncoded(fields: Fields): string {
  return Object.entries(fields)
    .map(([key, value]) => `${encode(key)}=${encode(asText(value) ?? "")}`)
    .join("&");
}

/** encodeURIComponent throws for half a surrogate pair; this sends its bytes. */
function encode(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ed%a0%80";
}

const boundary = "----b";
const multipart = fc
  .tuple(
    spoilt,
    fc.constantFrom("", '; filename="x"', "; filename*=utf-8''%ff", "; name=two", "\r\nX: y"),
    fc.constantFrom("\r\n", "\n", "\r"),
    fc.constantFrom(`--${boundary}--\r\n`, "", `--${boundary}`, `--${boundary}--x`),
  )
  .map(([fields, more, newline, ending]) => {
    const parts = Object.entries(fields).map(
      ([key, value]) =>
        `--${boundary}${newline}Content-Disposition: form-data; name="${key}"${more}${newline}${newline}${asText(value)}${newline}`,
    );
    return parts.join("") + ending;
  });

const types = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: `multipart/form-data; boundary=${boundary}`,
} as const;
const oddType = fc.constantFrom(
  "",
  "text/plain",
  "text/html",
  "application/octet-stream",
  "application/json; charset=utf-16",
  "application/json;charset=",
  "APPLICATION/JSON",
  "application/json, text/plain",
  "multipart/form-data",
  `multipart/form-data; boundary=${"b".repeat(300)}`,
  'multipart/form-data; boundary="',
  "application/x-www-form-urlencoded; charset=latin1",
  "*/*",
  ";;;",
);

const typedBody: fc.Arbitrary<readonly [type: string, body: Buffer]> = fc.oneof(
  { weight: 5, arbitrary: badJson.map((text) => [types.json, Buffer.from(text)] as const) },
  { weight: 4, arbitrary: form.map((text) => [types.form, Buffer.from(text)] as const) },
  { weight: 3, arbitrary: multipart.map((text) => [types.multipart, Buffer.from(text)] as const) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.oneof(fc.constantFrom(...Object.values(types)), oddType), fc.uint8Array())
      .map(([type, bytes]) => [type, Buffer.from(bytes)] as const),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(oddType, badJson).map(([type, text]) => [type, Buffer.from(text)] as const),
  },
);

const oddHeader = fc.constantFrom(
  "X-HTTP-Method-Override: DELETE",
  "Content-Encoding: gzip",
  "X-Forwarded-Host: evil.example",
  "Accept: \xff\xfe",
  "Origin: null",
  "Sec-Fetch-Site: cross-site",
  "Cookie: __proto__=1",
  "Expect: 100-continue",
  "Authorization: Bearer x",
  `X-Long: ${"x".repeat(8_000)}`,
);
const breakingHeader = fc.constantFrom(
  "Content-Length: 1",
  "Content-Length: 100000",
  "Content-Length: 10737418240",
  "Content-Length: -1",
  "Content-Length: 1e3",
  "Content-Length: 0x10",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: identity",
  "Transfer-Encoding : chunked",
  "Host: evil.example",
  "Host : x",
  "no colon",
  " folded",
  ": empty",
  "Na\u0000me: x",
  "Name: a\u0000b",
  "Expect: cake",
  `X-Long: ${"x".repeat(20_000)}`,
  Array.from({ length: 3_000 }, (_, index) => `X-${index}: y`).join("\r\n"),
);
const brokenLine = fc.constantFrom(
  "post /register HTTP/1.1",
  "POST  /register HTTP/1.1",
  "POST /register HTTP/9.9",
  "POST /register HTTP/1.0",
  "POST /register",
  "POST http://127.0.0.1/register HTTP/1.1",
  "POST * HTTP/1.1",
  "PRI * HTTP/2.0",
  "CONNECT 127.0.0.1:1 HTTP/1.1",
  "BREW /register HTTP/1.1",
  "\u0016\u0003\u0001\u0002\u0000",
);

/** Requests to `/register` on this port, nearly all of them bad. */
export function badRegistrations(port: number): fc.Arbitrary<FuzzRequest> {
  const host = `Host: 127.0.0.1:${port}`;
  const line = "POST /register HTTP/1.1";
  const build = (head: readonly string[], body: Buffer, isBroken: boolean) => ({
    bytes: Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body]),
    isBroken,
  });
  const length = (body: Buffer) => `Content-Length: ${body.length}`;
  const type = (text: string) => (text === "" ? [] : [`Content-Type: ${text}`]);
  const whole = fc
    .tuple(typedBody, fc.option(oddHeader, { freq: 6, nil: undefined }))
    .map(([[kind, body], odd]) =>
      build([line, host, ...type(kind), length(body), ...(odd ? [odd] : [])], body, false),
    );
  const broken = fc
    .tuple(typedBody, breakingHeader)
    .map(([[kind, body], bad]) =>
      build(
        [line, host, ...type(kind), bad, ...(/length|encod/i.test(bad) ? [] : [length(body)])],
        body,
        true,
      ),
    );
  const misnamed = fc
    .tuple(brokenLine, typedBody)
    .map(([first, [kind, body]]) => build([first, host, ...type(kind), length(body)], body, true));
  const truncated = fc
    .tuple(whole, fc.integer({ min: 1, max: 99 }))
    .map(([{ bytes }, percent]) => ({
      bytes: bytes.subarray(0, Math.floor((bytes.length * percent) / 100)),
      isBroken: true,
    }));
  const garbage = fc
    .uint8Array({ minLength: 1, maxLength: 400 })
    .map((bytes) => ({ bytes: Buffer.from(bytes), isBroken: true }));
  return fc.oneof(
    { weight: 16, arbitrary: whole },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: misnamed },
    { weight: 1, arbitrary: truncated },
    { weight: 1, arbitrary: garbage },
  );
}
