import { type Config, readConfig } from "@hub/api/client-files";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillInEntry } from "./fill-in-entry.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);
/** A place for a variable, as the file writes it. */
const ref = (inside: string) => `\${${inside}}`;
const environment = { TOKEN: "t0ken-of-mine", EMPTY: "" };
const file = "/etc/mcp/mcp.json";

function read(text: string): Config {
  return readConfig(text, file);
}

/** What is made of the entries of a file. */
function filled(config: Config) {
  return config.entries.map((one) => {
    const made = fillInEntry(one, file, { environment });
    return made.kind === "server" && one.read.kind === "server"
      ? { ...made, notes: one.read.notes }
      : made;
  });
}

/** What is made of one entry. */
function entry(value: unknown) {
  return filled(read(JSON.stringify({ mcpServers: { one: value } })))[0];
}

const command = {
  ...{ kind: "command", command: "npx", args: [], env: {}, cwd: undefined, secrets: [] },
};
const url = {
  ...{ kind: "url", url: "http://127.0.0.1:8002/mcp", transport: "streamable-http" },
  ...{ headers: {}, secrets: [], isPrivate: false },
};
const secrets = ["t0ken-of-mine"];

describe("an entry of the file", () => {
  test.each([
    [{ command: "npx" }, command],
    [
      { type: "stdio", command: "npx", args: ["-y", 1, true] },
      { ...command, args: ["-y", "1", "true"] },
    ],
    [
      { command: "npx", env: { A: "b", PORT: 80 } },
      { ...command, env: { A: "b", PORT: "80" } },
    ],
    [
      { command: "npx", cwd: "../data" },
      { ...command, cwd: "/etc/data" },
    ],
    [
      { command: "npx", cwd: "/data", disabled: false, enabled: true },
      { ...command, cwd: "/data" },
    ],
    [{ url: url.url }, url],
    [{ type: "http", url: url.url }, url],
    [{ httpUrl: url.url }, url],
    [{ serverUrl: url.url }, url],
    [
      { type: "sse", url: url.url },
      { ...url, transport: "sse" },
    ],
    [{ type: "stdio", command: "npx", url: url.url }, command],
    [
      {
        command: "npx",
        args: [
          `${ref("TOKEN")}`,
          `a-${ref("env:TOKEN")}-b`,
          `${ref("NOT:-or: this")}`,
          `$TOKEN ${ref("EMPTY")}`,
        ],
      },
      { ...command, args: [...secrets, "a-t0ken-of-mine-b", "or: this", "$TOKEN "], secrets },
    ],
    [
      { command: "npx", env: { KEY: `${ref("TOKEN")}` } },
      { ...command, env: { KEY: "t0ken-of-mine" }, secrets },
    ],
  ])("%j is a server", (value, server) => {
    expect(entry(value)).toEqual({ kind: "server", server, notes: [] });
  });

  test.each([
    [{ command: "npx", disabled: true }],
    [{ url: url.url, enabled: false }],
    [{ disabled: true }],
  ])("%j is left alone", (value) => {
    expect(entry(value)).toEqual({ kind: "disabled" });
  });

  test.each([
    ["npx", "Expected an object, got a text"],
    [null, "Expected an object, got null"],
    [{}, 'It has neither "command" nor "url"'],
    [
      { comand: "node" },
      'It has neither "command" nor "url". "comand" is not a known key and has no effect. The nearest key is "command"',
    ],
    [{ command: "" }, 'Expected "command" to be the name of a program, got an empty text'],
    [{ command: [7, "-y"] }, "got a list"],
    [{ command: "npx", args: "-y" }, 'Expected "args" to be a list of strings, got a text'],
    [{ command: "npx", args: [{}] }, 'Expected "args" to be a list of strings'],
    [
      { command: "npx", env: { A: null } },
      'Expected "env" to be an object whose values are strings',
    ],
    [{ command: "npx", cwd: 1 }, 'Expected "cwd" to be a folder, got a number'],
    [{ command: "npx", disabled: "yes" }, 'Expected "disabled" to be true or false, got a text'],
    [{ command: "npx", url: url.url }, 'It has both "command" and "url"'],
    [{ type: "ws", url: url.url }, 'Expected "type" to be stdio, http or sse, got "ws"'],
    [{ type: "constructor", url: url.url }, 'got "constructor"'],
    [{ type: "http", command: "npx" }, 'It is of type "http" and has no "url"'],
    [{ type: "stdio", url: url.url }, 'Expected "command"'],
    [{ url: "localhost:8002" }, 'Expected "url" to be an http(s) URL, got "localhost:8002"'],
    [{ command: "npx", args: [ref("GONE")] }, `${ref("GONE")} is not set in the environment`],
    [
      { command: "npx", args: [`${ref("input:key")}`] },
      `Nobody answered ${ref("input:key")}: set MCP_INPUT_KEY`,
    ],
    [{ command: ref("config:a.b") }, `Only a client can fill in ${ref("config:a.b")}`],
    [{ command: `${ref("file:/not/there")}` }, `${ref("file:/not/there")} cannot be read: ENOENT`],
  ])("%j is wrong, which is said", (value, reason) => {
    expect(entry(value)).toEqual({ kind: "wrong", reason: expect.stringContaining(reason) });
  });

  test.each([
    [
      { url: `localhost/${ref("TOKEN")}?key=${ref("TOKEN")}` },
      "which it is not with its variables",
    ],
    [{ url: "localhost/?key=a-literal-secret" }, "which it is not with its variables"],
    [{ command: "npx", args: "--token a-literal-secret" }, "got a text"],
    [{ command: "npx", args: [["a-literal-secret"]] }, "got a list with a list in it"],
    [{ command: ref("EMPTY") }, `got "${ref("EMPTY")}", which is empty`],
    [{ command: "npx", cwd: ["a-literal-secret"] }, "got a list"],
    [{ type: "a literal secret", command: "npx" }, "got a text"],
    [{ url: url.url, headers: { "X Y": "a-literal-secret" } }, "a name that no header can have"],
    [{ url: url.url, headers: { Key: "a-literal-secret\n" } }, 'The value of the header "Key"'],
    [{ url: url.url, headers: { Key: ref("GONE") } }, `${ref("GONE")} is not set`],
    [{ url: url.url, headersHelper: "print-secret" }, '"headersHelper" is a command'],
  ])("%j is wrong, which is said without a secret", (value, reason) => {
    const made = entry(value);
    expect(made).toMatchObject({ kind: "wrong", reason: expect.stringContaining(reason) });
    expect(JSON.stringify(made)).not.toMatch(/t0ken|literal.secret/);
  });

  test("what does nothing here is named, with the key that was meant", () => {
    const slips = { command: "npx", agrs: [], timeout: 5, includeTools: ["a"], zzzzzzzzzzzz: 1 };
    expect(entry(slips)).toMatchObject({
      kind: "server",
      notes: [
        '"agrs" is not a known key and has no effect. The nearest key is "args"',
        '"includeTools" has no effect: all tools are listed. A toolset of the hub chooses some',
        '"zzzzzzzzzzzz" is not a known key and has no effect',
      ],
    });
  });

  test("whatever it holds, costs no other entry anything, and no secret of it is said", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (any, fields) => {
        const odd = { command: "npx", ...fields, env: { KEY: "a secret", NONE: any } };
        for (const value of [any, fields, odd]) {
          const text = JSON.stringify({ mcpServers: { odd: value, well: { command: "npx" } } });
          const config = read(text);
          expect(config.entries.map(({ name }) => name)).toEqual(["odd", "well"]);
          const [first, second] = filled(config);
          expect(second).toEqual({ kind: "server", server: command, notes: [] });
          if (first?.kind === "wrong") expect(first.reason).not.toContain("a secret");
        }
      }),
      { numRuns },
    );
  });
});

describe("a file", () => {
  test("may call its servers as VS Code does, and begin with a byte order mark", () => {
    expect(
      read(`\uFEFF${JSON.stringify({ servers: { a: { command: "npx" } } })}`).entries,
    ).toHaveLength(1);
  });

  test.each([
    ["", "It is empty"],
    ["[]", 'Expected {"mcpServers": {"<name>": {"command": "..."}}}, got a list'],
    ['{"mcpServers": []}', "Expected"],
    ['{"files": {"command": "npx"}}', 'got an object with the keys "files"'],
    [
      '{"mcpServers": {"a": {"env": {"KEY": "a-secr',
      "It is not JSON: unexpected end of string at line 1",
    ],
    ['{\n  "mcpServers": {"a" "a-secret"}}', "It is not JSON: colon expected at line 2, column 22"],
  ])("%j is none, which is said", (text, words) => {
    expect(() => read(text)).toThrow(words);
    expect(() => read(text)).not.toThrow("a-secr");
  });
});
