import fc from "fast-check";
import { expect, test } from "vitest";
import { filled, type PastedUrl, readPasted } from "./pasted.js";

const hub = "http://127.0.0.1:8001";
const read = (value: unknown, file = "") =>
  readPasted(typeof value === "string" ? value : JSON.stringify(value), file, hub);

test("a URL keeps its headers, and what the file leaves open is asked for", () => {
  const { servers } = read({
    servers: {
      billing: {
        type: "http",
        url: "https://billing.example/mcp",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the file's own spelling
        headers: { Authorization: "Bearer ${input:token}", "X-Team": "shop" },
      },
    },
  });
  const [billing] = servers as readonly PastedUrl[]; // the only one is a URL
  expect(billing).toMatchObject({
    kind: "url",
    name: "billing",
    transport: "streamable-http",
    open: [{ label: "token" }],
    obstacle: undefined,
  });
  const header = billing?.headers.Authorization;
  expect(header && filled(header, { "input token": "abc" })).toBe("Bearer abc");
});

test("a command becomes the one line that serves it, and no secret stands in it", () => {
  const { servers } = read({
    mcpServers: {
      github: {
        command: "npx",
        args: ["-y", "@example/github", "--root", "my files"],
        env: { GITHUB_TOKEN: "ghp_0123456789abcdefghij", LEVEL: "info" },
      },
      leaky: { command: "serve", args: ["--api-key", "sk-0123456789abcdefghij"] },
    },
  });
  expect(servers).toEqual([
    {
      kind: "command",
      name: "github",
      line: `MCP_HUB_URL=${hub} GITHUB_TOKEN="$GITHUB_TOKEN" LEVEL=info npm run hub-register -- --name github -- npx -y @example/github --root "my files"`,
    },
    { kind: "command", name: "leaky", line: undefined },
  ]);
});

test.each([
  ['{"one": {"url": "http://a.example/mcp"}}', ["one"]],
  ['"one": {"url": "http://a.example/mcp"},', ["one"]],
  ['{"mcpServers": {"one": {"serverUrl": "http://a.example/mcp"},}, /* b */}', ["one"]],
  ['[mcp_servers.one]\nurl = "http://a.example/mcp"\n', ["one"]],
  ['# mine\n[mcp_servers.one]\ncommand = "x"\n', ["one"]],
])("%j names %j", (text, names) => {
  expect(read(text).servers.map(({ name }) => name)).toEqual(names);
});

test("an address with a secret in it is left to the command that keeps the secret", () => {
  const [server] = read({ mcpServers: { a: { url: "https://a.example/mcp?token=0123456789" } } })
    .servers as readonly PastedUrl[]; // the only one is a URL
  expect(server?.obstacle).toContain("A secret stands in its address");
});

test("whatever is pasted gives servers or a sentence", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      try {
        expect(read(text).servers).toBeInstanceOf(Array);
      } catch (error) {
        expect((error as Error).message).toMatch(/^(Expected|It is)/);
      }
    }),
  );
});
