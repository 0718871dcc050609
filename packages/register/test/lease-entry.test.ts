import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "@hub/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubStub } from "./support/hub-stub.js";
import { fixture, indexUrl, leaseUrl, Running } from "./support/processes.js";

let hub: HubStub;
const running: Running[] = [];

beforeEach(async () => {
  hub = await new HubStub().start();
});
afterEach(async () => {
  for (const one of running.splice(0)) one.child.kill("SIGKILL");
  await hub.stop();
});

function start(program: string, entry: string, ...options: string[]): Running {
  const environment = { MCP_HUB_URL: hub.url, REGISTER_URL: entry };
  // Something answers there; that it is no MCP does not matter here.
  const args = [...options, fixture(program), `${hub.url}/mcp`];
  const one = new Running(process.execPath, args, environment);
  running.push(one);
  return one;
}

/** The files that a program has loaded, those of Node and the fixtures left out. */
async function loadedBy(program: string, entry: string): Promise<string[]> {
  const preload = ["--import", `file://${fixture("list-loaded.mjs")}`];
  const before = hub.heartbeats().length;
  const one = start(program, entry, ...preload);
  await until("heartbeats", () => hub.heartbeats().length > before + 1);
  one.child.kill("SIGTERM");
  await one.ends();
  return [...one.output.matchAll(/^loaded (file:.*)$/gm)]
    .map(([, url = ""]) => fileURLToPath(url))
    .filter((path) => !path.includes("/fixtures/"));
}

/** The sources in bundled files, as the bundler writes them above each: packages by name, ours by path. */
function sourcesIn(files: readonly string[]): string[] {
  const paths = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^\/\/ (\S+\.(?:[mc]?[jt]s|json))$/gm)].map(
      ([, path = ""]) => path,
    ),
  );
  const named = paths.map(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? path,
  );
  return [...new Set(named)].sort();
}

describe("@hub/register/lease", () => {
  test("keeps a URL registered until a signal, and deregisters", async () => {
    const program = start("lease-program.mjs", leaseUrl);
    await until("heartbeats", () => hub.heartbeats().length > 2);
    expect(hub.registered).toHaveLength(1);
    program.child.kill("SIGTERM");
    expect(await program.ends()).toEqual({ code: null, signal: "SIGTERM" });
    expect(hub.registered).toEqual([]);
  });

  test("loads the lease and what it says, and nothing of other people", async () => {
    const files = await loadedBy("lease-program.mjs", leaseUrl);
    const sources = sourcesIn(files);
    expect(sources).toEqual(
      expect.arrayContaining([
        "src/lease/keep-lease.ts",
        "src/lease/report.ts",
        "src/membership.ts",
      ]),
    );
    // No SDK, no schemas, nothing that starts processes.
    const ours = /^(?:src|\.\.\/(?:client|core|mcp|api)\/(?:src|dist))\//;
    expect(sources.filter((path) => !ours.test(path))).toEqual(["package.json"]);
    expect(sources.filter((path) => /^src\/(?:wrap|stdio|serve|config)\//.test(path))).toEqual([]);
  });

  test("loads a small part of what the whole package loads", async () => {
    const bytesOf = (files: readonly string[]) =>
      files.reduce((sum, file) => sum + statSync(file).size, 0);
    const light = bytesOf(await loadedBy("lease-program.mjs", leaseUrl));
    const whole = bytesOf(await loadedBy("url-program.mjs", indexUrl));
    expect(light).toBeLessThan(whole / 10);
  });
});
