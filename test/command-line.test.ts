import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closedPort, closeServers, HubProcess, serveV1, until } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunInProcess, runInProcess } from "../apps/hub/test/support/in-process.js";
import { type RunOptions, runCommand } from "./support/run-command.js";
import { orders, serveTalkative } from "./support/talkative-server.js";

let hub: HubProcess;
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-command-line-"));

/** Runs a command against the hub of this file, as a process: for its pipes, signals and exit codes. */
const askAsProcess = (words: readonly string[], options: RunOptions = {}) =>
  runCommand(words, { ...options, env: { MCP_HUB_URL: hub.url, ...options.env } });

/** The same where nothing of the process is shown: each costs a third of a second of CPU. */
const ask = (words: readonly string[], options: RunInProcess = {}) =>
  runInProcess(words, { ...options, environment: { MCP_HUB_URL: hub.url, NO_COLOR: "1" } });

async function asJson(words: readonly string[], options: RunInProcess = {}) {
  const { code, out, err } = await ask([...words, "--json"], options);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

beforeAll(async () => {
  hub = await HubProcess.start();
  const talkative = await serveTalkative();
  await hub.register({
    name: "Talkative",
    description: `Talks ${"a lot ".repeat(20)}`,
    tags: ["demo"],
    transport: "http",
    endpoint: `${talkative.origin}/mcp`,
  });
  await hub.status("talkative", "up");
});

afterAll(async () => {
  await hub.stop();
  await closeServers();
  rmSync(folder, { recursive: true, force: true });
});

describe("asking the hub what there is", () => {
  test("list: one line a server, and the hub's own entries as JSON", async () => {
    const { code, out, err } = await askAsProcess(["list"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^ID +STATUS +TOOLS +NAME +ENDPOINT +TAGS\ntalkative +up +5 /);
    expect(await asJson(["list", "--tag", "demo", "talks"])).toMatchObject({
      servers: [{ id: "talkative", status: "up" }],
    });
    const none = await ask(["list", "--status", "down"]);
    expect(none).toMatchObject({ code: 0, out: "", err: "No server matches.\n" });
  });

  test("get: by id and by name; one that is not there is 3, with the nearest", async () => {
    const { out } = await ask(["get", "Talkative"]);
    for (const text of ["id            talkative", "5 tools, 2 resources, 1 prompt", "last probe"])
      expect(out).toContain(text);
    expect(await asJson(["get", "talkative"])).toMatchObject({
      id: "talkative",
      etag: expect.any(String),
    });
    const absent = await ask(["get", "talkativ"]);
    expect(absent).toMatchObject({
      code: 3,
      out: "",
      err: 'There is no server "talkativ". The nearest is talkative.\n',
    });
  });

  test("find: servers and tools that fit, and how to call the best", async () => {
    const { code, out, err } = await ask(["find", "add", "numbers"]);
    expect(code).toBe(0);
    expect(out).toMatch(/talkative +add +up +Adds two numbers\.\n/);
    expect(err).toBe("To call it: mcp-hub call talkative add a=...\n");
    expect(await asJson(["find", "add", "--usable", "--limit", "1"])).toMatchObject({
      found: [{ isUsable: true, server: { id: "talkative" } }],
    });
  });

  test("tools: of all servers, of one, and one of them with its arguments", async () => {
    expect((await ask(["tools"])).out).toMatch(/talkative +add +a, \.\.\. +Adds two numbers\./);
    expect((await asJson(["tools", "talkative"])).tools).toHaveLength(5);
    const { out } = await ask(["tools", "talkative", "add"]);
    expect(out).toMatch(/a +number +required/);
    expect(out).toContain("mcp-hub call talkative add a=...");
    expect(await ask(["tools", "talkative", "ad"])).toMatchObject({ code: 3, out: "" });
  });

  test("config: the file on stdout, what to do with it on stderr", async () => {
    const { code, out, err } = await ask(["config", "vscode"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ servers: { hub: { url: `${hub.url}/mcp` } } });
    expect(err).toContain("1. ");
    expect(await ask(["config", "vscod"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("The nearest is vscode"),
    });
    expect((await asJson(["config"])).clients.length).toBeGreaterThan(10);
  });

  test("top: once where there is no terminal", async () => {
    const { code, out } = await askAsProcess(["top"]);
    expect([code, out]).toEqual([0, expect.stringContaining("1 server, 1 up.")]);
    expect(await asJson(["top", "talkative"])).toHaveProperty("rows");
  });
});

describe("history", () => {
  test("calls, failed ones, latency and uptime, of all servers and of one with its tools", async () => {
    await ask(["call", "talkative", "add", "a=1", "b=2"]);
    const all = await ask(["history"]);
    expect(all).toMatchObject({ code: 0, err: "" });
    expect(all.out).toMatch(/^\d+ calls?, /);
    expect(all.out).toMatch(/\ncalls +▁+.*█/);
    expect(all.out).toMatch(/\nSERVER +CALLS +FAILED +P50 +P95 +UP +UPTIME\ntalkative +\d+ /);
    expect(all.out).toMatch(/\ntalkative .* 100 % +·+█\n/);
    const one = await ask(["history", "Talkative", "--since", "1h"]);
    expect(one.out).toContain("\nUp 100 % of the time known.\n");
    expect(one.out).toMatch(/\nup +·+█/);
    expect(one.out).toMatch(/\nTOOL +CALLS +FAILED +P50 +P95\n(.*\n)*add +\d+ /);
  });

  test("fits the terminal, and gives all figures as JSON", async () => {
    const { out } = await ask(["history", "--since", "30d"], { columns: 60 });
    // The sentence before them may wrap, bars and tables may not.
    const [, ...lines] = out.split("\n");
    for (const line of lines) expect([line, [...line].length <= 60]).toEqual([line, true]);
    const all = await asJson(["history", "--since", "7d"]);
    expect(all).toMatchObject({
      history: { isWhole: true, servers: [{ serverId: "talkative" }] },
      uptimes: [{ serverId: "talkative", upShare: 1 }],
    });
    expect(Date.parse(all.history.until) - Date.parse(all.history.from)).toBeGreaterThanOrEqual(
      7 * 86_400_000,
    );
    expect(await asJson(["history", "talkative"])).toMatchObject({
      history: { items: expect.any(Array) },
      uptime: { spans: expect.any(Array) },
    });
  });

  test("a time without calls says so, and a time that is none is a mistake", async () => {
    const quiet = await ask(["history", "--since", "2020-01-01", "--until", "2020-01-02"]);
    expect(quiet).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^No call through the hub\./),
    });
    for (const words of [
      ["--since", "yesterday"],
      ["--since", "1h", "--until", "2h"],
    ])
      expect((await ask(["history", ...words])).code).toBe(2);
    expect((await ask(["history", "talkativ"])).code).toBe(3);
  });
});

