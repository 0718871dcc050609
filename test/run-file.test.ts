import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import {
  closeServers,
  HubProcess,
  LegacyClient,
  ModernClient,
  Program,
  serve,
  textOf,
  until,
} from "@hub/testing";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "..");
const program = join(root, "apps/hub/dist/main.js");
const fixture = join(root, "packages/register/test/fixtures/stdio-server.mjs");
const greeter = { command: process.execPath, args: [fixture] };
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await closeServers();
});

function fileWith(servers: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-run-file-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "mcp.json");
  writeFileSync(file, `// my servers\n${JSON.stringify({ mcpServers: servers }, null, 2)}`);
  return file;
}

async function startHub(): Promise<HubProcess> {
  const hub = await HubProcess.start();
  cleanups.push(() => hub.stop());
  return hub;
}

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const started = new Program(process.execPath, [program, ...words], env);
  cleanups.push(() => started.child.kill("SIGKILL"));
  return started;
}

/** A server over HTTP that answers only those who know the token. */
async function guardedServer(token: string): Promise<string> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "guarded", version: "1.0.0" });
    server.registerTool("greet", { inputSchema: z.object({ name: z.string() }) }, ({ name }) => ({
      content: [{ type: "text", text: `Hello ${name} from behind` }],
    }));
    return server;
  });
  const listener = getRequestListener((request) =>
    request.headers.get("authorization") === `Bearer ${token}`
      ? handler.fetch(request)
      : new Response(null, { status: 401 }),
  );
  return `${(await serve(listener)).origin}/mcp`;
}

/** The processes of the greeter that still run. */
function greeters(marker: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(marker);
    } catch {
      return false; // it ended meanwhile
    }
  });
}

test("a file with a server of every kind is served to clients of both eras, and its secrets are nowhere", async () => {
  const hub = await startHub();
  const secret = "S3CRET-of-the-environment-4711";
  const inFile = "L1TERAL-of-the-file-0815";
  const marker = `--marker-${process.pid}-a`;
  const file = fileWith({
    files: { ...greeter, args: [fixture, marker], env: { API_KEY: `$${"{RUN_SECRET}"}` } },
    guarded: {
      type: "http",
      url: await guardedServer(secret),
      headers: { Authorization: `Bearer $${"{RUN_SECRET}"}`, "X-Api-Key": inFile },
    },
    hangs: { command: process.execPath, args: ["-e", "process.stdin.resume()", marker] },
    ends: {
      command: process.execPath,
      args: ["-e", "console.error(process.env.API_KEY); process.exit(3)"],
      env: { API_KEY: inFile },
    },
  });
  const cli = run(["run", file, "--hub", hub.url, "--json"], { RUN_SECRET: secret });
  await Promise.all([hub.status("files", "up"), hub.status("guarded", "up")]);
  const legacy = await LegacyClient.open(hub.url);
  const modern = new ModernClient(hub.url);
  for (const client of [legacy, modern]) {
    for (const [name, answer] of [
      ["files__greet", "Hello you"],
      ["guarded__greet", "Hello you from behind"],
    ]) {
      const message = await client.ask("tools/call", { name, arguments: { name: "you" } });
      expect(textOf(message)).toBe(answer);
    }
  }
  await cli.saw("trying again in 2 s");

  const paths = [
    ...["/servers", "/servers/files", "/servers/guarded", "/servers/guarded/tools", "/tools"],
    ...["/events?limit=1000", "/v0.1/servers", "/metrics", "/healthz?verbose", "/toolsets"],
    ...["/config/claude-code", "/config/langchain", "/servers/guarded/changes"],
  ];
  const answers = await Promise.all(
    paths.map(async (path) => {
      const response = await fetch(`${hub.url}${path}`, {
        headers: { accept: "application/json" },
      });
      return `${path} ${await response.text()}`;
    }),
  );
  const lists = [await legacy.ask("tools/list"), await modern.ask("tools/list")];
  const stored = readdirSync(hub.dataDir).map((name) =>
    readFileSync(join(hub.dataDir, name), "latin1"),
  );
  const commands = readFileSync(`/proc/${cli.child.pid}/cmdline`, "utf8");
  const everything = [...answers, JSON.stringify(lists), ...stored, commands];
  everything.push(hub.program.output, cli.output);
  for (const text of everything) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(inFile);
  }
  expect(cli.output).toMatch(/"name":"hangs","kind":"command","phase":"starting"/);

  cli.child.kill("SIGINT");
  expect(await cli.ended).toEqual({ code: 0, signal: null });
  await until("no process to be left", () => greeters(marker).length === 0);
  expect((await hub.servers()).map(({ instances }) => instances)).toEqual([[], []]);
});

