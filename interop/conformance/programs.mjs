// The real programs of a run: a hub on a file of its own, and the servers behind it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
/** Gone when the run is over. */
export const folder = mkdtempSync(join(tmpdir(), "mcp-hub-conformance-"));

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Starts a Node program; its errors are shown. */
function start(path, env) {
  const child = spawn(process.execPath, [join(root, path)], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Waits for a line of JSON in which `look` finds something. */
function said(child, what, look) {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      const found = line.startsWith("{") ? look(JSON.parse(line)) : undefined;
      if (found !== undefined) resolve(found);
    });
    lines.on("close", () => reject(new Error(`${what} ended before it had started.`)));
  });
}

/** Waits until `look` gives something. */
export async function eventually(what, look) {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`Waited 30 s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Resolves with where they are reached (`url`), where each of them listens (`own`), and how to end them. */
export async function startHubs(count) {
  if (count === 1) {
    const url = await startHub();
    return { url, own: [url], close: async () => {} };
  }
  const { openHubs } = await import("../../bench/behind-nginx.mjs");
  return openHubs(count);
}

async function startHub() {
  const hub = start("apps/hub/dist/main.js", {
    MCP_HUB_PORT: "0",
    MCP_HUB_DATA_DIR: join(folder, "data"),
    // "info" has the line that names the port; nothing of it is shown.
    LOG_LEVEL: "info",
    LOG_FORMAT: "json",
  });
  return said(hub, "The hub", ({ event, url }) => (event === "started" ? url : undefined));
}

/** Starts the everything server. It registers itself when there is a hub. */
export async function startEverything(hubUrl) {
  const env = hubUrl === undefined ? {} : { MCP_HUB_URL: hubUrl };
  const everything = start("apps/everything/dist/main.js", { PORT: "0", ...env });
  const port = await said(everything, "The everything server", (line) => line.port);
  return `http://127.0.0.1:${port}/mcp`;
}

/** Two more servers, one written with each version of the SDK: the everything server is not alone. */
export function startOthers(hubUrl) {
  for (const number of [1, 2]) {
    // They say nothing that anybody waits for.
    start(`apps/demo-servers/dist/server-${number}.js`, { MCP_HUB_URL: hubUrl }).stdout.resume();
  }
}

/** Resolves with the ids of the servers once `count` of them are up and their tools are known. */
export function serversUp(hubUrl, count) {
  return eventually(`${count} servers in the hub`, async () => {
    const { servers } = await (await fetch(`${hubUrl}/servers?status=up`)).json();
    const ready = servers.filter(({ capabilities }) => capabilities?.tools > 0);
    return ready.length === count && ready.map(({ id }) => id);
  });
}
