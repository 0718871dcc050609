import { type FuzzRequest, requestBytes } from "@hub/testing";
import fc from "fast-check";
import { codePoint } from "./code-point.js";

const oddPart = fc.oneof(
  fc.constantFrom(
    "%2F",
    "%2e%2e%2f",
    "..;",
    "..",
    ".",
    "%00",
    "%zz",
    "%",
    "%ff%fe",
    "%E2%80%AE",
    "__proto__",
    "constructor",
    "*",
    "server-0%20",
    "SERVER-0",
    ";a=b",
    "a\\b",
    "{id}",
    ":id",
    "a".repeat(5_000),
    "%F0%9F%92%A9",
  ),
  fc.string({ maxLength: 20 }).map(encodeURIComponent),
  fc.stringMatching(/^[!-~]{1,20}$/).map((text) => text.replace(/[?#]/g, "")),
);
const hex = fc.stringMatching(/^[0-9a-f]{32}$/);

const oddValue = fc.oneof(
  fc.constantFrom("", "-1", "0", "1e9", "NaN", "999999999999999999", "true", "up,down", "%00"),
  fc.constantFrom("%zz", "a,b,,", "x".repeat(3_000), "eyJhZnRlciI6MX0", "bnVsbA", "W10", "[]"),
  fc.constantFrom("__proto__", "%E2%80%AE", "registered", "status-changed,nothing", "1.5"),
  fc
    .string({ unit: codePoint, maxLength: 20 })
    .filter((text) => text.isWellFormed())
    .map(encodeURIComponent),
  fc
    .jsonValue({ maxDepth: 2 })
    .map((value) => Buffer.from(JSON.stringify(value)).toString("base64url")),
);
const parameter = fc.tuple(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom("q", "tag", "status", "limit", "cursor", "server", "kind"),
    },
    { weight: 1, arbitrary: fc.constantFrom("__proto__", "tag[]", "", "constructor", "%zz", "Q") },
  ),
  oddValue,
);
const query = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("", "?", "?&&", "?=", "??", "?a#b") },
  {
    weight: 4,
    arbitrary: fc
      .array(parameter, { minLength: 1, maxLength: 5 })
      .map((all) => `?${all.map(([key, value]) => `${key}=${value}`).join("&")}`),
  },
);

const method = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("OPTIONS", "PATCH", "TRACE", "PROPFIND", "PURGE", "LOCK"),
  },
);

const endpoint = fc.constantFrom(
  "http://127.0.0.1:1/",
  "http://169.254.169.254/",
  "http://[::1]:1/",
  "file:///etc/passwd",
  "http://127.0.0.1:99999/",
  "",
);
const body = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc
    .record(
      {
        capabilitiesHash: fc.oneof(fc.string(), fc.constant("x".repeat(129)), fc.integer()),
        draining: fc.oneof(fc.boolean(), fc.constant("yes")),
        __proto__: fc.constant(null),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc
    .record(
      { endpoint, transport: fc.constantFrom("http", "sse", "x", 1), name: fc.string() },
      { requiredKeys: ["endpoint"] },
    )
    .map((value) => JSON.stringify(value)),
  fc.constantFrom("{", "[".repeat(10_000), '{"__proto__":{}}', "x".repeat(70_000), "\u0000"),
  fc.string({ unit: codePoint }),
);
const type = fc.oneof(
  { weight: 4, arbitrary: fc.constant("application/json") },
  fc.constantFrom("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"),
);
const headers: fc.Arbitrary<readonly (readonly [string, string])[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  fc
    .tuple(
      fc
        .constantFrom(
          ["if-none-match", "last-event-id", "authorization", "accept", "range", "upgrade"],
          ["if-match", "origin", "cookie", "accept-encoding", "x-forwarded-for", "te"],
        )
        .chain((names) => fc.constantFrom(...names)),
      fc.constantFrom(
        "*",
        "",
        "Bearer x",
        '"',
        "bytes=0-1",
        "-1",
        "99999999999999",
        "null",
        "a, b",
      ),
    )
    .map((one) => [one]),
);

/** Requests to every route but `/register`, right in some of their parts. */
export function badRequests(port: number, ids: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const id = fc.oneof(fc.constantFrom(...ids), oddPart);
  const path = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("/servers", "/tools", "/events", "/diagnose") },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...["/", "/docs", "/openapi.json", "/healthz", "/readyz", "/version", "/leases"],
        ...["//servers", "/%2Fservers", "/servers/", "/./servers", "/docs/../servers", "//"],
        ...["/servers;x", "/SERVERS", "/docs/%2e%2e/package.json", "/docs/start.js/", "/%"],
      ),
    },
    { weight: 2, arbitrary: id.map((one) => `/servers/${one}`) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          id,
          fc.oneof(fc.constantFrom("tools", "resources", "prompts", "changes", "probe"), oddPart),
        )
        .map(([one, rest]) => `/servers/${one}/${rest}`),
    },
    { weight: 2, arbitrary: fc.oneof(hex, oddPart).map((one) => `/leases/${one}`) },
    { weight: 1, arbitrary: fc.array(oddPart, { maxLength: 4 }).map((all) => `/${all.join("/")}`) },
  );
  return fc.record({ method, path, query, body, type, headers }).map((request) => ({
    bytes: requestBytes(
      `${request.method} ${request.path}${request.query}`,
      [
        ["host", `127.0.0.1:${port}`],
        ["content-type", request.type],
        ["content-length", String(Buffer.byteLength(request.body))],
        ...request.headers,
      ],
      request.body,
    ),
    isBroken: false,
    isHead: request.method === "HEAD",
  }));
}