test("the table is shown once, with every server, also one that is wrong and one where nothing listens", async () => {
  const hub = await startHub();
  const file = fileWith({
    broken: { comand: "node" },
    gone: { url: "http://127.0.0.1:9/mcp" },
    greeter,
  });
  const runner = run(["run", file, "--hub", hub.url]);
  await runner.saw("servers up");
  expect(runner.output).toContain("1 of 3 servers up");
  expect(runner.output).toMatch(/^gone +starting/m);
});

test("calls go on while the file changes, and what is added is called next", async () => {
  const hub = await startHub();
  const file = fileWith({ stays: greeter, goes: greeter });
  const cli = run(["run", file, "--hub", hub.url]);
  await Promise.all([hub.status("stays", "up"), hub.status("goes", "up")]);
  const client = await LegacyClient.open(hub.url);
  const greet = async (server: string) =>
    textOf(
      await client.ask("tools/call", { name: `${server}__greet`, arguments: { name: server } }),
    );
  let isChanging = true;
  let calls = 0;
  const calling = (async () => {
    while (isChanging) {
      expect(await greet("stays")).toBe("Hello stays");
      calls += 1;
    }
  })();
  await until("calls", () => calls > 3);
  writeFileSync(`${file}~`, '{"mcpServers": {');
  renameSync(`${file}~`, file);
  await cli.saw("The file cannot be read: It is not JSON");
  writeFileSync(`${file}~`, JSON.stringify({ mcpServers: { stays: greeter, comes: greeter } }));
  renameSync(`${file}~`, file);
  await cli.saw("The file changed: comes added; goes removed.");
  await hub.status("comes", "up");
  expect(await greet("comes")).toBe("Hello comes");
  const before = calls;
  await until("more calls", () => calls > before + 3);
  isChanging = false;
  await calling;
  const living = (await hub.servers()).filter(({ status }) => status === "up");
  expect(living.map(({ id }) => id).sort()).toEqual(["comes", "stays"]);
  expect(cli.output).toMatch(/stays is up: 6 tools, registered/);
});

test("npm start -- --with serves a file beside the hub, which takes it along when it is killed", async () => {
  const marker = `--marker-${process.pid}-b`;
  const file = fileWith({ files: { ...greeter, args: [fixture, marker] } });
  const folder = mkdtempSync(join(tmpdir(), "mcp-run-file-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const hub = run(["start", "--with", file], { MCP_HUB_PORT: "0", MCP_HUB_DATA_DIR: folder });
    await hub.saw('"phase":"up"');
    expect(greeters(marker)).toHaveLength(1);
    hub.child.kill(signal);
    await hub.ended;
    if (signal === "SIGTERM") expect(hub.output).toContain('"event":"deregistered"');
    await until("no process to be left", () => greeters(marker).length === 0);
  }
});

test.each([
  [["run", "/not/there.json"], 3, "There is no file /not/there.json."],
  [["run", "README.md"], 1, "It is not JSON"],
  [["start", "--with", "/not/there.json"], 3, "There is no file"],
])("%j is refused, with a sentence", async (words, code, text) => {
  const refused = new Program(process.execPath, [program, ...words], {}, root);
  cleanups.push(() => refused.child.kill("SIGKILL"));
  expect(await refused.ended).toEqual({ code, signal: null });
  expect(refused.output).toContain(text);
});
