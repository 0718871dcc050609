import type { ServerResponse } from "node:http";
import {
  type Answer,
  closeAll,
  Exchange,
  LegacyUpstream,
  legacyVersion,
  ModernUpstream,
  metaKey,
  modernVersion,
  TestHub,
  type Upstream,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const runs = Number(process.env.HUB_PROPERTY_RUNS ?? 120);
const seed = Number(process.env.FUZZ_SEED ?? 20_261_126);

const statuses = [
  ...[
    200, 200, 201, 202, 203, 204, 205, 206, 207, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308,
  ],
  ...[
    400, 401, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 418, 421, 425, 426, 429, 431, 451,
  ],
  ...[500, 501, 502, 503, 504, 511, 599, 600, 700, 999],
] as const;

const mcpTypes = [
  ...["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"],
  ...["text/event-stream", "text/event-stream; charset=utf-8"],
] as const;

const otherTypes = [
  ...["text/html", "text/html; charset=utf-8", "TEXT/HTML", "text/plain", "application/xhtml+xml"],
  ...["image/svg+xml", "text/xml", "application/xml", "text/javascript", "text/css", "image/gif"],
  ...["multipart/x-mixed-replace; boundary=x", "application/pdf", "application/octet-stream"],
  ...["application/jsonp", "application/json-seq", "application/json+x", "text/event-streams"],
  ...[
    "text/html, application/json",
    "application",
    "",
    "*/*",
    "message/http",
    "text/cache-manifest",
  ],
] as const;

/** What browsers and proxies obey, or what is the hub's to say. */
const obeyed: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": "*",
  "accept-ch": "Sec-CH-UA",
  age: "1000000",
  "alt-svc": 'h3=":443"',
  "clear-site-data": '"*"',
  "content-disposition": "attachment; filename=a.html",
  "content-language": "nb",
  "content-location": "/evil",
  "content-range": "bytes 0-1/2",
  "content-security-policy": "default-src *",
  "content-security-policy-report-only": "report-uri /x",
  "cross-origin-opener-policy": "unsafe-none",
  "cross-origin-embedder-policy": "unsafe-none",
  "cross-origin-resource-policy": "cross-origin",
  etag: '"x"',
  expires: "Thu, 01 Jan 2099 00:00:00 GMT",
  "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
  link: "</evil.css>; rel=stylesheet",
  location: "http://127.0.0.1:1/evil",
  "mcp-hub-id": "another",
  nel: '{"report_to":"x"}',
  "origin-trial": "x",
  "permissions-policy": "camera=*",
  pragma: "no-cache",
  "proxy-authenticate": "Basic",
  refresh: "0; url=/evil",
  "referrer-policy": "unsafe-url",
  "report-to": "{}",
  "reporting-endpoints": 'x="/x"',
  server: "evil",
  "service-worker-allowed": "/",
  "set-cookie": "a=b",
  sourcemap: "/x.map",
  "speculation-rules": '"/x"',
  "strict-transport-security": "max-age=1",
  "surrogate-control": "max-age=9",
  "timing-allow-origin": "*",
  vary: "*",
  via: "1.1 evil",
  "www-authenticate": 'Basic realm="the hub"',
  "x-accel-redirect": "/etc/passwd",
  "x-content-type-options": "off",
  "x-frame-options": "ALLOWALL",
  "x-powered-by": "evil",
  "x-sendfile": "/etc/passwd",
  "x-xss-protection": "0",
  // Names that every object of JavaScript knows.
  ...Object.fromEntries(Object.getOwnPropertyNames(Object.prototype).map((name) => [name, "x"])),
};

const mayCome = new Set([
  ...["allow", "cache-control", "connection", "content-encoding", "content-length", "content-type"],
  ...["date", "keep-alive", "retry-after", "transfer-encoding", "x-accel-buffering"],
]);

const always: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const mark = "written by the server";

type Case = {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: readonly string[];
  readonly way: "a call" | "a notification" | "GET" | "DELETE";
};

const cases: fc.Arbitrary<Case> = fc.record({
  status: fc.constantFrom(...statuses),
  type: fc.oneof(
    fc.constantFrom(...mcpTypes),
    fc.constantFrom(...otherTypes),
    fc.constant(undefined),
  ),
  headers: fc.oneof(fc.subarray(Object.keys(obeyed)), fc.constant(Object.keys(obeyed))),
  way: fc.constantFrom("a call", "a notification", "GET", "DELETE"),
});

function send(url: string, era: string, way: Case["way"]): Promise<Answer> {
  const isModern = era === "2026";
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-own": "mine",
    "mcp-protocol-version": isModern ? modernVersion : legacyVersion,
    "mcp-session-id": "s",
  };
  if (way === "GET" || way === "DELETE") return new Exchange(url, { method: way, headers }).done;
  const meta = {
    [metaKey("protocolVersion")]: modernVersion,
    [metaKey("clientCapabilities")]: {},
  };
  const params = { name: "echo", ...(isModern ? { _meta: meta } : {}) };
  const body = JSON.stringify(
    way === "a call"
      ? { jsonrpc: "2.0", id: "c", method: "tools/call", params }
      : { jsonrpc: "2.0", method: "notifications/x", params: isModern ? { _meta: meta } : {} },
  );
  return new Exchange(url, { headers, body }).done;
}

/** Answers the test's own requests as it wants. */
function answerWith(upstream: Upstream, answer: (response: ServerResponse) => void): void {
  upstream.intercept = (request, response) => {
    if (request.headers["mcp-own"] !== "mine") return false;
    request.resume().on("end", () => answer(response));
    return true;
  };
}

