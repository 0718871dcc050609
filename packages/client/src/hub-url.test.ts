import { expect, test } from "vitest";
import { normaliseHubUrl, parseHubUrls } from "./hub-url.js";

test.each([
  ["http://127.0.0.1:8001", "http://127.0.0.1:8001"],
  ["http://127.0.0.1:8001/", "http://127.0.0.1:8001"],
  ["http://127.0.0.1:8001/mcp", "http://127.0.0.1:8001"],
  ["http://127.0.0.1:8001/mcp/", "http://127.0.0.1:8001"],
  [" hub.example:8001 ", "http://hub.example:8001"],
  ["localhost:8001", "http://localhost:8001"],
  ["https://example.com/tools/hub/", "https://example.com/tools/hub"],
  ["https://example.com/tools/hub/mcp?x=1#y", "https://example.com/tools/hub"],
])("%s means %s", (given, expected) => {
  expect(normaliseHubUrl(given)).toBe(expected);
});

test.each([
  ["", "is empty"],
  ["http://", "is not a URL"],
  ["ftp://x", "instead of http:// or https://"],
  ["http://me:secret@hub", "MCP_HUB_TOKEN"],
])("%j is refused with a sentence", (given, text) => {
  expect(() => normaliseHubUrl(given)).toThrow(text);
});

test("several are separated by commas, and doubles are dropped", () => {
  expect(parseHubUrls("a:1, http://a:1/mcp ,,b:2")).toEqual(["http://a:1", "http://b:2"]);
});
