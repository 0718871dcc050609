import { createServer } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HubClient } from "./hub-client.js";
import type { HubClientError } from "./hub-client-error.js";
import { proxyHint, proxyVariableFor } from "./proxy.js";

const variables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];
beforeEach(() => {
  for (const name of variables.flatMap((one) => [one, one.toLowerCase()])) vi.stubEnv(name, "");
});
afterEach(() => void vi.unstubAllEnvs());

const proxy = "http://me:secret@proxy.example:3128";

test.each([
  ["HTTP_PROXY", "http://hub:8001", "HTTP_PROXY"],
  ["http_proxy", "http://hub:8001", "http_proxy"],
  ["HTTPS_PROXY", "https://hub:8001", "HTTPS_PROXY"],
  ["HTTPS_PROXY", "http://hub:8001", undefined],
  ["ALL_PROXY", "https://hub:8001", "ALL_PROXY"],
])("with %s set, the proxy for %s comes from %s", (name, url, expected) => {
  vi.stubEnv(name, proxy);
  expect(proxyVariableFor(url)).toBe(expected);
});

test.each([
  ["*", "http://hub:8001", true],
  ["localhost, hub", "http://hub:8001", true],
  ["hub:8001", "http://hub:8001", true],
  [".corp.example", "http://hub.corp.example", true],
  ["corp.example", "http://hub.corp.example", true],
  ["rp.example", "http://hub.corp.example", false],
  ["127.0.0.1", "http://localhost:8001", false],
  ["::1", "http://[::1]:8001", true],
  ["[::1]:8001", "http://[::1]:8001", true],
])("NO_PROXY=%s exempts %s: %s", (noProxy, url, isExempt) => {
  vi.stubEnv("HTTP_PROXY", proxy);
  vi.stubEnv("NO_PROXY", noProxy);
  expect(proxyHint(url) === undefined).toBe(isExempt);
});

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

const failureOf = (call: Promise<unknown>) => call.catch((error: HubClientError) => error.detail);

test("a hub that cannot be reached is told with the code beneath and, with a proxy set, the way round it", async () => {
  const url = `http://127.0.0.1:${await unusedPort()}`;
  const hub = new HubClient({ url });
  expect(await failureOf(hub.servers())).toBe(`The hub at ${url} cannot be reached (ECONNREFUSED)`);

  vi.stubEnv("HTTP_PROXY", proxy);
  const told = await failureOf(hub.servers());
  expect(told).toBe(
    `The hub at ${url} cannot be reached (ECONNREFUSED). HTTP_PROXY is set: if a proxy catches this address, set NO_PROXY=127.0.0.1`,
  );
});

test("the code is found however deep it is wrapped", async () => {
  const beneath = Object.assign(new Error("no"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  const fetch = async () => {
    throw new TypeError("fetch failed", { cause: new Error("tunnel", { cause: beneath }) });
  };
  const hub = new HubClient({ url: "https://hub", fetch });
  expect(await failureOf(hub.servers())).toContain("(DEPTH_ZERO_SELF_SIGNED_CERT)");
});

test("a page that a proxy answers instead of the hub brings the hint too", async () => {
  vi.stubEnv("HTTP_PROXY", proxy);
  const fetch = async () => new Response("<html>no such host", { status: 502 });
  const hub = new HubClient({ url: "http://hub", fetch });
  const told = await failureOf(hub.servers());
  expect(told).toContain("http://hub answered 502. HTTP_PROXY is set");
  expect(told).not.toContain("secret");
});