const bodyFor = (type: string | undefined) =>
  type?.startsWith("text/event-stream") === true
    ? `data: {"jsonrpc":"2.0","id":"c","result":{"x":"${mark}"}}\n\n`
    : `{"jsonrpc":"2.0","id":"c","result":{"x":"${mark}"}}`;

describe.each(["2025", "2026"])("what a server of %s answers at its own endpoint", (era) => {
  test(`${runs} odd statuses, types and headers: MCP crosses, and nothing a browser or proxy would obey`, async () => {
    const hub = await TestHub.start();
    const upstream: Upstream =
      era === "2026" ? await ModernUpstream.start() : await LegacyUpstream.start();
    await hub.register("one", upstream);
    for (const given of fc.sample(cases, { numRuns: runs, seed })) {
      const { status, type, way } = given;
      answerWith(upstream, (response) => {
        for (const name of given.headers) response.setHeader(name, obeyed[name] ?? "");
        response.writeHead(status, type === undefined ? {} : { "content-type": type });
        response.end(bodyFor(type));
      });
      const answer = await send(`${hub.url}/servers/one/mcp`, era, way);
      const shown = [given, answer.status, answer.headers, answer.text] as const;
      const names = Object.keys(answer.headers).filter((name) => !(name in always));
      expect(
        names.filter((name) => !mayCome.has(name) && name !== "mcp-hub-id"),
        JSON.stringify(shown),
      ).toEqual([]);
      expect(answer.headers).toMatchObject(always);
      expect(answer.headers["mcp-hub-id"]).not.toBe("another");
      expect(answer.headers["content-type"] ?? "application/json").toMatch(
        /^(application\/json|text\/event-stream)/i,
      );
      expect([
        given,
        answer.status >= 200 && (answer.status < 300 || answer.status >= 400),
      ]).toEqual([given, true]);
      expect([given, [401, 407].includes(answer.status)]).toEqual([given, false]);
      const isMcp = mcpTypes.some((one) => one === type);
      const hasBody = ![204, 205, 304].includes(status);
      const isOrdinary = [200, 201, 202].includes(status) || (status >= 400 && status < 600);
      const asksForToken = status === 401 || status === 407;
      if (isMcp && hasBody && isOrdinary && !asksForToken) {
        expect([given, answer.status, answer.text]).toEqual([given, status, bodyFor(type)]);
      } else if (answer.text !== "") {
        expect([given, answer.text.includes(mark)]).toEqual([given, false]);
        expect([given, answer.response.error]).toEqual([
          given,
          expect.objectContaining({ message: expect.stringContaining(`one (one, up): it`) }),
        ]);
        if (status >= 400 && status < 600 && !asksForToken) expect(answer.status).toBe(status);
      }
    }
    expect(hub.errors).toEqual([]);
  });

  test("text in UTF-8 in a header, a foreign encoding and a session id of 2,000 characters are the server's error", async () => {
    const hub = await TestHub.start();
    const upstream: Upstream =
      era === "2026" ? await ModernUpstream.start() : await LegacyUpstream.start();
    await hub.register("one", upstream);
    const url = `${hub.url}/servers/one/mcp`;
    const json = { "content-type": "application/json" };
    answerWith(upstream, (response) => {
      response.setHeader("mcp-note", Buffer.from("price: 5 €").toString("latin1"));
      response.writeHead(200, { "content-type": "application/json; x=\u00e2\u0082\u00ac" });
      response.end(bodyFor(undefined));
    });
    const odd = await send(url, era, "a call");
    expect([odd.status, odd.text]).toEqual([200, bodyFor(undefined)]);
    expect(odd.headers).not.toHaveProperty("mcp-note");
    for (const [headers, words] of [
      [{ ...json, "content-encoding": "gzip" }, "encoding gzip, which the hub did not ask for"],
      [{ ...json, "content-encoding": "evil" }, "encoding evil, which the hub did not ask for"],
      [{ ...json, "mcp-session-id": "x".repeat(2_000) }, "session id of 2000 characters"],
      [{ ...json, "mcp-session-id": "a b" }, "visible ASCII"],
    ] as const) {
      answerWith(upstream, (response) => response.writeHead(200, headers).end(bodyFor(undefined)));
      const { status, response } = await send(url, era, "a call");
      expect(status).toBe(502);
      expect(response.error).toMatchObject({ message: expect.stringContaining(words) });
    }
  });
});

test("a browser that opens an MCP endpoint as a page is refused by name; programs are not", async () => {
  const hub = await TestHub.start();
  await hub.register("one", await LegacyUpstream.start());
  const own = { "sec-fetch-site": "none", accept: "text/html" };
  for (const path of ["/mcp", "/servers/one/mcp", "/toolsets/x/mcp"]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      for (const more of [
        { "sec-fetch-mode": "navigate" },
        ...["document", "iframe", "frame", "embed", "object"].map((dest) => ({
          "sec-fetch-dest": dest,
        })),
      ]) {
        const response = await new Exchange(`${hub.url}${path}`, {
          method,
          headers: { ...own, ...more },
        }).done;
        expect([path, method, more, response.status]).toEqual([path, method, more, 403]);
        expect(JSON.parse(response.text)).toMatchObject({ code: "NO_PAGE_HERE" });
        expect(response.headers).toMatchObject(always);
      }
      for (const more of [{}, { "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" }]) {
        const { text } = await new Exchange(`${hub.url}${path}`, {
          method,
          headers: { accept: "text/html", ...more },
        }).done;
        expect(text).not.toContain("NO_PAGE_HERE");
      }
    }
  }
});
