import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getClientConfig } from "@hub/api";
import { closeAll, closeLater, LegacyUpstream, TestHub } from "@hub/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { parse as parseToml } from "smol-toml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import type { Machine } from "../src/connect/client-folders.js";
import { connectClients } from "../src/connect/connect-clients.js";
import type { FileFormat } from "../src/connect/edit-text.js";
import { runInProcess } from "./support/in-process.js";

const program = join(import.meta.dirname, "../bin/mcp-hub.js");
let home = "";

const parsers: Readonly<Record<FileFormat, (text: string) => unknown>> = {
  json: (text) => JSON.parse(text),
  toml: (text) => parseToml(text),
  yaml: (text) => parseYaml(text),
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mcp-hub-home-"));
});
afterEach(async () => {
  rmSync(home, { recursive: true, force: true });
  await closeAll();
});

type Env = Readonly<Record<string, string>>;

const ofHome = () => ({ HOME: home, USERPROFILE: home, APPDATA: join(home, "AppData") });

/** The command in a home of its own. */
async function run(words: readonly string[], env: Env = {}) {
  const environment = { ...ofHome(), ...env };
  const ran = await runInProcess(["connect", ...words], { environment, folder: home });
  return { status: ran.code, stdout: ran.out, stderr: ran.err };
}

/** The same as a process. */
function runAsProcess(words: readonly string[]) {
  const { PATH = "" } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "connect", ...words], {
    cwd: home,
    env: { PATH, ...ofHome() },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const machine = (): Machine => ({
  home,
  project: home,
  platform: process.platform,
  env: { APPDATA: join(home, "AppData") },
  hasFile: existsSync,
});

describe("mcp-hub connect", () => {
  test.each(connectClients.map(({ id }) => id))(
    "%s: shows, writes, has nothing left to do, and takes out",
    async (id) => {
      const client = connectClients.find((one) => one.id === id);
      const file = client?.file("user", machine()) ?? "";
      const token = { MCP_HUB_TOKEN: "mh_abc_0123456789" };
      const shown = await run([id], token);
      expect(shown.status, shown.stderr).toBe(0);
      expect(shown.stdout).toContain(`+++ ${file}`);
      expect(existsSync(file)).toBe(false);
      expect((await run([id, "--write"], token)).status).toBe(0);
      const text = readFileSync(file, "utf8");
      expect(text).toContain("http://127.0.0.1:8001");
      expect(text).not.toContain(token.MCP_HUB_TOKEN);
      expect((await run([id, "--write"], token)).stdout).toContain("needs no change");
      const would = await run([id, "--remove"]);
      expect(would.stdout).toContain("Give --write to delete the file");
      const removed = await run([id, "--remove", "--write"]);
      expect([removed.status, existsSync(file)]).toEqual([0, false]);
      expect(removed.stdout).toContain("was deleted: nothing else was in it");
      expect(removed.stdout).not.toContain(client?.next);
    },
  );

  test("a file with the token names the variable, and is the bridge's own", async () => {
    const token = { MCP_HUB_TOKEN_FILE: "agent.token" };
    expect((await run(["cursor"], token)).stdout).toContain("MCP_HUB_TOKEN}");
    expect((await run(["claude-desktop"], token)).stdout).toMatch(
      /"--token-file",\s*\+?\s*".*agent\.token"/,
    );
    for (const client of ["cursor", "claude-desktop"])
      expect((await run([client, "--no-token"], token)).stdout).not.toMatch(/TOKEN|token-file/);
  });

  test("says the same as the hub's own page, for the clients that both know", async () => {
    const hub = await TestHub.start();
    for (const client of connectClients) {
      // Claude Code is told by a command there, and Claude Desktop gets another bridge.
      const isKnown = getClientConfig.params.shape.client.safeParse(client.id).success;
      if (!isKnown || client.id === "claude-code" || client.id === "claude-desktop") continue;
      const response = await fetch(`${hub.url}/config/${client.id}?format=text&mode=all`);
      const file = join(home, client.id);
      const ran = await run([client.id, "--hub", hub.url, "--file", file, "--write"]);
      expect(ran.status, ran.stderr).toBe(0);
      const parse = parsers[client.format];
      expect(parse(readFileSync(file, "utf8")), client.id).toEqual(parse(await response.text()));
    }
  });

  test("writes a bridge for Claude Desktop that a client can be started with, the token in a file", async () => {
    const hub = await TestHub.start();
    await hub.register("weather", await LegacyUpstream.start({ tools: ["echo"] }));
    const token = join(home, "token");
    writeFileSync(token, "proxy-token-0123456789\n");
    const file = join(home, "config.json");
    const words = ["claude-desktop", "--hub", hub.url, "--server", "weather", "--file", file];
    const ran = runAsProcess([...words, "--token-file", "token", "--write"]);
    expect(ran.status, ran.stderr).toBe(0);
    const { command, args } = JSON.parse(readFileSync(file, "utf8")).mcpServers.weather;
    expect(args).toContain(token);
    const client = new Client({ name: "claude-ai", version: "1.0.0" });
    await client.connect(new StdioClientTransport({ command, args }));
    closeLater(() => client.close());
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["echo"]);
  });

  test("takes a selection, a name, a scope and a variable, and answers in JSON", () => {
    const words = ["vscode", "--scope", "project", "--toolset", "research", "--name", "mine"];
    const ran = runAsProcess([...words, "--token-env", "MY_TOKEN", "--write", "--json"]);
    expect(ran.status, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      client: "vscode",
      name: "mine",
      url: "http://127.0.0.1:8001/toolsets/research/mcp",
      written: true,
    });
    const file = join(home, ".vscode", "mcp.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      inputs: [
        {
          type: "promptString",
          id: "mcp-hub-token",
          description: "Token for MCP Hub",
          password: true,
        },
      ],
      servers: {
        mine: {
          type: "http",
          url: "http://127.0.0.1:8001/toolsets/research/mcp",
          headers: { Authorization: `Bearer \${input:mcp-hub-token}` },
        },
      },
    });
  });

  test("shows no secret of another server, and refuses a broken file with its place", async () => {
    const file = join(home, ".cursor", "mcp.json");
    mkdirSync(dirname(file));
    writeFileSync(file, '{\n  "mcpServers": {\n    "x": { "env": { "K": "hunter2" } }\n  }\n}\n');
    expect((await run(["cursor"])).stdout).not.toContain("hunter2");
    writeFileSync(file, '{\n  "mcpServers": [,]\n}\n');
    const ran = runAsProcess(["cursor", "--write", "--json"]);
    expect(ran.status).toBe(4);
    const { error } = JSON.parse(ran.stderr);
    expect(error).toMatchObject({ code: "FILE_BROKEN" });
    expect(error.message).toContain("line 2, column 18");
    expect(readFileSync(file, "utf8")).toBe('{\n  "mcpServers": [,]\n}\n');
  });

  test.each([
    [["nobody"], 2],
    [["cursor", "--toolset", "a", "--tag", "b"], 2],
    [["cursor", "--token-env", "mh_abc-def"], 2],
    [["cursor", "--name", "a b"], 2],
    [["windsurf", "--scope", "project"], 2],
    [["cursor", "--server", "A B"], 2],
    [["cursor", "--token-file", "token"], 2],
  ])("%j is wrong usage", async (words, status) => {
    expect((await run(words)).status).toBe(status);
  });
});
