import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort, holdResponse, Program, Visitor } from "@hub/testing";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** `npm` of a clone that is installed and built: each script is its program, so that no test builds. */
const npm = `#!/bin/sh
if [ "$1" = start ]; then exec node "${root}/apps/hub/dist/main.js"; fi
shift
if [ "$1" = --silent ]; then shift; fi
script=$1
shift 2
case $script in
  hub) exec env npm_lifecycle_script="node scripts/hub.mjs" node "${root}/apps/hub/dist/main.js" "$@" ;;
  hub-register) exec node "${root}/packages/register/bin/hub-register.js" "$@" ;;
  *) exit 127 ;;
esac
`;

/** The commands of "From a clone to the first call", as the guide has them. */
function commandsOfGuide(): readonly string[] {
  const guide = readFileSync(join(root, "docs/guides/network.md"), "utf8");
  const [, section = ""] = /^## From a clone to the first call\n([\s\S]*?)^## /m.exec(guide) ?? [];
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, code = ""]) =>
    code.trim().split("\n"),
  );
}

/** A folder that is the clone on each machine, where one types. */
async function clone() {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-network-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "npm"), npm, { mode: 0o755 });
  symlinkSync(join(root, "examples"), join(folder, "examples"));
  const port = await freePort();
  const hub = `http://127.0.0.2:${port}`;
  const env = {
    PATH: [join(folder, "bin"), process.env.PATH ?? ""].join(delimiter),
    MCP_HUB_PORT: String(port),
    MCP_HUB_DATA_DIR: join(folder, "data"),
    LOG_FORMAT: "pretty",
  };
  return {
    hub,
    token: (name: string) => readFileSync(join(folder, `${name}.token`), "utf8").trim(),
    /** Types a line of the guide, with this network's addresses in the place of those that the guide says to replace. */
    type(line: string): Program {
      const here = line
        .replaceAll("http://10.0.0.5:8001", hub)
        .replaceAll("10.0.0.7", "127.0.0.3")
        .replaceAll("10.0.0.0/8", "127.0.0.0/8");
      // The program takes the place of the shell, so that a signal ends it.
      const typed = new Program("sh", ["-c", here.replace(/ npm /, " exec npm ")], env, folder);
      cleanups.push(async () => {
        typed.child.kill("SIGKILL");
        await typed.ended;
      });
      return typed;
    },
  };
}

test("from a clone to the first authorised call on a network, the guide's commands suffice, and each token does no more", async () => {
  const commands = commandsOfGuide();
  const [makeOperator = "", start = "", makeFiles = "", makeAgent = "", serve = "", call = ""] =
    commands;
  expect(commands).toHaveLength(6); // and "git clone" before them: eight at most
  const { hub, token, type } = await clone();

  const tooEarly = type(start);
  expect((await tooEarly.ended).code).toBe(1);
  expect(tooEarly.output).toContain("token create operator --may admin");

  expect((await type(makeOperator).ended).code).toBe(0);
  expect(token("operator")).toMatch(/^mh_[A-Za-z0-9]+_[A-Za-z0-9]{43}$/);
  const running = type(start);
  await running.saw("ready in");
  expect(running.output).toContain(`${hub}/mcp`);
  for (const line of [makeFiles, makeAgent]) expect((await type(line).ended).code).toBe(0);
  const server = type(serve);
  await server.saw(`registered "Files" at ${hub}/servers/files`);
  const called = type(call);
  expect([(await called.ended).code, called.output]).toEqual([0, "42 files\n"]);

  const ask = async (path: string, name?: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (name !== undefined) headers.set("authorization", `Bearer ${token(name)}`);
    const answer = await fetch(`${hub}${path}`, { ...init, headers });
    await holdResponse(init.method ?? "GET", path, answer);
    // Its form was just seen.
    return { status: answer.status, body: (await answer.json()) as { endpoint?: string } };
  };
  expect((await ask("/servers/files", "agent")).body.endpoint).toMatch(
    /^http:\/\/127\.0\.0\.3:\d+\/mcp$/,
  );
  expect((await ask("/servers")).status).toBe(401);
  expect((await ask("/servers", "files")).status).toBe(403);
  expect((await ask("/tokens", "agent")).status).toBe(403);
  const others = { name: "Other", transport: "http", endpoint: "http://127.0.0.3:9/mcp" };
  const registration = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(others),
  };
  for (const name of ["agent", "files"])
    expect((await ask("/register", name, registration)).status).toBe(403);

  const agent = new Client({ name: "agent", version: "1.0.0" });
  await agent.connect(
    new StreamableHTTPClientTransport(new URL(`${hub}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token("agent")}` } },
    }),
  );
  cleanups.push(() => agent.close());
  expect((await agent.listTools()).tools.map(({ name }) => name)).toContain("files__count");
  expect((await agent.callTool({ name: "files__count", arguments: {} })).content).toEqual([
    { type: "text", text: "42 files" },
  ]);

  const person = new Visitor();
  const signIn = (given: string) =>
    person.fetch(`${hub}/session`, {
      method: "POST",
      headers: {
        origin: hub,
        "sec-fetch-site": "same-origin",
        "content-type": "application/json",
      },
      body: JSON.stringify({ token: given }),
    });
  expect((await person.fetch(`${hub}/`)).status).toBe(200);
  expect((await person.fetch(`${hub}/servers`)).status).toBe(401);
  expect((await signIn(`${token("operator")}x`)).status).toBe(401);
  expect((await signIn(token("operator"))).status).toBe(200);
  const seen = await person.fetch(`${hub}/servers`);
  expect(await seen.json()).toMatchObject({ servers: [{ id: "files", status: "up" }] });

  const said = [running, server, called].map(({ output }) => output).join("\n");
  for (const name of ["operator", "files", "agent"]) expect(said).not.toContain(token(name));
});

test("whoever types a command of the guide without the right token reads what to do", async () => {
  const [makeOperator = "", start = "", makeFiles = "", makeAgent = "", , call = ""] =
    commandsOfGuide();
  const { type } = await clone();
  expect((await type(makeOperator).ended).code).toBe(0);
  await type(start).saw("ready in");
  expect((await type(makeAgent).ended).code).toBe(0);

  const without = type(makeFiles.replace("MCP_HUB_TOKEN_FILE=operator.token ", ""));
  expect((await without.ended).code).not.toBe(0);
  expect(without.output).toContain("Set MCP_HUB_TOKEN, or MCP_HUB_TOKEN_FILE to a file with it.");

  const less = type(makeFiles.replace("operator.token", "agent.token"));
  expect((await less.ended).code).not.toBe(0);
  expect(less.output).toContain("npm run hub -- token create <name> --may admin");

  const missing = type(call.replace("agent.token", "nowhere.token"));
  expect((await missing.ended).code).not.toBe(0);
  expect(missing.output).toContain("nowhere.token");
});
