import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HubProcess, Program } from "@hub/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runInProcess } from "../apps/hub/test/support/in-process.js";

const root = join(import.meta.dirname, "..");
const program = join(root, "apps/hub/dist/main.js");
const greeter = {
  command: process.execPath,
  args: [join(root, "packages/register/test/fixtures/stdio-server.mjs")],
};
const secret = "s3cret-of-the-file-of-another-client";
const cleanups: (() => unknown)[] = [];
let home: string;
let project: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mcp-home-"));
  project = join(home, "project");
  mkdirSync(project);
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function put(path: string, content: unknown): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

const variables = () => ({ HOME: home, XDG_CONFIG_HOME: "", CODEX_HOME: "", NO_COLOR: "1" });

const ask = (words: readonly string[]) =>
  runInProcess(words, { environment: variables(), folder: project });

function putClients(): { readonly cursor: string } {
  const cursor = put(".cursor/mcp.json", {
    mcpServers: { github: { ...greeter, env: { GITHUB_TOKEN: secret } }, same: greeter },
  });
  put(
    ".codex/config.toml",
    `[mcp_servers.github]\ncommand = "other"\n[mcp_servers.same]\ncommand = ${JSON.stringify(greeter.command)}\nargs = ${JSON.stringify(greeter.args)}\n`,
  );
  put("project/.vscode/mcp.json", {
    servers: {
      hub: { type: "http", url: "http://127.0.0.1:8001/mcp" },
      off: { ...greeter, disabled: true },
    },
  });
  put(".gemini/settings.json", '{"mcpServers": {"x": ');
  put(".config/zed/settings.json", '{ // no servers\n "theme": "x", }');
  return { cursor };
}

test("what the clients of this machine have is shown, with where its secrets are and what is left out", async () => {
  putClients();
  const { code, out, err } = await ask(["import"]);
  expect(code).toBe(0);
  const shown = out + err;
  for (const text of [
    "Cursor",
    "secret in that file: env GITHUB_TOKEN",
    "github-codex",
    "same is left out: another file has the same",
    "hub is left out: it is the hub itself",
    "off is left out: it is switched off there",
    "It is not JSON: value expected at line 1",
    "Name those to take over, or give --all.",
  ])
    expect(shown).toContain(text);
  expect(shown).not.toContain(secret);
  expect(shown).not.toContain("Zed");
});

test("what is chosen is added to a file that run serves, with its secret where it was", async () => {
  const { cursor } = putClients();
  const hub = await HubProcess.start();
  cleanups.push(() => hub.stop());
  const { mode } = statSync(put("project/mcp.json", '{\n  // mine\n  "mcpServers": {}\n}\n'));
  const taking = await ask(["import", "clients", "github", "same", "--json"]);
  expect([taking.code, taking.err]).toEqual([0, ""]);
  const file = join(project, "mcp.json");
  expect(JSON.parse(taking.out)).toMatchObject({
    written: { file, servers: ["github", "same"] },
  });
  const written = readFileSync(file, "utf8");
  expect(written).toContain("// mine");
  expect(written).toContain(`\${file:${cursor}#/mcpServers/github/env/GITHUB_TOKEN}`);
  expect(written + taking.out).not.toContain(secret);
  expect(statSync(file).mode).toBe(mode);
  const env = { ...variables(), MCP_HUB_URL: hub.url };
  const serving = new Program(process.execPath, [program, "run"], env, project);
  cleanups.push(() => serving.child.kill("SIGKILL"));
  await Promise.all([hub.status("github", "up"), hub.status("same", "up")]);
  serving.child.kill("SIGINT");
  expect(await serving.ended).toEqual({ code: 0, signal: null });
  expect(serving.output).not.toContain(secret);
});

test.each([
  [
    ["import", "clients", "githbu"],
    3,
    'No server that was found is called "githbu". The nearest is github.',
  ],
  [["import", "clients", "--all", "--to", "broken.json"], 4, "It is not JSON"],
  [["import", "clients", "--all", "--from", "kiro"], 3, "No server was found to take over."],
])("%j is refused, with a sentence, and nothing is written", async (words, code, text) => {
  putClients();
  put("project/broken.json", "{");
  const refused = await ask(words);
  expect(refused.code).toBe(code);
  expect(refused.err).toContain(text);
  expect(readFileSync(join(project, "broken.json"), "utf8")).toBe("{");
});
