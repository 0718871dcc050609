import fc from "fast-check";
import { expect, test } from "vitest";
import { typedEndpoint } from "./typed-url.js";

test.each([
  ["http://localhost:8002/mcp", "http://localhost:8002/mcp"],
  ["  localhost:8002/mcp ", "http://localhost:8002/mcp"],
  ["10.0.0.7:9000/mcp", "http://10.0.0.7:9000/mcp"],
  ["tools.example.com/mcp", "https://tools.example.com/mcp"],
  ["tools:8002", "http://tools:8002"],
  ["http://tools/mcp", "http://tools/mcp"],
  ["https://tools.example.com", "https://tools.example.com"],
  ["[::1]:8002/mcp", "http://[::1]:8002/mcp"],
])("%j means %j", (typed, endpoint) => {
  expect(typedEndpoint(typed)).toBe(endpoint);
});

test.each([
  "",
  "http",
  "http:",
  "http://",
  "http://too",
  "tools",
  "tools.",
  "ftp://a.example/x",
  "two words",
  "stdio://x",
])("%j is no address yet", (typed) => {
  expect(typedEndpoint(typed)).toBe(undefined);
});

test("whatever is typed, what comes out is an http(s) URL", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl()), (typed) => {
      const endpoint = typedEndpoint(typed);
      if (endpoint !== undefined) expect(new URL(endpoint).protocol).toMatch(/^https?:$/);
    }),
  );
});
