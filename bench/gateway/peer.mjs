// The quickest other aggregating gateway that npm installs: mcp-hub, which clients reach over HTTP with SSE.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "./connection.mjs";
import { sse } from "./mcp.mjs";
import { folder, freePort, keep, sleep } from "./processes.mjs";

export const peer = "mcp-hub 4.2.1";
const spec = "mcp-hub@4.2.1";
const startLimitMs = 20_000;

/** Installs and starts it in front of one server of 2025. Undefined, with a line that says why, when it cannot. */
export async function startPeer(endpoint) {
  const place = join(folder, "peer");
  mkdirSync(place, { recursive: true });
  const npm = ["install", "--prefix", place, "--no-audit", "--no-fund", "--ignore-scripts", spec];
  if (spawnSync("npm", npm, { stdio: "ignore" }).status !== 0) {
    console.log(`${peer} could not be installed with npm; its rows are left out.`);
    return undefined;
  }
  const port = await freePort();
  const file = join(place, "servers.json");
  writeFileSync(file, JSON.stringify({ mcpServers: { bench: { url: endpoint } } }));
  const cli = join(place, "node_modules/mcp-hub/dist/cli.js");
  // It writes a cache and logs below the home directory.
  const env = { ...process.env, HOME: place, XDG_STATE_HOME: place, XDG_CONFIG_HOME: place };
  const args = [cli, "--port", String(port), "--config", file];
  const child = keep(spawn(process.execPath, args, { cwd: place, env, stdio: "ignore" }));
  const begin = performance.now();
  while (performance.now() - begin < startLimitMs && child.exitCode === null) {
    const health = `GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
    const answer = await ask(port, health, { limitMs: 1_000 }).catch(() => undefined);
    if (answer?.body.includes('"status":"connected"') === true) {
      child.kill("SIGSTOP");
      return {
        child,
        contender: {
          name: peer,
          pid: child.pid,
          isPeer: true,
          // For seconds after a load it takes a whole core, which would be the others' loss.
          wake: () => child.kill("SIGCONT"),
          rest: () => child.kill("SIGSTOP"),
          toolName: (_upstream, tool) => `bench__${tool}`,
          target: () => ({ port, path: "/mcp", era: sse }),
        },
      };
    }
    await sleep(50);
  }
  console.log(`${peer} did not start; its rows are left out.`);
  return undefined;
}
