import { freePort, holdResponse, Visitor } from "@hub/testing";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, expect, test } from "vitest";
import { commandsOfGuide, Newcomer, twoAddresses } from "./support/network.js";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function clone(): Promise<Newcomer> {
  const newcomer = new Newcomer(twoAddresses, await freePort());
  cleanups.push(() => newcomer.leave());
  return newcomer;
}

test("from a clone to the first authorised call on a network, the guide's commands suffice, and each token does no more", async () => {
  const commands = commandsOfGuide();
  const [makeOperator = "", start = "", makeFiles = "", makeAgent = "", serve = "", call = ""] =
    commands;
  expect(commands).toHaveLength(6); // and "git clone" before them: eight at most
  const newcomer = await clone();
  const { hub } = newcomer;
  const token = (name: string) => newcomer.token(name);
  const type = (line: string) => newcomer.type(line);

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
  const newcomer = await clone();
  const type = (line: string) => newcomer.type(line);
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
