import { request as httpRequest } from "node:http";
import {
  closeAll,
  LegacyUpstream,
  legacyVersion,
  ModernUpstream,
  metaKey,
  modernVersion,
  TestHub,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const runs = Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 160) / 4);
const seed = Number(process.env.FUZZ_SEED ?? 20_261_126);
const secret = "s3cret";

/** What says who a client is, to whom it belongs, or what the hub is told. */
const identities = [
  ...["Authorization", "Proxy-Authorization", "Cookie", "X-API-Key", "Api-Key", "X-Auth-Token"],
  ...[
    "X-Access-Token",
    "X-CSRF-Token",
    "X-XSRF-Token",
    "X-Amz-Security-Token",
    "X-Goog-Iap-Jwt-Assertion",
  ],
  ...["X-Goog-Authenticated-User-Email", "Cf-Access-Jwt-Assertion", "Cf-Access-Client-Secret"],
  ...["Cf-Connecting-Ip", "X-Forwarded-Access-Token", "X-Forwarded-User", "X-Forwarded-Email"],
  ...["X-Forwarded-For", "X-Forwarded-Groups", "X-Real-Ip", "Forwarded", "True-Client-Ip", "Via"],
  ...[
    "X-Amzn-Oidc-Data",
    "X-Amzn-Oidc-Identity",
    "X-Amzn-Oidc-Accesstoken",
    "X-Ms-Token-Aad-Access-Token",
  ],
  ...[
    "X-Ms-Client-Principal",
    "DPoP",
    "X-Remote-User",
    "Remote-User",
    "X-Client-Cert",
    "Ssl-Client-Cert",
  ],
  ...[
    "X-Vault-Token",
    "Private-Token",
    "X-GitLab-Token",
    "X-Hub-Signature",
    "X-Slack-Signature",
    "Origin",
  ],
  ...[
    "Referer",
    "User-Agent",
    "Accept-Language",
    "Sec-Fetch-User",
    "X-Request-Id",
    "X-Custom-Header",
  ],
  ...[
    "Mcp-Hub-Proof",
    "Mcp-Hub-Token",
    "Mcp-Hub-Anything",
    "Mcp-Hub-Id",
    "If-None-Match",
    "Early-Data",
  ],
] as const;

const mayArrive = new Set([
  ...[
    "accept",
    "accept-encoding",
    "baggage",
    "connection",
    "content-length",
    "content-type",
    "host",
  ],
  ...["last-event-id", "traceparent", "tracestate", "user-agent", "mcp-hub-via"],
]);
const hasArrivedRightly = (name: string) =>
  mayArrive.has(name) || (name.startsWith("mcp-") && !name.startsWith("mcp-hub-"));

/** The same name in capitals of chance. */
const inCapitals = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) =>
      [...name]
        .map((one, at) => (upper[at] === true ? one.toUpperCase() : one.toLowerCase()))
        .join(""),
    );
const anyName = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,30}$/)
  .filter(
    (name) =>
      !/^(host|origin|connection|content-|transfer-|te$|trailer|upgrade|expect|mcp-|sec-|keep-alive|accept|last-event-id|baggage|trace)/i.test(
        name,
      ),
  );
const names = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom(...identities.filter((name) => name !== "Origin")).chain(inCapitals),
    anyName,
  ),
  { minLength: 10, maxLength: 30, selector: (name) => name.toLowerCase() },
);

function post(url: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method: "POST", headers, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject).end(body);
  });
}

const meta = {
  [metaKey("protocolVersion")]: modernVersion,
  [metaKey("clientCapabilities")]: {},
};
const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };

test(`whatever else ${runs} clients send, only headers of MCP and of a trace reach a server`, async () => {
  const hub = await TestHub.start();
  const arrived: (readonly [name: string, value: string])[] = [];
  for (const [name, upstream] of [
    ["new", await ModernUpstream.start()],
    ["old", await LegacyUpstream.start()],
  ] as const) {
    await hub.register(name, upstream);
    upstream.intercept = ({ headers }) => {
      for (const [key, value] of Object.entries(headers)) arrived.push([key, String(value)]);
      return false;
    };
  }
  const call = (name: string, isModern: boolean) =>
    JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name, arguments: {}, ...(isModern ? { _meta: meta } : {}) },
    });
  const modern = (name: string) => ({
    ...json,
    "mcp-protocol-version": modernVersion,
    "mcp-method": "tools/call",
    "mcp-name": name,
  });
  const legacy = { ...json, "mcp-protocol-version": legacyVersion, "mcp-session-id": "s1" };
  for (const given of fc.sample(names, { numRuns: runs, seed })) {
    const odd = Object.fromEntries(given.map((name) => [name, `${secret} ${name}`]));
    const named = {
      connection: "close, Mcp-Param-Hop, mcp-session-hop, X-Hop",
      "Mcp-Param-Hop": secret,
      "mcp-session-hop": secret,
      "x-hop": secret,
    };
    for (const headers of [odd, { ...odd, ...named }]) {
      await post(
        `${hub.url}/servers/new/mcp`,
        { ...modern("echo"), ...headers },
        call("echo", true),
      );
      await post(`${hub.url}/servers/old/mcp`, { ...legacy, ...headers }, call("echo", false));
      await post(`${hub.url}/mcp`, { ...modern("new__echo"), ...headers }, call("new__echo", true));
      await post(`${hub.url}/mcp`, { ...modern("old__echo"), ...headers }, call("old__echo", true));
    }
  }
  expect(arrived.length).toBeGreaterThan(runs * 8);
  expect(
    arrived.filter(([name, value]) => !hasArrivedRightly(name) || value.includes(secret)),
  ).toEqual([]);
  expect(
    arrived.filter(([name, value]) => name === "user-agent" && !value.startsWith("mcp-hub/")),
  ).toEqual([]);
});
