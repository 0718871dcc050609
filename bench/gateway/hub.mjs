// Starts the hub as it ships, registers servers with it, and waits for what it shows.
import { spawn } from "node:child_process";
import { ask } from "./connection.mjs";
import { modern, replyOf, requestText } from "./mcp.mjs";
import { freePort, here, keep, sleep } from "./processes.mjs";

/** `output`: where its own words go, as for `spawn`. Its port is a free one, unless the settings name one. */
export async function startHub(dataDir, settings = {}, output = "inherit") {
  const port = Number(settings.MCP_HUB_PORT ?? (await freePort()));
  const begin = performance.now();
  const env = {
    ...process.env,
    MCP_HUB_PORT: String(port),
    MCP_HUB_DATA_DIR: dataDir,
    LOG_LEVEL: "error",
    LOG_FORMAT: "json",
    ...settings,
  };
  const child = keep(
    spawn(process.execPath, [here("../../apps/hub/dist/main.js")], {
      env,
      stdio: ["ignore", output, output],
    }),
  );
  return { child, pid: child.pid, port, url: `http://127.0.0.1:${port}`, begin };
}

export async function isReady(hub) {
  for (;;) {
    const isOk = await fetch(`${hub.url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isOk) return;
    if (hub.child.exitCode !== null) throw new Error("the hub ended while it started");
    await sleep(5);
  }
}

export async function register(hub, name, endpoint) {
  const response = await fetch(`${hub.url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      name,
      transport: "streamable-http",
      endpoint,
      lease: { ttlMs: 3_600_000 },
    }),
  });
  if (!response.ok) throw new Error(`${name} was not registered: ${await response.text()}`);
}

/** Waits until that many servers are up and what they offer is known. */
export async function allUp(hub, count) {
  for (;;) {
    const { servers } = await (await fetch(`${hub.url}/servers?status=up`)).json();
    if (servers.length === count && servers.every((server) => server.capabilities !== null)) return;
    await sleep(10);
  }
}

/** The names of all tools that `/mcp` lists now, the hub's own left out. Throws when it does not answer. */
export async function listedTools(port, limitMs = 1_000) {
  const target = { port, path: "/mcp", era: modern };
  const names = [];
  let cursor;
  do {
    const params = cursor === undefined ? {} : { cursor };
    const request = requestText(target, { id: 1, method: "tools/list", params });
    const { status, body } = await ask(port, request, { limitMs });
    if (status !== 200) throw new Error(`/mcp answers ${status}`);
    const { result, error } = replyOf(body, 1);
    if (error !== undefined) throw new Error(`/mcp answers ${JSON.stringify(error)}`);
    names.push(...result.tools.map((tool) => tool.name));
    cursor = result.nextCursor;
  } while (cursor !== undefined);
  return names.filter((name) => !name.startsWith("hub__"));
}

/**
 * Asks in short tries until the tools that `isWanted` accepts are that many; resolves with the milliseconds
 * since `begin`. A hub that answers early with less, or hangs an early caller, must not win or lose by it.
 */
export async function visibleAfter(
  port,
  count,
  begin,
  { isWanted = () => true, limitMs = 30_000 } = {},
) {
  let last = "nothing was listed";
  while (performance.now() - begin < limitMs) {
    try {
      const names = (await listedTools(port)).filter(isWanted);
      const took = performance.now() - begin;
      if (names.length >= count) return took;
      last = `${names.length} of ${count} tools were listed`;
    } catch (error) {
      last = error.message;
    }
    await sleep(4);
  }
  throw new Error(`${last} after ${limitMs} ms`);
}
