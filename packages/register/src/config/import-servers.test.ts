import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "@hub/api/client-files";
import { parse as parseJson } from "jsonc-parser";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fillInEntry } from "./fill-in-entry.js";
import { findInFile, withServers } from "./import-servers.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-import-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A place for a variable, as the file writes it. */
const ref = (inside: string) => `\${${inside}}`;
const environment = { GITHUB_TOKEN: "value-of-github-token" };

/** What is taken for a secret in one's own file is more: all that is referred to. */
function withoutSecrets(read: ReturnType<typeof fillInEntry>) {
  return read.kind === "server" ? { ...read, server: { ...read.server, secrets: [] } } : read;
}

/** What the servers of a file are, and what those of the file that takes them over are. */
function bothOf(file: string, text: string) {
  writeFileSync(file, text);
  const own = join(folder, "own.json");
  const { servers, inputs } = findInFile(text, file);
  const written = withServers(
    undefined,
    servers.map(({ name, imported }) => ({ name, entry: imported.entry })),
    inputs,
  );
  const fill = (from: string, content: string) =>
    readConfig(content, from).entries.map((entry) => ({
      name: entry.name,
      read: withoutSecrets(
        fillInEntry(entry, from, { environment, answers: new Map([["key", "an answer"]]) }),
      ),
    }));
  return { written, servers, before: fill(file, text), after: fill(own, written) };
}

const secret = "s3cret-that-stands-in-the-file";
const json = JSON.stringify({
  mcpServers: {
    github: {
      command: "npx",
      args: ["-y", "gh"],
      env: { TOKEN: ref("GITHUB_TOKEN"), MODE: "fast" },
    },
    literal: { command: "run", args: ["--api-key", secret, "--x=1"], env: { API_KEY: secret } },
    remote: { url: "https://mcp.example/mcp", headers: { Authorization: `Bearer ${secret}` } },
    inUrl: { url: `https://mcp.example/mcp?api_key=${secret}` },
    here: { command: "./run.sh", cwd: "work" },
    off: { command: "run", disabled: true },
  },
});
const toml = `
[mcp_servers.docs]
command = "docs"
args = ["\${NOT_A_VARIABLE}", "--token=${secret}"]
env = { "DOCS_KEY" = "${secret}" }
[mcp_servers.web]
url = "https://mcp.example/web"
bearer_token_env_var = "GITHUB_TOKEN"
http_headers = { "X-Region" = "eu" }
`;
const opencode = JSON.stringify({
  mcp: {
    local: {
      type: "local",
      command: ["run", "--token", secret],
      environment: { A: "{env:GITHUB_TOKEN}" },
    },
  },
});
/** Programs whose names look like references, where the client knows none of this kind. */
const dollars = JSON.stringify({
  mcp: {
    list: { type: "local", command: [`${ref("A")}/run`, "x"] },
    text: { type: "local", command: `${ref("B")}/run` },
    inner: { type: "local", command: { path: `${ref("C")}/run`, args: ["x"] } },
  },
});
const zed = `{
  // mine
  "context_servers": { "a/b~c": { "command": { "path": "run", "env": { "KEY": "${secret}" } } } },
}`;
const vscode = JSON.stringify({
  inputs: [{ type: "promptString", id: "key", description: "Key", password: true }],
  servers: { one: { command: "run", cwd: ref("workspaceFolder"), env: { KEY: ref("input:key") } } },
});

test.each([
  ["mcp.json", json],
  ["config.toml", toml],
  ["opencode.json", opencode],
  ["opencode.json", dollars],
  ["settings.json", zed],
  ["mcp.json", vscode],
])("what is taken over from %s (%#) is served as it was, and no secret is copied", (name, text) => {
  const { written, before, after, servers } = bothOf(join(folder, name), text);
  const served = before.filter(({ read }) => read.kind === "server");
  expect(served.length).toBe(servers.length);
  expect(after).toEqual(served);
  expect(written).not.toContain(secret);
  expect(written).not.toContain(environment.GITHUB_TOKEN);
  expect(JSON.stringify(servers)).not.toContain(secret);
});

