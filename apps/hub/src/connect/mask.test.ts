import { expect, test } from "vitest";
import { maskLine } from "./mask.js";

const secret = "c2VjcmV0LWFyZw";

test.each([
  [`      API_KEY: ${secret}==`, "      API_KEY: ***=="],
  [`      - ${secret}==`, "      - ***=="],
  [`      - ${secret}=`, "      - ***="],
  [`      - admin:${secret}`, "      - ***"],
  [`  // token ${secret}== of mine`, "  // ***== ***"],
  [`token ${secret}== here`, "***== ***"],
  [`      ["${secret}"]`, '      ["***"]'],
  [`["${secret}"]`, '["***"]'],
])("of the line %j the secret is hidden", (line, shown) => {
  expect(maskLine(line, () => false)).toBe(shown);
});

test.each([
  '[mcp_servers."my server"]',
  '    "name": "notes",',
  "  - name: notes",
  "enabled = true",
  '"mcpServers":{"a":{"b":1}}',
])("of the line %j everything is shown", (line) => {
  expect(maskLine(line, () => false)).toBe(line);
});

test("names before values stay", () => {
  expect(maskLine('env = { TOKEN = "x", N = 1 }', () => false)).toBe(
    'env = { TOKEN = "***", N = 1 }',
  );
});
