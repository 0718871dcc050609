import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readConfig } from "./read-config.js";
import type { ReadEntry } from "./read-entry.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);
/** A place for a variable, as the file writes it. */
const ref = (inside: string) => `\${${inside}}`;
const surroundings = { folder: "/etc/mcp", environment: { TOKEN: "t0ken", EMPTY: "" } };

function read(text: string) {
  return readConfig(text, surroundings);
}

/** What is made of one entry. */
function entry(value: unknown): ReadEntry | undefined {
  return read(JSON.stringify({ mcpServers: { one: value } })).entries[0]?.read;
}

const command = { kind: "command", command: "npx", args: [], env: {}, cwd: undefined };
const url = { kind: "url", url: "http://127.0.0.1:8002/mcp", transport: "streamable-http" };

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
      { ...command, args: ["t0ken", "a-t0ken-b", "or: this", "$TOKEN "] },
    ],
    [
      { command: "npx", env: { KEY: `${ref("TOKEN")}` } },
      { ...command, env: { KEY: "t0ken" } },
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
    ["npx", 'Expected an object, got "npx"'],
    [null, "Expected an object, got null"],
    [{}, 'It has neither "command" nor "url"'],
    [{ command: "" }, 'Expected "command" to be the name of a program, got ""'],
    [{ command: ["npx", "-y"] }, 'got ["npx","-y"]'],
    [{ command: "npx", args: "-y" }, 'Expected "args" to be a list of strings, got "-y"'],
    [{ command: "npx", args: [{}] }, 'Expected "args" to be a list of strings'],
    [
      { command: "npx", env: { A: null } },
      'Expected "env" to be an object whose values are strings',
    ],
    [{ command: "npx", cwd: 1 }, 'Expected "cwd" to be a folder, got 1'],
    [{ command: "npx", disabled: "yes" }, 'Expected "disabled" to be true or false, got "yes"'],
    [{ command: "npx", url: url.url }, 'It has both "command" and "url"'],
    [{ type: "ws", url: url.url }, 'Expected "type" to be stdio, http or sse, got "ws"'],
    [{ type: "constructor", url: url.url }, 'got "constructor"'],
    [{ type: "http", command: "npx" }, 'It is of type "http" and has no "url"'],
    [{ type: "stdio", url: url.url }, 'Expected "command"'],
    [{ url: "localhost:8002" }, 'Expected "url" to be an http(s) URL, got "localhost:8002"'],
    [{ command: "npx", args: [ref("GONE")] }, `${ref("GONE")} is not set in the environment`],
    [
      { command: "npx", args: [`${ref("input:key")}`] },
      `Only a client can fill in ${ref("input:key")}`,
    ],
    [{ command: `${ref("workspaceFolder")}/run` }, `${ref("workspaceFolder")} is not set`],
  ])("%j is wrong, which is said", (value, reason) => {
    expect(entry(value)).toEqual({ kind: "wrong", reason: expect.stringContaining(reason) });
  });

  test.each([
    [
      { url: `localhost/${ref("TOKEN")}?key=${ref("TOKEN")}` },
      `Expected "url" to be an http(s) URL, got "localhost/${ref("TOKEN")}?key=${ref("TOKEN")}", with its variables in place`,
    ],
    [
      { command: "npx", args: `--token ${ref("TOKEN")}` },
      `Expected "args" to be a list of strings, got "--token ${ref("TOKEN")}", with its variables in place`,
    ],
    [{ command: "npx", args: [[ref("TOKEN")]] }, `got [["${ref("TOKEN")}"]]`],
    [{ command: [ref("TOKEN")] }, `got ["${ref("TOKEN")}"]`],
    [{ command: ref("EMPTY") }, `got "${ref("EMPTY")}", with its variables in place`],
    [{ command: "npx", cwd: [ref("TOKEN")] }, `got ["${ref("TOKEN")}"]`],
    [{ type: ref("TOKEN"), command: "npx" }, `got "${ref("TOKEN")}"`],
    [{ type: "http", url: ref("EMPTY") }, `got "${ref("EMPTY")}"`],
  ])("%j is wrong, which is said without what the environment has", (value, reason) => {
    const read = entry(value);
    expect(read).toEqual({ kind: "wrong", reason: expect.stringContaining(reason) });
    expect(JSON.stringify(read)).not.toContain("t0ken");
  });

  test("what does nothing here is named, with the key that was meant", () => {
    expect(entry({ command: "npx", agrs: [], headers: { a: "b" }, zzzzzzzzzzzz: 1 })).toMatchObject(
      {
        kind: "server",
        notes: [
          '"agrs" is not a known key and has no effect. The nearest key is "args"',
          '"headers" has no effect: the hub sends none of them to a server',
          '"zzzzzzzzzzzz" is not a known key and has no effect',
        ],
      },
    );
  });

  test("whatever it holds, costs no other entry anything, and no secret of it is said", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (any, fields) => {
        const odd = { command: "npx", ...fields, env: { KEY: "a secret", NONE: any } };
        for (const value of [any, fields, odd]) {
          const text = JSON.stringify({ mcpServers: { odd: value, well: { command: "npx" } } });
          const { entries } = read(text);
          expect(entries.map(({ name }) => name)).toEqual(["odd", "well"]);
          expect(entries[1]?.read).toEqual({ kind: "server", server: command, notes: [] });
          if (entries[0]?.read.kind === "wrong")
            expect(entries[0].read.reason).not.toContain("a secret");
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
    ["", "It is not JSON"],
    ['{"mcpServers": {}, // none\n}', "comments"],
    ["[]", 'Expected {"mcpServers": {"<name>": {"command": "..."}}}, got []'],
    ['{"mcpServers": []}', "Expected"],
    ['{"files": {"command": "npx"}}', 'got {"files":{"command":"npx"}}'],
    ['{"mcpServers": {}}', '"mcpServers" names no server'],
  ])("%j is none, which is said", (text, words) => {
    expect(() => read(text)).toThrow(words);
  });
});
