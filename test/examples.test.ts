import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerList } from "@hub/api";
import { HubProcess, Program, until } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./support/run-command.js";

const root = join(import.meta.dirname, "..");

describe("the programs of the documentation", () => {
  let hub: HubProcess;
  const running: Program[] = [];

  beforeAll(async () => {
    hub = await HubProcess.start();
  });

  afterAll(async () => {
    for (const program of running) program.child.kill("SIGKILL");
    await hub.stop();
  });

  function run(args: readonly string[]): Program {
    const program = new Program(process.execPath, args, { MCP_HUB_URL: hub.url });
    running.push(program);
    return program;
  }

  const example = (name: string) => join(root, `examples/dist/${name}.js`);

  test("each server registers, is up with its tools, at the URL it really has", async () => {
    for (const name of ["sdk-v1", "sdk-v2", "fastmcp", "express", "hono"]) run([example(name)]);
    run([
      join(root, "packages/register/dist/cli.js"),
      "--name",
      "Files",
      "--",
      process.execPath,
      join(root, "examples/stdio-server.mjs"),
    ]);
    const servers = await until("six servers to be up with what they offer", async () => {
      const up = await hub.servers("?status=up");
      return up.length === 6 && up.every((server) => server.capabilities !== null) && up;
    });
    const found = Object.fromEntries(servers.map((server) => [server.name, server]));
    expect(Object.keys(found).sort()).toEqual([
      "Files",
      "Orders",
      "Stock",
      "Tides",
      "Trains",
      "Weather",
    ]);
    expect(found.Tides).toMatchObject({
      tags: ["sea"],
      owner: "harbour team",
      capabilities: { tools: 1 },
    });
    expect(found.Orders?.endpoint).toMatch(/\/ai\/mcp$/);
    expect(found.Stock?.endpoint).toMatch(/\/mcp$/);
    expect(found.Trains?.capabilities).toMatchObject({ tools: 1 });
  });

  test("every server of a client's file registers under its name there, once it can", async () => {
    const args = [join(root, "packages/register/dist/cli.js"), "--config", "examples/mcp.json"];
    const wrapped = new Program(
      process.execPath,
      args,
      { MCP_HUB_URL: hub.url, HOME: "/tmp" },
      root,
    );
    running.push(wrapped);
    await until("the server to be up", async () =>
      (await hub.servers("?status=up")).some(({ name }) => name === "notes"),
    );
    expect(wrapped.output).toContain('"old": it is disabled in the file');
    expect(wrapped.output).toContain("nothing answers at http://localhost:8002/mcp yet");
    expect(wrapped.output).not.toContain("left out");
    wrapped.child.kill("SIGTERM");
    await wrapped.ended;
  });

  test("the client finds a server by what it can do, and calls it", async () => {
    const client = run([example("find-and-call")]);
    expect(await client.ended).toEqual({ code: 0, signal: null });
    expect(client.output).toContain("Weather says");
    expect(client.output).toContain("Sunny in Bergen");
  });

  test("an agent calls a tool through the hub's one endpoint", async () => {
    const client = run([example("through-the-hub")]);
    expect(await client.ended).toEqual({ code: 0, signal: null });
    expect(client.output).toMatch(/\d+ tools, one of them says .*Sunny in Bergen/);
  });

  test("with a token in its environment, the agent calls through a hub that asks for one", async () => {
    const guarded = await HubProcess.start();
    const env: Record<string, string> = { MCP_HUB_URL: guarded.url };
    const mcpHub = (...words: string[]) => runCommand(words, { env });
    try {
      const created = await mcpHub("token", "create", "operator", "--may", "admin");
      const withoutToken = new Program(process.execPath, [example("through-the-hub")], env);
      expect(await withoutToken.ended).toMatchObject({ code: 1 });
      env.MCP_HUB_TOKEN = created.out.trim();
      running.push(new Program(process.execPath, [example("sdk-v1")], env));
      await until("the server to be up", async () =>
        /"status": *"up"/.test((await mcpHub("list", "--json")).out),
      );
      const client = new Program(process.execPath, [example("through-the-hub")], env);
      expect(await client.ended).toEqual({ code: 0, signal: null });
      expect(client.output).toMatch(/\d+ tools, one of them says .*Sunny in Bergen/);
    } finally {
      await guarded.stop();
    }
  });

  test("asking the hub lists servers, and says what is wrong in words", async () => {
    const client = run([example("ask-the-hub")]);
    expect(await client.ended).toEqual({ code: 0, signal: null });
    expect(client.output).toMatch(/^Weather http:\/\//m);
    expect(client.output).toContain("404 SERVER_NOT_FOUND");
    const chooser = run([example("choose-a-server")]);
    expect(await chooser.ended).toEqual({ code: 0, signal: null });
    expect(chooser.output).toMatch(/^Weather 1 The tool "forecast" of "Weather" fits/m);
    expect(chooser.output).toMatch(/^http:\S+\/mcp has forecast\. The tool/m);
    expect(chooser.output).toContain('NOTHING_FITS No server fits the tag "moon". The hub knows');
    const follower = run([example("follow-events")]);
    expect(await follower.ended).toEqual({ code: 0, signal: null });
    expect(follower.output).toMatch(/^\d+ registered \S+/m);
    const byContract = run([example("by-contract")]);
    expect(await byContract.ended).toEqual({ code: 0, signal: null });
    expect(byContract.output).toMatch(/^\S+ up/m);
  });

  test("the hub and its registry can be composed by a program of one's own", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-compose-"));
    const composed = new Program(process.execPath, [example("compose-hub")], {
      MCP_HUB_DATA_DIR: dataDir,
    });
    expect(await composed.ended).toEqual({ code: 0, signal: null });
    expect(composed.output).toMatch(/listening at http:\/\/127\.0\.0\.1:\d+/);
    rmSync(dataDir, { recursive: true, force: true });
    const inMemory = run([example("registry-in-memory")]);
    expect(await inMemory.ended).toEqual({ code: 0, signal: null });
    expect(inMemory.output).toContain("registered MCP Server 1\nmcp-server-1 10000");
  });

  test("a hub inside an app of one's own answers beside its pages, and agents call tools through it", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-embedded-"));
    const embedded = new Program(process.execPath, [example("hub-in-hono")], {
      PORT: "0",
      MCP_HUB_DATA_DIR: dataDir,
    });
    running.push(embedded);
    const url = await until(
      "the app to listen",
      () => /listening at (\S+)/.exec(embedded.output)?.[1],
    );
    expect(await (await fetch(`${url}/hello`)).text()).toBe("This page is my own.");
    const env = { MCP_HUB_URL: url };
    running.push(new Program(process.execPath, [example("sdk-v1")], env));
    await until("the server to be up", async () => {
      const { servers } = (await (await fetch(`${url}/servers?status=up`)).json()) as ServerList;
      return servers[0]?.capabilities?.tools === 1;
    });
    const client = new Program(process.execPath, [example("through-the-hub")], env);
    expect(await client.ended).toEqual({ code: 0, signal: null });
    expect(client.output).toMatch(/\d+ tools, one of them says .*Sunny in Bergen/);
    embedded.child.kill("SIGTERM");
    expect(await embedded.ended).toEqual({ code: 0, signal: null });
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("a store of one's own keeps what the hub hands it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-hub-own-store-"));
    const file = join(folder, "events.jsonl");
    const program = new Program(process.execPath, [example("own-store")], { EVENTS_FILE: file });
    running.push(program);
    const url = await until(
      "the hub to listen",
      () => /listening at (\S+)/.exec(program.output)?.[1],
    );
    const body = new URLSearchParams({
      name: "Harbour",
      transport: "streamable-http",
      endpoint: "http://localhost:9/mcp",
    });
    expect((await fetch(`${url}/register`, { method: "POST", body })).status).toBe(201);
    const [first = ""] = readFileSync(file, "utf8").split("\n");
    expect(JSON.parse(first)).toMatchObject({ kind: "registered", name: "Harbour" });
    program.child.kill("SIGTERM");
    expect(await program.ended).toEqual({ code: 0, signal: null });
    rmSync(folder, { recursive: true, force: true });
  });

  test("a URL is registered without being served, once something answers there", async () => {
    const program = run([example("by-url")]);
    await program.saw("[hub]").catch(() => undefined);
    expect(program.output).not.toContain("Error");
  });

  test("a server that is served by the program itself is registered with the lease alone", async () => {
    const program = run([example("by-lease")]);
    await program.saw('registered "Served by myself"');
    expect(program.output).not.toContain("Error");
  });
});
