import { request as httpRequest, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { HubError } from "@hub/core";
import { closeAll, TestHub } from "@hub/testing";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import {
  type Arrival,
  Arrivals,
  type Received,
  receivedAs,
  receivedBy,
} from "../src/access/arrival.js";
import { createGuard, guarded, guardedIncoming } from "../src/api/guard.js";

afterEach(closeAll);

/** Another seed finds other things. */
const runs = 50 * Number(process.env.HUB_PROPERTY_RUNS ?? 400);
const seed = Number(process.env.FUZZ_SEED ?? 20_261_126);

const part = fc.constantFrom(
  ...[
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "[::1]",
    "[::1",
    "::1",
    "[::ffff:127.0.0.1]",
    "hub.internal",
  ],
  ...[
    "evil.example",
    "x",
    "256.1.1.1",
    "0x7f.1",
    "127.1",
    "1.2.3.4.5",
    "xn--a",
    "xn--",
    "..",
    ".",
    "-",
  ],
  ...[
    "a_b",
    "%6c",
    "%",
    "\u00e9",
    "\u00ad",
    " ",
    "\t",
    "",
    "null",
    "file:",
    "//",
    "http://",
    "https://",
  ],
  ...[
    ":",
    ":0",
    ":80",
    ":443",
    ":8001",
    ":65535",
    ":65536",
    ":99999",
    ":123456789",
    ":-1",
    ":x",
    "@",
    "/",
  ],
  ...[
    "?",
    "#",
    "\\",
    ",",
    ";",
    '"',
    "'",
    "<",
    "user:pass@",
    "ws://",
    "javascript:",
    "data:,",
    "blob:",
  ],
);
/** What Node and fetch let stand in a header. */
const isHeader = (text: string) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text) && text === text.trim();
const text = fc
  .oneof(
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join("")),
    fc.tuple(part, part, part).map((parts) => parts.join("")),
    fc.string({ unit: "binary-ascii", maxLength: 20 }),
    fc.constantFrom("localhost:8001", "127.0.0.1:8001", "[::1]:8001", "http://localhost:8001"),
  )
  .filter(isHeader);
const pair = fc.record({
  method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"),
  host: text,
  origin: fc.option(text, { nil: undefined }),
  site: fc.option(fc.oneof(fc.constantFrom("none", "same-origin", "cross-site"), text), {
    nil: undefined,
  }),
});
type Pair = typeof pair extends fc.Arbitrary<infer T> ? T : never;

function headersOf({ host, origin, site }: Pair): Record<string, string> {
  return {
    host,
    ...(origin === undefined ? {} : { origin }),
    ...(site === undefined ? {} : { "sec-fetch-site": site }),
  };
}

const arrivals = new Arrivals();

function arrived(received: Received): Arrival {
  const arrival = arrivals.of(received);
  if (HubError.is(arrival)) throw arrival;
  return arrival;
}

/** The request as the REST API has it. */
function asFetched(given: Pair) {
  const request = new Request("http://localhost:8001/servers", {
    method: given.method,
    headers: headersOf(given),
  });
  return guarded(request, arrived(receivedAs(request)));
}

/** The same as it comes to the gateway. */
function asIncoming(given: Pair) {
  const incoming = new IncomingMessage(new Socket());
  incoming.method = given.method;
  Object.assign(incoming.headers, headersOf(given));
  return guardedIncoming(incoming, arrived(receivedBy(incoming)));
}

test(`${runs} hosts, origins and sites: both doors give one verdict, and neither throws`, () => {
  const options = {
    allowedHosts: ["hub.internal", "256.1.1.1"],
    allowedOrigins: ["https://ok.example"],
  };
  const guard = createGuard(options, "this-hub");
  const found = new Map<string, number>();
  fc.assert(
    fc.property(pair, (given) => {
      const verdict = guard.refusal(asFetched(given))?.code ?? "none";
      expect(guard.refusal(asIncoming(given))?.code ?? "none").toBe(verdict);
      found.set(verdict, (found.get(verdict) ?? 0) + 1);
    }),
    { numRuns: runs, seed },
  );
  // Every verdict was among them.
  expect([...found.keys()].sort()).toEqual(["HOST_REFUSED", "ORIGIN_REFUSED", "none"]);
});

type Verdict = { readonly status: number; readonly code: string | undefined };

function ask(port: number, path: string, given: Pair): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method: given.method,
        headers: headersOf(given),
        agent: false,
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            code: /"code":"([A-Z_]+)"/.exec(body)?.[1],
          }),
        );
      },
    );
    sent.on("error", reject).end();
  });
}

const refusals = ["INVALID_REQUEST", "HOST_REFUSED", "ORIGIN_REFUSED"];
/** What was decided before anybody looked at what was asked for. */
const decided = ({ code }: Verdict) =>
  code !== undefined && refusals.includes(code) ? code : "let in";

test("over real sockets too, REST and the gateway refuse alike, and the hub lives on", async () => {
  const hub = await TestHub.start();
  const odd: Pair[] = [
    "x:99999",
    "localhost:99999",
    "127.0.0.1:65536",
    "[::1]:70000",
    "256.1.1.1",
  ].map((host) => ({ method: "POST", host, origin: `http://${host}`, site: undefined }));
  const random = fc.sample(
    pair.filter(({ method, host }) => method !== "OPTIONS" && host !== ""),
    { numRuns: Math.ceil(runs / 400), seed },
  );
  for (const given of [...odd, ...random]) {
    const rest = await ask(hub.port, "/nothing", given);
    const gateway = await ask(hub.port, "/servers/nobody/mcp", given);
    if (given.method !== "HEAD") expect([given, decided(gateway)]).toEqual([given, decided(rest)]);
    expect(rest.status).toBeLessThan(500);
    expect(gateway.status).toBeLessThan(500);
  }
  expect(hub.errors).toEqual([]);
});
