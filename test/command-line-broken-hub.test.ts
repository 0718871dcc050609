import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { closedPort, closeServers, serve, until } from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";
import { commands } from "../apps/hub/src/commands/index.js";
import { runInProcess } from "../apps/hub/test/support/in-process.js";
import { runCommand } from "./support/run-command.js";

afterAll(closeServers);

/** What each command that asks a hub is given, so that it asks. */
const asking: Readonly<Record<string, readonly string[]>> = {
  list: [],
  get: ["x"],
  find: ["x"],
  tools: [],
  call: ["x", "y"],
  read: ["x"],
  prompt: ["x"],
  add: ["http://127.0.0.1:9/mcp", "--name", "x"],
  remove: ["x", "-y"],
  admit: [],
  audit: [],
  hubs: [],
  settings: [],
  "log-level": ["debug"],
  watch: [],
  top: [],
  history: [],
  "toolset list": [],
  "toolset get": ["x"],
  "toolset create": ["x"],
  "toolset edit": ["x", "--mode", "all"],
  "toolset remove": ["x", "-y"],
  "token create": ["x", "--may", "call"],
  "token list": [],
  "token revoke": ["x", "-y"],
  "credential list": ["x"],
  "credential set": ["x", "--bearer"],
  "credential remove": ["x", "-y"],
  "credential confirm": ["x", "-y"],
  config: ["vscode"],
  export: [],
  import: ["-"],
};

const file = JSON.stringify({
  format: "mcp-hub-catalogue",
  version: 1,
  exportedAt: "",
  hub: "",
  servers: [],
  toolsets: [],
});

describe("a hub that is none", () => {
  test.each([
    ["a page", 200, "text/html", "<html>hello</html>", 5, "NOT_A_HUB"],
    ["nothing", 200, "application/json", "", 5, "NOT_A_HUB"],
    ["another object", 200, "application/json", "{}", 5, "NOT_A_HUB"],
    ["a fault of its own", 500, "text/plain", "oops", 1, "HTTP_ERROR"],
    ["a proxy without a hub", 502, "text/html", "<html>", 5, "HTTP_ERROR"],
    [
      "a refusal",
      403,
      "application/json",
      '{"code":"HOST_REFUSED","detail":"no"}',
      4,
      "HOST_REFUSED",
    ],
  ])("%s: every command says so in one sentence", async (_, status, type, body, code, name) => {
    const server = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { "content-type": type }).end(body);
    });
    const environment = { MCP_HUB_URL: server.origin };
    for (const { name: command } of commands.filter((one) => asking[one.name] !== undefined)) {
      const words = [...command.split(" "), ...(asking[command] ?? [])];
      const ran = await runInProcess([...words, "--json"], { environment, stdin: file });
      expect([command, ran.code, ran.out]).toEqual([command, code, ""]);
      expect([command, JSON.parse(ran.err).error.code]).toEqual([command, name]);
      const text = await runInProcess(words, { environment, stdin: file });
      expect(text.err.trimEnd().split("\n")).toHaveLength(1);
    }
    await server.close();
  });

  test("every command that asks a hub is tried here", () => {
    // What a broken hub is to these is tested with them.
    const others = ["doctor", "connect", "stdio", "import clients"];
    const ask = commands.filter(
      ({ name, worksOn, isHidden }) =>
        worksOn.includes("hub") &&
        !worksOn.includes("processes") &&
        !isHidden &&
        !others.includes(name),
    );
    expect(ask.map(({ name }) => name).filter((name) => asking[name] === undefined)).toEqual([]);
  });

  test("no hub at all, and one that never answers, as processes", async () => {
    const port = String(await closedPort());
    const away = await runCommand(["list"], { env: { MCP_HUB_URL: "", MCP_HUB_PORT: port } });
    expect(away).toMatchObject({
      code: 5,
      out: "",
      err: expect.stringContaining(`127.0.0.1:${port}`),
    });
    const silent = await serve(() => undefined);
    const hanging = await runCommand(["list", "--hub", silent.origin, "--json"]);
    expect(hanging.code).toBe(5);
    expect(JSON.parse(hanging.err)).toMatchObject({ error: { code: "TIMEOUT" } });
    const interrupted = await runCommand(["list", "--hub", silent.origin], {
      onStart: async (child) => {
        await until("it to ask", () => silent.requests.length > 1);
        child.kill("SIGTERM");
      },
    });
    expect(interrupted).toEqual({ code: 130, out: "", err: "" });
  });
});

describe("what is loaded", () => {
  const dist = join(import.meta.dirname, "../apps/hub/dist");

  /** The packages whose sources are in a file of the build, or in what it loads at once. */
  function loadedBy(name: string, seen = new Set<string>()): ReadonlySet<string> {
    const packages = new Set<string>();
    if (seen.has(name)) return packages;
    seen.add(name);
    const text = readFileSync(join(dist, name), "utf8");
    // The build says before each part which file it is from.
    for (const [, path = ""] of text.matchAll(/^\/\/ (\S+\.[cm]?[jt]s)$/gm)) {
      const own = /packages\/([^/]+)\//.exec(path)?.[1];
      const others = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
      packages.add(others ?? (own === undefined ? "the program" : `@hub/${own}`));
    }
    for (const [, file = ""] of text.matchAll(/(?:^import|from) ?"\.\/([^"]+)";$/gm))
      for (const one of loadedBy(file, seen)) packages.add(one);
    return packages;
  }

  test("before a command is chosen, next to nothing; for list, neither the hub nor zod", () => {
    expect([...loadedBy("main.js")].sort()).toEqual(["@hub/core", "the program"]);
    // Not `token list`, which opens the store itself where no hub runs.
    const lists = readdirSync(dist).filter(
      (name) =>
        /^list-\w+\.js$/.test(name) &&
        !readFileSync(join(dist, name), "utf8").includes("withTokens"),
    );
    expect(lists.length).toBeGreaterThan(0);
    const light = ["@hub/api", "@hub/client", "@hub/core", "the program"];
    for (const name of lists)
      expect([...loadedBy(name)].filter((one) => !light.includes(one))).toEqual([]);
    // What runs the hub has all of it.
    const runs = readdirSync(dist).filter((name) => /^run-\w+\.js$/.test(name));
    const loaded = new Set(runs.flatMap((name) => [...loadedBy(name)]));
    expect([...loaded]).toEqual(expect.arrayContaining(["@hub/server", "zod"]));
  });
});
