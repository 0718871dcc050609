import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeServers, HubProcess, rpcOf, sendJson, serve } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandLine } from "./support/run-command.js";
import { serveTalkative } from "./support/talkative-server.js";

let hub: HubProcess;
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-completion-"));

beforeAll(async () => {
  hub = await HubProcess.start();
  const { origin } = await serveTalkative();
  await hub.register({ name: "Talkative", transport: "http", endpoint: `${origin}/mcp` });
  await hub.status("talkative", "up");
});

/** A server whose tools have names that no SDK would give them. */
function serveTools(names: readonly string[]) {
  const tools = names.map((name) => ({ name, inputSchema: { type: "object" } }));
  const serverInfo = { name: "evil", version: "1" };
  const results: Readonly<Record<string, object>> = {
    initialize: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo },
    "tools/list": { tools },
    ping: {},
  };
  return serve(async (request, response) => {
    const { id, method } = await rpcOf(request);
    const result = results[method];
    if (id === undefined)
      return void response.writeHead(request.method === "POST" ? 202 : 405).end();
    const error = { code: -32601, message: "Method not found" };
    sendJson(response, 200, {
      jsonrpc: "2.0",
      id,
      ...(result === undefined ? { error } : { result }),
    });
  });
}

afterAll(async () => {
  await hub.stop();
  await closeServers();
  rmSync(folder, { recursive: true, force: true });
});

const shims = join(folder, "bin");

/** What a shell offers for a line when somebody presses Tab behind it. */
async function completed(shell: string, line: string): Promise<readonly string[]> {
  mkdirSync(shims, { recursive: true });
  const shim = join(shims, "mcp-hub");
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${commandLine}" "$@"\n`);
  chmodSync(shim, 0o755);
  const child = spawn(shell, [join(import.meta.dirname, `support/completed.${shell}`), line], {
    cwd: folder,
    env: { ...process.env, PATH: `${shims}:${process.env.PATH}`, MCP_HUB_URL: hub.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  for await (const chunk of child.stdout) out += chunk;
  return out.split("\n").filter((word) => word !== "");
}

describe.each(["bash", "zsh", "fish"])("in %s", (shell) => {
  test.each([
    ["mcp-hub l", ["list", "log-level"]],
    ["mcp-hub toolset r", ["remove"]],
    ["mcp-hub list --sta", ["--status"]],
    ["mcp-hub list --status u", ["unreachable", "up"]],
    ["mcp-hub call t", ["talkative"]],
    ["mcp-hub call talkative ", ["add", "count", "fail", "shout", "wait"]],
    ["mcp-hub config vsc", ["vscode"]],
    ["mcp-hub completion ", ["bash", "fish", "zsh"]],
    ["mcp-hub help toolset c", ["create"]],
    ["mcp-hub --json get t", ["talkative"]],
    ["mcp-hub nonsense ", []],
  ])("%s and Tab", async (line, words) => {
    expect([...(await completed(shell, line))].sort()).toEqual(words);
  });

  test("files are those of the folder", async () => {
    writeFileSync(join(folder, "saved.json"), "{}");
    expect(await completed(shell, "mcp-hub import sav")).toEqual(["saved.json"]);
  });
});

describe("in bash alone, which puts what is completed into the line as it is", () => {
  test("what stands behind = is completed", async () => {
    const words = await completed("bash", "mcp-hub list --status=u");
    expect([...words].sort()).toEqual(["unreachable", "up"]);
  });

  test("a tool's name is no order to the shell", async () => {
    const names = ["say$(touch here)", "run;touch$IFS-there", "plain-name"];
    const evil = await serveTools(names);
    await hub.register({ name: "Evil", transport: "http", endpoint: `${evil.origin}/mcp` });
    await hub.status("evil", "up");
    const words = await completed("bash", "mcp-hub call evil ");
    expect(words.length).toBe(names.length);
    const read = spawnSync("bash", ["-c", `printf '%s\\n' ${words.join(" ")}`], { cwd: folder });
    expect(read.stdout.toString().trim().split("\n").sort()).toEqual([...names].sort());
  });
});