describe("calling", () => {
  test.each([
    [["a=1", "b=2"], undefined],
    [['{"a": 1, "b": 2}'], undefined],
    [["-"], '{"a": 1, "b": 2}'],
    [["a:=1", "b=2"], undefined],
  ])("call with %j", async (words, stdin) => {
    const options = stdin === undefined ? {} : { stdin };
    const { code, out, err } = await askAsProcess(["call", "talkative", "add", ...words], options);
    expect({ code, out, err }).toEqual({ code: 0, out: "3\n", err: "" });
  });

  test.each([
    [["a=x"], 2, 'a must be number, and "x" is not.\n'],
    [["b=1"], 2, "add needs a (number). Give them as a=value, or as one JSON object.\n"],
    [["aa=1"], 2, 'The tool has no argument "aa". The nearest is a.\n'],
  ])("call with %j is refused before anything is sent", async (words, code, err) => {
    const ran = await ask(["call", "talkative", "add", ...words]);
    expect(ran).toEqual({ code, out: "", err });
  });

  test("a call that takes long shows its progress on a terminal, and nowhere else", async () => {
    const words = ["call", "talkative", "count"];
    const environment = { MCP_HUB_URL: hub.url, NO_COLOR: "1" };
    const { code, out, err } = await runInProcess(words, { environment, columns: 80 });
    expect([code, out]).toEqual([0, "three\n"]);
    const lines = err.split("\r\u001b[2K");
    expect(lines).toContainEqual(expect.stringMatching(/^talkative count {2}2\/3 {2}counting /));
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
    expect(await askAsProcess(words)).toEqual({ code: 0, out: "three\n", err: "" });
  });

  test("a tool that fails: 1, with its text on stderr; with --json the whole result too", async () => {
    const text = await askAsProcess(["call", "talkative", "fail"]);
    expect(text).toEqual({ code: 1, out: "", err: "it is broken\n" });
    const json = await ask(["call", "talkative", "fail", "--json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ isError: true });
    expect(JSON.parse(json.err)).toMatchObject({ error: { code: "TOOL_ERROR", exitCode: 1 } });
  });

  test("a tool that is not there: 3, with the nearest", async () => {
    const { code, err } = await ask(["call", "talkative", "wai"]);
    expect([code, err]).toEqual([3, 'talkative has no tool "wai". The nearest is wait.\n']);
  });

  test("Ctrl-C in a call: 130, and nothing else is said", async () => {
    const ran = await askAsProcess(["call", "talkative", "wait"], {
      onStart: async (child) => {
        await until("the call to be in flight", async () => {
          const answer = await fetch(`${hub.url}/traffic`);
          const { servers } = (await answer.json()) as { servers: { inFlight: number }[] };
          return servers.some(({ inFlight }) => inFlight > 0);
        });
        child.kill("SIGINT");
      },
    });
    expect(ran).toEqual({ code: 130, out: "", err: "" });
  });

  test("a time limit of one's own: 1", async () => {
    const { code, err } = await ask(["call", "talkative", "wait", "--timeout", "1"]);
    expect([code, err]).toEqual([1, expect.stringContaining("timed out")]);
  });

  test("a server that is away: 5, with what to do", async () => {
    const gone = await serveV1({ name: "gone" });
    await hub.register({ name: "Gone", transport: "http", endpoint: `${gone.origin}/mcp` });
    await hub.status("gone", "up");
    await gone.close();
    const { code, err } = await ask(["call", "gone", "greet", "name=x"]);
    expect([code, err]).toEqual([5, expect.stringContaining("Start the server")]);
    await ask(["remove", "gone", "--yes", "--force"]);
  });
});

describe("reading", () => {
  test("read: lists, gives a text exactly, and what is binary to a file or a pipe", async () => {
    expect((await ask(["read", "talkative"])).out).toContain("docs://readme");
    expect((await askAsProcess(["read", "talkative", "docs://readme"])).out).toBe("line\r\nline\n");
    const file = join(folder, "logo.png");
    const saved = await askAsProcess(["read", "talkative", "docs://logo", "-o", "logo.png"], {
      cwd: folder,
    });
    expect([saved.code, [...readFileSync(file)]]).toEqual([0, [0, 159, 146, 150]]);
    const onTerminal = await runInProcess(["read", "talkative", "docs://logo"], {
      environment: { MCP_HUB_URL: hub.url },
      columns: 80,
    });
    expect([onTerminal.code, onTerminal.out]).toEqual([2, ""]);
    expect((await ask(["read", "talkative", "docs://nothing"])).code).toBe(3);
  });

  test("prompt: lists, and gives one with its arguments", async () => {
    expect((await ask(["prompt", "talkative"])).out).toMatch(/summarize +length/);
    const { out } = await ask(["prompt", "talkative", "summarize", "length=short"]);
    expect(out).toBe("user:\nMake it short.\n");
    expect((await ask(["prompt", "talkative", "sumarize"])).code).toBe(3);
  });

  test("what a server says gives a terminal no orders", async () => {
    const environment = { MCP_HUB_URL: hub.url, NO_COLOR: "1" };
    for (const words of [
      ["call", "talkative", "shout"],
      ["tools"],
      ["tools", "talkative", "shout"],
    ]) {
      const { code, out } = await runInProcess(words, { environment, columns: 100 });
      expect([words, code]).toEqual([words, 0]);
      for (const order of orders) if (order < " " || order > "~") expect(out).not.toContain(order);
      expect(out).toContain("pwned");
    }
  });
});

describe("changing", () => {
  test("add and remove: asks on a terminal, refuses to ask elsewhere, and needs --force for the living", async () => {
    const server = await serveV1({ name: "Weather" });
    const url = `${server.origin}/mcp`;
    const added = await ask(["add", url, "--tag", "new"]);
    expect([added.code, added.out]).toEqual([
      0,
      expect.stringMatching(/^Registered weather, which is up, with 1 tool\./),
    ]);
    const environment = { MCP_HUB_URL: hub.url };

    const unasked = await askAsProcess(["remove", "weather"]);
    expect([unasked.code, unasked.err]).toEqual([2, expect.stringContaining("give --yes")]);
    const no = await runInProcess(["remove", "weather"], { environment, columns: 80, answer: "n" });
    expect([no.code, no.err]).toEqual([1, expect.stringContaining("registers it again")]);
    const alive = await ask(["remove", "weather", "-y"]);
    expect([alive.code, alive.err]).toEqual([4, expect.stringContaining("give --force")]);
    const yes = await runInProcess(["remove", "weather", "--force"], {
      environment,
      columns: 80,
      answer: "y",
    });
    expect([yes.code, yes.out]).toEqual([0, expect.stringContaining("Removed")]);
    expect((await ask(["get", "weather"])).code).toBe(3);
  });

  test("add: where nothing listens it is registered and said; without a name it has to say one", async () => {
    const url = `http://127.0.0.1:${await closedPort()}/mcp`;
    const nameless = await ask(["add", url]);
    expect([nameless.code, nameless.err]).toEqual([2, expect.stringContaining("--name")]);
    const added = await asJson(["add", url, "--name", "Away"]);
    expect(added).toMatchObject({ server: { id: "away", instances: [{ endpoint: url }] } });
    const said = await ask(["add", url, "--name", "Away"]);
    expect([said.code, said.out]).toEqual([0, expect.stringContaining("Nothing listens at")]);
    expect((await ask(["add", "nonsense", "--name", "X"])).code).toBe(2);
    const taken = await ask(["add", url.replace("/mcp", "/other"), "--name", "Talkative"]);
    expect(taken.code).toBe(4);
    await ask(["remove", "away", "--yes", "--force"]);
  });

  test("toolsets: create, list, get, edit, remove", async () => {
    const created = await ask(["toolset", "create", "Small", "--allow", "talkative/add"]);
    expect([created.code, created.out]).toEqual([
      0,
      `Created small: ${hub.url}/toolsets/small/mcp\n`,
    ]);
    expect((await ask(["toolset", "create", "Small"])).code).toBe(4);
    expect((await ask(["toolset", "list"])).out).toMatch(/small +all servers; only 1 tool/);
    const got = await ask(["toolset", "get", "small"]);
    expect(got.out).toMatch(/talkative__add +talkative +Adds two numbers\./);
    expect((await ask(["toolset", "edit", "small"])).code).toBe(2);
    const edited = await asJson([
      "toolset",
      "edit",
      "small",
      "--clear",
      "allow",
      "--mode",
      "search",
    ]);
    expect(edited).toMatchObject({ id: "small", mode: "search" });
    expect(edited.allow).toBeUndefined();
    const definition = JSON.stringify({ name: "Small", servers: ["talkative"] });
    const fromFile = await asJson(["toolset", "edit", "small", "--file", "-"], {
      stdin: definition,
    });
    expect(fromFile).toMatchObject({ servers: ["talkative"], mode: "all" });
    expect((await ask(["toolset", "remove", "small"])).code).toBe(2);
    expect((await ask(["toolset", "remove", "small", "-y"])).code).toBe(0);
    expect((await ask(["toolset", "get", "small"])).code).toBe(3);
    await ask(["toolset", "create", "Gone", "--server", "not-there"]);
    expect((await ask(["toolset", "get", "gone"])).out.match(/not-there/g)).toHaveLength(2);
    await ask(["toolset", "remove", "gone", "-y"]);
  });

  test("export and import: another hub has the servers, the edits and the toolsets", async () => {
    const edit = JSON.stringify({ title: "The talker", owner: "Ada" });
    const headers = { "content-type": "application/json" };
    await fetch(`${hub.url}/servers/talkative`, { method: "PATCH", headers, body: edit });
    await ask(["toolset", "create", "Whole", "--server", "talkative"]);
    const file = join(folder, "catalogue.json");
    expect((await ask(["export", file])).code).toBe(0);
    expect((await ask(["export", file])).code).toBe(4);

    const other = await HubProcess.start();
    try {
      const into = (...words: string[]) => ask(["import", file, "--hub", other.url, ...words]);
      const trial = await into("--dry-run");
      expect([trial.code, await other.servers()]).toEqual([0, []]);
      expect((await into()).out).toMatch(/toolset +whole +added/);
      expect(await other.server("talkative")).toMatchObject({
        title: "The talker",
        description: expect.stringContaining("Talks"),
        tags: ["demo"],
        edits: { title: "The talker", owner: "Ada" },
      });
      expect((await into()).out).toMatch(/edits +talkative +kept +it has edits/);
      const again = JSON.parse((await ask(["export", "--hub", other.url])).out);
      const first = JSON.parse(readFileSync(file, "utf8"));
      expect([again.servers, again.toolsets]).toEqual([first.servers, first.toolsets]);
    } finally {
      await other.stop();
    }
    writeFileSync(join(folder, "other.json"), '{"mcpServers":{}}');
    expect((await ask(["import", "other.json"], { folder })).code).toBe(2);
    await ask(["toolset", "remove", "whole", "-y"]);
  });
});

test("import without a file shows what the clients of this machine have, and takes nothing", async () => {
  const home = join(folder, "home");
  mkdirSync(join(home, ".cursor"), { recursive: true });
  const mine = { mcpServers: { mine: { command: "node", args: ["server.mjs"] } } };
  writeFileSync(join(home, ".cursor", "mcp.json"), JSON.stringify(mine));
  const ran = await askAsProcess(["import"], { env: { HOME: home, USERPROFILE: home }, cwd: home });
  expect([ran.code, ran.out]).toEqual([0, expect.stringContaining("mine")]);
  expect(readdirSync(home)).toEqual([".cursor"]);
});

describe("watch", () => {
  test("tells events as lines of JSON until Ctrl-C, which is 130", async () => {
    const ran = await askAsProcess(["watch", "--json", "--after", "0"], {
      onOutput: (out, child) => {
        if (out.includes('"status-changed"')) child.kill("SIGINT");
      },
    });
    expect(ran.code).toBe(130);
    const events = ran.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ kind: "registered", serverId: "talkative" });
    expect(ran.err).toBe("");
  });

  test("a reader that has read enough ends it quietly", async () => {
    // A pipe tells of a reader that left only when something is written to it: events until then.
    let isOver = false;
    const ran = askAsProcess(["watch", "--after", "0"], {
      onOutput: (_, child) => child.stdout?.destroy(),
    }).finally(() => {
      isOver = true;
    });
    let events = 0;
    await until("the end of the command", async () => {
      events += 1;
      await hub.register({
        name: "Passing",
        description: `Version ${events}`,
        transport: "http",
        endpoint: `http://127.0.0.1:${await closedPort()}/mcp`,
      });
      return isOver;
    });
    const { code, err } = await ran;
    expect([code, err]).toEqual([0, ""]);
  });
});
