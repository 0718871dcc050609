import { expect, test } from "vitest";
import { likelyUrls } from "./explore.js";

const paths = (endpoint: string) =>
  likelyUrls(endpoint).map(
    (one) => `${one.transport === "sse" ? "GET " : ""}${new URL(one.endpoint).pathname}`,
  );

test("looks under the given path, beside it, in its parents and in the usual places", () => {
  expect(paths("http://h:1/api/v1/weather")).toEqual([
    "/api/v1/weather/mcp",
    "/api/v1/mcp",
    "/api/mcp",
    "/mcp",
    "/api/v1/weather/",
    "/mcp/",
    "/app/weather",
    "/api/weather",
    "/",
    "GET /api/v1/weather/sse",
    "GET /sse",
  ]);
});

test.each([
  "http://h:1",
  "http://h:1/",
  "http://h:1/mcp?x=1",
  "http://h:1/sse",
  `http://h:1/${"a/".repeat(200)}`,
  "http://h:1//evil.example/mcp",
  "http://h:1/%2e%2e/mcp",
])("%s: a dozen URLs at most, all of the same origin, and not itself", (endpoint) => {
  const urls = likelyUrls(endpoint);
  expect(urls.length).toBeLessThanOrEqual(12);
  for (const one of urls) expect(new URL(one.endpoint).host).toBe("h:1");
  expect(urls.map((one) => one.endpoint)).not.toContain(new URL(endpoint).href);
});
