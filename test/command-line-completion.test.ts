import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closedPort, closeServers, HubProcess, rpcOf, sendJson, serve } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandLine, runCommand } from "./support/run-command.js";
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

describe("completion", () => {
  const shims = join(folder, "bin");
  const hasShell = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

  async function completed(line: string, cwd = folder): Promise<readonly string[]> {
    mkdirSync(shims, { recursive: true });
    const shim = join(shims, "mcp-hub");
    writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${commandLine}" "$@"\n`);
    chmodSync(shim, 0o755);
    const child = spawn("bash", [join(import.meta.dirname, "support/completed.bash"), line], {
      cwd,
      env: { ...process.env, PATH: `${shims}:${process.env.PATH}`, MCP_HUB_URL: hub.url },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    for await (const chunk of child.stdout) out += chunk;
    return out.split("\n").filter((word) => word !== "");
  }

  test.runIf(hasShell("bash")).each([
    ["mcp-hub l", ["list"]],
    ["mcp-hub toolset r", ["remove"]],
    ["mcp-hub list --sta", ["--status"]],
    ["mcp-hub list --status u", ["up", "unreachable"]],
    ["mcp-hub list --status=u", ["up", "unreachable"]],
    ["mcp-hub call t", ["talkative"]],
    ["mcp-hub call talkative ", ["add", "count", "fail", "shout", "wait"]],
    ["mcp-hub config vsc", ["vscode"]],
    ["mcp-hub completion ", ["bash", "zsh", "fish"]],
    ["mcp-hub help toolset c", ["create"]],
    ["mcp-hub --json get t", ["talkative"]],
    ["mcp-hub nonsense ", []],
  ])("in bash, %s and Tab", async (line, words) => {
    expect(await completed(line)).toEqual(words);
  });

  test.runIf(hasShell("bash"))("in bash, files are those of the folder", async () => {
    writeFileSync(join(folder, "saved.json"), "{}");
    expect(await completed("mcp-hub import sav")).toEqual(["saved.json"]);
  });

  test.runIf(hasShell("bash"))("in bash, a tool's name is no order to the shell", async () => {
    const names = ["say$(touch here)", "run;touch$IFS-there", "plain-name"];
    const evil = await serveTools(names);
    await hub.register({ name: "Evil", transport: "http", endpoint: `${evil.origin}/mcp` });
    await hub.status("evil", "up");
    const words = await completed("mcp-hub call evil ");
    expect(words.length).toBe(names.length);
    const read = spawnSync("bash", ["-c", `printf '%s\\n' ${words.join(" ")}`], { cwd: folder });
    expect(read.stdout.toString().trim().split("\n").sort()).toEqual([...names].sort());
  });

  test("a hub that is away or silent costs who types a moment, and says nothing", async () => {
    const silent = await serve(() => undefined);
    const port = await closedPort();
    for (const url of [silent.origin, `http://127.0.0.1:${port}`, "nonsense://"]) {
      const ran = await runCommand(["complete", "--", "get", ""], { env: { MCP_HUB_URL: url } });
      expect(ran).toEqual({ code: 0, out: "words\n", err: "" });
    }
  });

  test.runIf(hasShell("zsh")).each(["zsh"])("the script is one of %s", (shell) => {
    checkSyntax(shell, ["-n"]);
  });

  test.runIf(hasShell("fish")).each(["fish"])("the script is one of %s", (shell) => {
    checkSyntax(shell, ["--no-execute"]);
  });

  function checkSyntax(shell: string, args: readonly string[]): void {
    const script = spawnSync(process.execPath, [commandLine, "completion", shell]).stdout;
    expect(spawnSync(shell, [...args], { input: script }).stderr.toString()).toBe("");
  }
});