const key = "NDk4ZTA3YzQtMTIzNC00NTY3LTg5YWItY2RlZjAxMjM0NTY3";
test.each<[string, Readonly<Record<string, unknown>>]>([
  [secret, { command: "npx", args: ["mcp-remote", "--header", `Authorization: Bearer ${secret}`] }],
  [secret, { command: "docker", args: ["run", "-e", `DB_PASSWORD=${secret}`, "image"] }],
  [secret, { command: "run", env: { GH_PAT: secret } }],
  [secret, { command: "run", env: { DB: `Server=db;Password=${secret};Pooling=true` } }],
  [key, { command: "run", env: { HOOK: `https://hooks.example/services/${key}` } }],
  [key, { command: "npx", args: ["mcp-remote", `https://mcp.example/s/${key}/mcp`] }],
  [key, { url: `https://mcp.example/s/${key}/mcp` }],
])("a secret is known where services tell people to put it (%#)", (hidden, entry) => {
  const { written, servers } = bothOf(
    join(folder, "mcp.json"),
    JSON.stringify({ mcpServers: { one: entry } }),
  );
  expect(servers[0]?.imported.leftThere.length).toBe(1);
  expect(written + JSON.stringify(servers)).not.toContain(hidden);
  const text = JSON.stringify({ mcpServers: { one: entry } });
  const [own] = readConfig(text, join(folder, "mcp.json")).entries;
  const filled = own && fillInEntry(own, join(folder, "mcp.json"), { environment });
  // What no log shows, and what makes a relay stand before a URL.
  if (filled?.kind !== "server") throw new Error("no server");
  expect(filled.server.secrets).toContain(hidden);
  expect(filled.server.kind === "command" || filled.server.isPrivate).toBe(true);
});

const host = { command: "run", env: { DB: `postgres://me:${secret}@${ref("DB_HOST")}/x` } };
test.each<[string, string, Readonly<Record<string, unknown>>]>([
  ["env DB", `postgres://me:${secret}@db.example/x`, host],
  ["env DB", `postgres://me:${secret}@db.example/x`, { ...host, disabled: false }],
  [
    "argument 1",
    `--url=https://db.example/?api_key=${secret}`,
    { command: "run", args: [`--url=https://${ref("DB_HOST")}/?api_key=${secret}`] },
  ],
  [
    "argument 2",
    `${secret}-db.example`,
    { command: "run", args: ["--token", `${secret}-${ref("DB_HOST")}`] },
  ],
  [
    "URL",
    `https://db.example/mcp?api_key=${secret}`,
    { url: `https://${ref("DB_HOST")}/mcp?api_key=${secret}` },
  ],
  ["URL", `https://db.example/s/${key}/mcp`, { url: `https://${ref("DB_HOST")}/s/${key}/mcp` }],
  [
    "header X-Key",
    `${secret}.db.example`,
    { url: "https://mcp.example/mcp", headers: { "X-Key": `${secret}.${ref("DB_HOST")}` } },
  ],
])("a text with a secret and a reference stays where it is: %s", (what, filledIn, entry) => {
  const file = join(folder, "mcp.json");
  const text = JSON.stringify({ mcpServers: { one: entry } });
  const { written, servers } = bothOf(file, text);
  expect(servers[0]?.imported).toMatchObject({ leftThere: [what], variables: ["DB_HOST"] });
  for (const hidden of [secret, key])
    expect(written + JSON.stringify(servers)).not.toContain(hidden);
  const [own] = readConfig(written, join(folder, "own.json")).entries;
  const filled =
    own && fillInEntry(own, join(folder, "own.json"), { environment: { DB_HOST: "db.example" } });
  expect(JSON.stringify(filled)).toContain(filledIn);
});

