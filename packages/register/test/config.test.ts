import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@hub/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectClient } from "./support/clients.js";
import { HubStub } from "./support/hub-stub.js";
import { cliPath, fixture, isAlive, Running } from "./support/processes.js";

let hub: HubStub;
let folder: string;
const running: Running[] = [];

beforeEach(async () => {
  hub = await new HubStub().start();
  folder = mkdtempSync(join(tmpdir(), "hub-register-config-"));
});
afterEach(async () => {
  for (const one of running.splice(0)) one.child.kill("SIGKILL");
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

const greeter = { command: process.execPath, args: [fixture("stdio-server.mjs")] };

function start(content: unknown, options: readonly string[] = [], environment = {}): Running {
  const file = join(folder, "mcp.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  const args = [cliPath, ...options, "--config", file];
  const one = new Running(process.execPath, args, { MCP_HUB_URL: hub.url, ...environment });
  running.push(one);
  return one;
}

const names = () => hub.registered.map(({ name }) => name).sort();

/** The names of the processes whose parent this is. */
function childrenOf(pid: number): string[] {
  return readdirSync("/proc").flatMap((folder) => {
    if (!/^\d+$/.test(folder)) return [];
    try {
      const [, name = "", parent] =
        /^\d+ \((.*)\) \S+ (\d+)/s.exec(readFileSync(`/proc/${folder}/stat`, "utf8")) ?? [];
      return Number(parent) === pid ? [name] : [];
    } catch {
      return []; // it ended meanwhile
    }
  });
}

test("every server of a file is served and registered under its name, in one process, until that is told to end", async () => {
  const cli = start(
    { mcpServers: { files: greeter, notes: greeter, away: { url: `${hub.url}/mcp` } } },
    ["--tag", "mine"],
  );
  await until("three registrations", () => hub.registered.length === 3);
  expect(names()).toEqual(["away", "files", "notes"]);
  expect(hub.registered).toMatchObject(Array(3).fill({ tags: ["mine"] }));
  for (const name of ["files", "notes"]) {
    const url = await cli.says(new RegExp(`"${name}": serving at (\\S+)`));
    const client = await connectClient("v2 legacy", url);
    expect(await client.call("greet", { name })).toBe(`Hello ${name}`);
    await client.close();
  }
  expect(cli.output).toContain("[files] server ");
  const pids = [...cli.output.matchAll(/server (\d+)/g)].map(([, pid]) => Number(pid));
  cli.child.kill("SIGTERM");
  expect(await cli.ends()).toEqual({ code: null, signal: "SIGTERM" });
  expect(hub.registered).toEqual([]);
  await until("the commands to be gone", () => !pids.some(isAlive));
});

test.runIf(process.platform === "linux")(
  "forty servers cost one process beside their own, and no warning",
  async () => {
    const mcpServers = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`s${at}`, greeter]),
    );
    const cli = start({ mcpServers });
    await until("forty registrations", () => hub.registered.length === 40, 90_000);
    // The one beside the servers ends them should this one be killed.
    expect(childrenOf(cli.pid).filter((name) => name !== "node")).toEqual(["sh"]);
    expect(cli.output).not.toMatch(/warning/i);
  },
);

test("a URL with a secret, and one with headers, is registered as a relay that shows neither", async () => {
  const secret = `$${"{SECRET}"}`;
  const cli = start(
    {
      mcpServers: {
        query: { url: `http://127.0.0.1:1/mcp?key=${secret}` },
        user: { url: `http://me:${secret}@127.0.0.1:1/mcp` },
        headers: { url: `${hub.url}/mcp`, headers: { Authorization: `Bearer ${secret}` } },
      },
    },
    [],
    { SECRET: "s3cret" },
  );
  await until("three registrations", () => hub.registered.length === 3);
  const asked = hub.seen.find(({ path }) => path === "/mcp");
  expect(asked?.authorization).toBe("Bearer s3cret");
  for (const { endpoint } of hub.registered) {
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    expect(endpoint).not.toBe(`${hub.url}/mcp`);
  }
  expect(JSON.stringify(hub.registrations())).not.toContain("s3cret");
  expect(cli.output).not.toContain("s3cret");
});

test("what is stopped before it is served is not said to be", async () => {
  const silent = {
    command: process.execPath,
    args: ["-e", 'console.error("on"); process.stdin.resume()'],
  };
  const entries = { silent, none: { url: "http://127.0.0.1:1/mcp" } };
  const cli = start({ mcpServers: entries });
  await cli.says(/"none": nothing answers/);
  await cli.says(/\[silent\] (on)/);
  cli.child.kill("SIGTERM");
  expect(await cli.ends()).toEqual({ code: null, signal: "SIGTERM" });
  expect(cli.output).not.toContain("serving at");
});

test("a bad entry is told of and ends no other", async () => {
  const cli = start({
    mcpServers: {
      "no command": { command: "no-such-command" },
      "no folder": { ...greeter, cwd: "not/here" },
      ends: { command: process.execPath, args: ["-e", "process.exit(3)"] },
      wrong: { command: 7 },
      off: { ...greeter, disabled: true },
      slip: { ...greeter, agrs: [] },
      well: greeter,
    },
  });
  await until("two registrations", () => hub.registered.length === 2);
  await cli.says(/"no command" is left out: there is no command "no-such-command"/);
  await cli.says(/"no folder" is left out: there is no folder "\S+not\/here"/);
  await cli.says(/"ends" is left out: the command ended \(exit code 3\) before it answered/);
  await cli.says(
    /"wrong" is left out: Expected "command" to be the name of a program, got a number/,
  );
  await cli.says(/"off": it is disabled in the file/);
  await cli.says(/"slip": "agrs" is not a known key and has no effect. The nearest key is "args"/);
  expect(names()).toEqual(["slip", "well"]);
});

test("a command has the folder and the variables of its entry, and no setting of the hub", async () => {
  const script =
    'console.error("in", process.cwd(), process.env.KEY, process.env.MCP_HUB_TOKEN); process.exit(1)';
  const entry = {
    command: process.execPath,
    args: ["-e", script],
    cwd: ".",
    env: { KEY: `$${"{SECRET}"}` },
  };
  const cli = start({ mcpServers: { one: entry } }, [], { SECRET: "s", MCP_HUB_TOKEN: "t" });
  expect(await cli.ends()).toEqual({ code: 1, signal: null });
  expect(cli.output).toMatch(new RegExp(`\\[one\\] in \\S*${folder} s undefined`));
  expect(cli.output).toContain("no server of");
});

test.each([
  ["{", [], "It is not JSON"],
  ['{"mcpServers":{}}', [], "names no server"],
  ['{"mcpServers":{"a":{"command":"true"}}}', ["--name", "x"], "--name is for one server"],
  ['{"mcpServers":{"a":{"command":"true"}}}', ["--url", "http://127.0.0.1:1/mcp"], "Give either"],
])("%s with %j is refused, with a sentence", async (content, options, words) => {
  const refused = start(content, options);
  expect(await refused.ends()).toEqual({ code: 2, signal: null });
  expect(refused.output).toContain(words);
});

test("a file that is not there is said to be missing", async () => {
  const args = [cliPath, "--config", join(folder, "none.json")];
  const missing = new Running(process.execPath, args, { MCP_HUB_URL: hub.url });
  expect(await missing.ends()).toEqual({ code: 2, signal: null });
  expect(missing.output).toMatch(/none\.json: ENOENT/);
});
