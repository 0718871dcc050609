// The real programs: a hub on a file of its own, servers that register themselves there, and the clients.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");

const running = new Set();
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-clients-"));
process.on("exit", () => {
  for (const child of running) kill(child);
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Ends a program and what it started. */
function kill(child) {
  process.kill(-child.pid, "SIGKILL");
}

/** Starts a Node program. What it writes to either stream is kept in `output`, by stream in `stdout`. */
function start(args, env = {}, node = process.execPath) {
  const child = spawn(node, args, {
    cwd: here,
    // A home of their own: some clients keep a catalogue there.
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // The leader of a group of its own, which can be ended as a whole.
    detached: true,
  });
  const program = { child, stdout: "", output: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    program.stdout += text;
    program.output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    program.output += text;
  });
  running.add(child);
  program.ended = new Promise((resolve) => {
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return program;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until `look` gives something; throws with what the programs said when that takes too long. */
async function eventually(what, programs, look) {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    if (performance.now() > deadline) {
      const said = programs.map(({ output }) => output).join("");
      throw new Error(`waited 30 s in vain for ${what}; the programs said:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Registers a server that nobody answers for, as one is that has just died. */
async function registerDead(name, url) {
  const endpoint = `http://127.0.0.1:${await freePort()}/mcp`;
  const body = new URLSearchParams({ name, transport: "streamable-http", endpoint });
  await fetch(`${url}/register`, { method: "POST", body });
}

/** Starts a hub, the servers and one that is dead, and returns the hub's URL when each of them is up with its tools. */
export async function startHub(servers, dead) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const hub = start([join(root, "apps/hub/dist/main.js")], {
    MCP_HUB_PORT: String(port),
    MCP_HUB_DATA_DIR: join(folder, "data"),
    LOG_LEVEL: "error",
    LOG_FORMAT: "json",
  });
  await eventually("the hub", [hub], async () => (await fetch(`${url}/readyz`)).ok);
  const programs = servers.map((path) => start([path], { MCP_HUB_URL: url }));
  await eventually("every server", [hub, ...programs], async () => {
    const answer = await (await fetch(`${url}/servers?status=up`)).json();
    const ready = answer.servers.filter(({ capabilities }) => capabilities?.tools > 0);
    return ready.length === servers.length;
  });
  await registerDead(dead, url);
  await eventually("the dead server to be found so", [hub], async () => {
    const { servers: all } = await (await fetch(`${url}/servers`)).json();
    return all.some(({ name, status }) => name === dead && /suspect|unreachable|down/.test(status));
  });
  return url;
}

/** Runs a program to its end, and returns it with what it said. Throws, with all of that, when it fails or takes longer than `limitMs`. */
export async function runToEnd(args, { limitMs, env, node }) {
  const program = start(args, env, node);
  const timer = setTimeout(() => kill(program.child), limitMs);
  const { code, signal } = await program.ended;
  clearTimeout(timer);
  if (signal === "SIGKILL") throw new Error(`took longer than ${limitMs} ms\n${program.output}`);
  if (code !== 0) throw new Error(`exit code ${code}\n${program.output}`);
  return program;
}

/** Runs a client as `runToEnd` does, and returns what it reports. */
export async function runClient(args, options) {
  const { stdout, output } = await runToEnd(args, options);
  const line = stdout.split("\n").find((text) => text.startsWith('{"tools"'));
  if (line === undefined) throw new Error(`it reported nothing\n${output}`);
  return JSON.parse(line);
}