test("a reference alone is no secret of the file, whatever stands around it", () => {
  const one = {
    command: "run",
    args: [`--api-key=${ref("A")}`, "--header", `Authorization: Bearer ${ref("A")}`],
    env: { DB: `postgres://me:${ref("A")}@db.example/x`, API_KEY: ref("A") },
  };
  const two = { url: `https://${ref("A")}/mcp`, headers: { Authorization: `Bearer ${ref("A")}` } };
  const { servers } = bothOf(
    join(folder, "mcp.json"),
    JSON.stringify({ mcpServers: { one, two } }),
  );
  expect(servers.map(({ imported }) => imported.entry)).toEqual([one, { type: "http", ...two }]);
});

test("files that refer to each other without an end are said to", () => {
  const file = join(folder, "mcp.json");
  const one = { command: "run", env: { A: ref(`file:${file}#/mcpServers/one/env/A`) } };
  const text = JSON.stringify({ mcpServers: { one } });
  writeFileSync(file, text);
  const [own] = readConfig(text, file).entries;
  expect(own && fillInEntry(own, file, { environment })).toMatchObject({
    kind: "wrong",
    reason: expect.stringContaining("leads in a circle"),
  });
});

test("an address that only names many things holds no secret", () => {
  const url = "https://mcp.example/teams/long-name-of-a-service-v2-production/mcp";
  const { written } = bothOf(
    join(folder, "mcp.json"),
    JSON.stringify({ mcpServers: { one: { url } } }),
  );
  expect(written).toContain(url);
});

test("what stays in the other file, what it needs and what is left out is said", () => {
  const { servers } = bothOf(join(folder, "mcp.json"), json);
  expect(servers.map(({ name, shown, imported }) => [name, shown, imported.leftThere])).toEqual([
    ["github", "npx -y gh", []],
    ["literal", "run --api-key *** --x=1", ["argument 2", "env API_KEY"]],
    ["remote", "https://mcp.example/mcp", ["header Authorization"]],
    ["inUrl", "https://mcp.example/mcp", ["URL"]],
    ["here", "./run.sh", []],
  ]);
  expect(servers[0]?.imported.variables).toEqual(["GITHUB_TOKEN"]);
  expect(findInFile(json, "/x/mcp.json").leftOut).toEqual([
    { name: "off", reason: "it is switched off there" },
  ]);
  expect(findInFile('{"theme": "dark"}', "/x/settings.json").servers).toEqual([]);
});

test("a secret that changes in the other file is the new one, and one that is gone is said to be", () => {
  const file = join(folder, "mcp.json");
  const { written } = bothOf(file, json);
  writeFileSync(file, json.replaceAll(secret, "another-secret-in-its-place"));
  const own = join(folder, "own.json");
  const [, literal] = readConfig(written, own).entries;
  if (literal === undefined) throw new Error("no entry");
  expect(fillInEntry(literal, own, { environment })).toMatchObject({
    server: { env: { API_KEY: "another-secret-in-its-place" } },
  });
  writeFileSync(file, "{}");
  expect(fillInEntry(literal, own, { environment })).toMatchObject({
    kind: "wrong",
    reason: expect.stringContaining("is gone"),
  });
});

test("one's own file keeps its comments, its line ends and what else it has", () => {
  const own =
    '{\r\n  // mine\r\n  "mcpServers": {\r\n    "old": { "command": "a" }, // this too\r\n  },\r\n  "x": 1\r\n}\r\n';
  const written = withServers(own, [{ name: "new", entry: { command: "b" } }], []);
  expect(written).toContain("// mine\r\n");
  expect(written).toContain("// this too");
  expect(written.replaceAll("\r\n", "")).not.toContain("\n");
  expect(parseJson(written)).toEqual({
    mcpServers: { old: { command: "a" }, new: { command: "b" } },
    x: 1,
  });
  expect(() => withServers('{"mcpServers": [', [], [])).toThrow("It is not JSON");
  expect(() => withServers('{"mcpServers": []}', [], [])).toThrow("Expected");
});
