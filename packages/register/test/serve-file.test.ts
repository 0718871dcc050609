import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@hub/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type FileNews,
  type ServedFile,
  type ServeFileOptions,
  type ServerState,
  serveFile,
} from "../src/run.js";
import { connectClient } from "./support/clients.js";
import { HubStub } from "./support/hub-stub.js";
import { fixture, isAlive } from "./support/processes.js";

let hub: HubStub;
let folder: string;
let file: string;
let served: ServedFile | undefined;
let news: FileNews[];
let seen: ServerState[];

beforeEach(async () => {
  hub = await new HubStub().start();
  folder = mkdtempSync(join(tmpdir(), "mcp-run-"));
  file = join(folder, "mcp.json");
  news = [];
  seen = [];
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

const greeter = { command: process.execPath, args: [fixture("stdio-server.mjs")] };
const node = (script: string, env: Readonly<Record<string, string>> = {}) => ({
  ...{ command: process.execPath, args: ["-e", script], env },
});

/** As editors write: a new file in the place of the old one. */
function replace(content: unknown): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

async function start(
  servers: Readonly<Record<string, unknown>>,
  options: Partial<ServeFileOptions> = {},
): Promise<ServedFile> {
  writeFileSync(file, JSON.stringify({ mcpServers: servers }));
  served = await serveFile({
    file,
    register: { hubUrl: hub.url },
    onFile: (one) => news.push(one),
    onState: (state) => seen.push(state),
    ...options,
  });
  return served;
}

const stateOf = (name: string) => served?.states.find((state) => state.name === name);
const isUp = (name: string) => until(`${name} to be up`, () => stateOf(name)?.phase === "up");
const registered = () => hub.registered.map(({ name }) => name).sort();

/** Where a server is served: the stub knows it from the registration. */
async function clientOf(name: string) {
  const found = await until(`${name} to be registered`, () =>
    hub.registered.find((one) => one.name === name),
  );
  return connectClient("v2 legacy", String(found.endpoint));
}

/** The processes of a server, as it printed their numbers. */
const pidsOf = (name: string) =>
  [...(served?.logOf(name) ?? []).join("\n").matchAll(/server (\d+)/g)].map(([, pid]) =>
    Number(pid),
  );
const pidOf = (name: string) => until(`${name} to say its pid`, () => pidsOf(name)[0]);

test("one that hangs and one that does not start change nothing for the others, and are said to", async () => {
  await start({
    one: greeter,
    two: greeter,
    hangs: node("process.stdin.resume()"),
    ends: node('console.error("no key given"); process.exit(3)'),
    missing: { command: "no-such-command" },
    off: { ...greeter, disabled: true },
    wrong: { command: 7 },
  });
  await Promise.all([isUp("one"), isUp("two")]);
  await until("tools", () => stateOf("one")?.tools === 6 && stateOf("two")?.tools === 6);
  await until("two tries", () => (stateOf("ends")?.restarts ?? 0) >= 2);
  expect(served?.states).toMatchObject([
    { name: "one", kind: "command", phase: "up", trouble: undefined },
    { name: "two", phase: "up", processes: 1, restarts: 0 },
    { name: "hangs", phase: "starting", processes: 1 },
    {
      name: "ends",
      phase: "restarting",
      trouble: expect.stringMatching(
        /ended \(exit code 3\) before it answered.*; trying again in \d+ s/,
      ),
    },
    {
      name: "missing",
      trouble: expect.stringContaining('there is no command "no-such-command"; trying again'),
    },
    { name: "off", kind: "none", phase: "disabled" },
    { name: "wrong", phase: "wrong", trouble: expect.stringContaining("got a number") },
  ]);
  expect(served?.logOf("ends").join("\n")).toContain("no key given");
  expect(registered()).toEqual(["one", "two"]);
  for (const name of ["one", "two"]) {
    const client = await clientOf(name);
    expect(await client.call("greet", { name })).toBe(`Hello ${name}`);
    await client.close();
  }
  const pauses = seen.flatMap(({ name, trouble }) =>
    name === "ends" ? [Number(/in (\d+) s/.exec(trouble ?? "")?.[1] ?? 0)] : [],
  );
  expect([...new Set(pauses)].filter((pause) => pause > 0).slice(0, 2)).toEqual([1, 2]);
});

test("one that dies runs again, with no call for it, and the calls of others go on", async () => {
  await start({ dies: greeter, lives: greeter });
  await Promise.all([isUp("dies"), isUp("lives")]);
  const client = await clientOf("lives");
  let isOver = false;
  const hanging = client.call("hang").catch(() => {
    isOver = true;
  });
  const other = await pidOf("lives");
  const pid = await pidOf("dies");
  process.kill(pid, "SIGKILL");
  await until("another process", () => {
    const state = stateOf("dies");
    return state?.phase === "up" && state.restarts === 1 && pidsOf("dies").slice(1).some(isAlive);
  });
  expect(stateOf("dies")).toMatchObject({ restarts: 1, trouble: undefined });
  expect(seen).toContainEqual(
    expect.objectContaining({ phase: "restarting", trouble: "its process ended (signal SIGKILL)" }),
  );
  expect(registered()).toEqual(["dies", "lives"]);
  expect([isOver, isAlive(other)]).toEqual([false, true]);
  await client.close();
  await hanging;
  await served?.close();
});

test("a change of the file touches only what changed, while calls of the others are under way", async () => {
  await start({ stays: greeter, changes: greeter, goes: greeter });
  await Promise.all(["stays", "changes", "goes"].map(isUp));
  const client = await clientOf("stays");
  const pid = Number(await client.call("pid"));
  let isOver = false;
  const hanging = client.call("hang").catch(() => {
    isOver = true;
  });
  replace({
    mcpServers: { added: greeter, changes: { ...greeter, env: { A: "b" } }, stays: greeter },
  });
  await until("the news", () => news.some(({ kind }) => kind === "changed"));
  expect(news.at(-1)).toEqual({
    ...{ kind: "changed", added: ["added"], changed: ["changes"], removed: ["goes"] },
  });
  await Promise.all([isUp("added"), isUp("changes")]);
  await until("three registrations", () => registered().join() === "added,changes,stays");
  expect(served?.states.map(({ name }) => name)).toEqual(["added", "changes", "stays"]);
  expect([isOver, Number(await client.call("pid"))]).toEqual([false, pid]);
  const endpoints = hub.registrations().filter(({ name }) => name === "changes");
  expect(new Set(endpoints.map(({ endpoint }) => endpoint)).size).toBe(1);
  await client.close();
  await hanging;
  await served?.close();
  expect(isAlive(pid)).toBe(false);
});

test("half of a file, no file and a wrong entry end nothing, and are said once", async () => {
  await start({ one: greeter });
  await isUp("one");
  const pid = await pidOf("one");
  const secret = "s3cret-in-the-file";
  replace(`{"mcpServers": {"one": {"command": "x", "env": {"KEY": "${secret}`);
  await until("news", () => news.some(({ kind }) => kind === "unreadable"));
  replace({ mcpServers: { one: { command: [] }, two: greeter } });
  await until("a note", () => news.some(({ kind }) => kind === "note"));
  await isUp("two");
  rmSync(file);
  await until(
    "that it is gone",
    () => news.filter(({ kind }) => kind === "unreadable").length === 2,
  );
  expect([pidsOf("one"), isAlive(pid)]).toEqual([[pid], true]);
  replace({ mcpServers: {} });
  await until("none", () => served?.states.length === 0 && !isAlive(pid));
  expect(registered()).toEqual([]);
  expect(JSON.stringify(news)).not.toContain(secret);
  expect(news.flatMap((one) => (one.kind === "unreadable" ? [one.reason] : []))).toEqual([
    expect.stringContaining("It is not JSON: unexpected end of string at line 1"),
    "it is not there (ENOENT)",
  ]);
  expect(news).toContainEqual({
    ...{ kind: "note", name: "one" },
    text: 'Expected "command" to be the name of a program, got a list. It runs on as it was',
  });
});

test("a secret that a server prints is in no log, and the files of the logs are the owner's", async () => {
  const secret = "a-secret-of-the-environment";
  const logFolder = join(folder, "logs");
  const printing = node("console.error('key', process.env.KEY); process.exit(1)", {
    KEY: `$${"{SECRET}"}`,
  });
  await start({ "A b": printing }, { logFolder, environment: { ...process.env, SECRET: secret } });
  await until("a line", () => served?.logOf("A b").some((line) => line.includes("key ***")));
  await until("a restart", () => (stateOf("A b")?.restarts ?? 0) > 0);
  const name = await until("the line in a log file", () => {
    try {
      const [first = ""] = readdirSync(logFolder);
      return readFileSync(join(logFolder, first), "utf8").includes("key ***") && first;
    } catch {
      return undefined; // its folder is made with the first line
    }
  });
  expect(name).toMatch(/^A_b-[0-9a-f]{8}\.log$/);
  expect(readFileSync(join(logFolder, name), "utf8")).toContain("key ***");
  expect(statSync(join(logFolder, name)).mode & 0o777).toBe(0o600);
  const all = [readFileSync(join(logFolder, name), "utf8"), JSON.stringify([seen, news])].join();
  expect(all).not.toContain(secret);
});

test.each([true, false])("hubs that ask for its last lines get them: %j", async (sendsLog) => {
  hub.intercept = ({ method, path }) =>
    method === "PUT" && !path.endsWith("/log")
      ? { status: 200, body: { wantsLog: true, heartbeatMs: 50, ttlMs: 150 } }
      : undefined;
  await start({ one: greeter }, { sendsLog });
  await isUp("one");
  await until(
    "some heartbeats",
    () => hub.seen.filter(({ method }) => method === "PUT").length > 5,
  );
  expect(hub.seen.some(({ path }) => path.endsWith("/log"))).toBe(sendsLog);
});

test("what the file asks for is asked once, and what nobody answers makes its servers wrong", async () => {
  const asked: string[] = [];
  const entry = { ...greeter, env: { KEY: `$${"{input:key}"}` } };
  const options: Partial<ServeFileOptions> = {
    ask: async (questions) => {
      asked.push(...questions.map(({ id }) => id));
      return new Map([["key", "the answer"]]);
    },
  };
  await start({ one: entry }, options);
  await isUp("one");
  replace({ mcpServers: { one: entry, two: { ...entry, env: { OTHER: `$${"{input:other}"}` } } } });
  await until("two to be wrong", () => stateOf("two")?.phase === "wrong");
  expect(asked).toEqual(["key", "other"]);
  expect(stateOf("two")?.trouble).toContain("set MCP_INPUT_OTHER in the environment");
  expect(JSON.stringify(readdirSync(folder))).not.toContain("answer");
});

test("its last lines go to the hub when it dies, and with sendsLog off they do not", async () => {
  const dying = node(
    `console.error("my last words"); require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, method } = JSON.parse(line);
      const capabilities = { tools: {} };
      const greeting = { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "dying", version: "1" } };
      if (method === "tools/list") process.exit(1);
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: method === "initialize" ? greeting : {} }));
    })`,
  );
  const logs = () => hub.seen.filter(({ path }) => path.endsWith("/log"));
  const hasDied = (times: number) =>
    until("its end", () => (stateOf("dying")?.restarts ?? 0) >= times);
  await start({ dying });
  await until("its last lines", () => JSON.stringify(logs()).includes("my last words"));
  await served?.close();
  hub.seen.length = 0;
  await start({ dying }, { sendsLog: false });
  await hasDied(3);
  expect(logs()).toEqual([]);
});

test("one that answers null to tools/list is up, without a number of tools", async () => {
  const careless = node(
    `require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, method } = JSON.parse(line);
      const greeting = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "careless", version: "1" } };
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: method === "initialize" ? greeting : null }));
    })`,
  );
  await start({ careless });
  await until("its registration", () => registered().includes("careless"));
  await until("its state", () => stateOf("careless")?.hub === "registered");
  expect(stateOf("careless")).toMatchObject({ phase: "up", restarts: 0, tools: undefined });
});

test("close waits for a server that a change of the file is ending", async () => {
  const removed: string[] = [];
  // Its child does not end when it is asked to.
  const slow = { ...greeter, args: [...greeter.args, "--child"] };
  await start({ goes: slow }, { onRemoved: (name) => removed.push(name) });
  await isUp("goes");
  let isEnding = false;
  hub.intercept = ({ method }) => {
    isEnding ||= method === "DELETE";
    return undefined;
  };
  replace({ mcpServers: {} });
  await until("its end to begin", () => isEnding);
  expect(removed).toEqual([]);
  await served?.close();
  expect(removed).toEqual(["goes"]);
});
