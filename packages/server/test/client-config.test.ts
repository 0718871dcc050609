import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientConfig } from "@hub/api";
import { clients } from "@hub/api/config";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { createTestApp, postJson, type TestApp } from "./support/test-app.js";

const golden = join(import.meta.dirname, "golden");
/** Set to write the files anew: `RENEW_GOLDEN=1 npx vitest run packages/server/test/client-config.test.ts`. */
const isRenewing = process.env.RENEW_GOLDEN !== undefined;
const hub = "http://127.0.0.1:8001";

const servers = [
  { name: "Weather", transport: "streamable-http", endpoint: "http://localhost:8002/mcp" },
  { name: "Old Mail", transport: "sse", endpoint: "https://mail.example/sse" },
] as const;

let world: TestApp;

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await world.app.request(`${hub}${path}`, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function json(path: string): Promise<ClientConfig> {
  const { status, text } = await ask(path, { accept: "application/json" });
  expect([path, status]).toEqual([path, 200]);
  return JSON.parse(text);
}

beforeAll(async () => {
  world = await createTestApp();
  for (const server of servers) await postJson(world.app, "/register", server);
  await postJson(world.app, "/toolsets", { name: "Desk" });
});

const cases = {
  hub: "",
  one: "servers=weather",
  two: "servers=weather,old-mail",
  direct: "servers=weather,old-mail&via=direct",
};

const extensions = {
  json: "json",
  toml: "toml",
  shell: "sh",
  typescript: "ts",
  python: "py",
  yaml: "yaml",
};

/** What the compiler says of a program that it only reads. */
function syntaxErrors(code: string): readonly string[] {
  const { diagnostics = [] } = ts.transpileModule(code, {
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe.each(clients.map(({ id, format }) => [id, format] as const))("%s", (id, format) => {
  test.each(Object.entries(cases))("says for %s what the golden file says", async (name, query) => {
    const { status, headers, text } = await ask(`/config/${id}?${query}`);
    expect(status).toBe(200);
    const file = join(golden, `${id}.${name}.${extensions[format]}.txt`);
    if (isRenewing) {
      mkdirSync(golden, { recursive: true });
      writeFileSync(file, text);
    }
    const hint = "Renew the golden files with RENEW_GOLDEN=1, and read what changed in them.";
    expect(existsSync(file), hint).toBe(true);
    expect(text, hint).toBe(readFileSync(file, "utf8"));

    if (format === "json") {
      expect(headers.get("content-type")).toBe("application/json");
      expect(Object.keys(JSON.parse(text))).toHaveLength(1);
    }
    if (format === "typescript") expect(syntaxErrors(text)).toEqual([]);
    if (format === "shell") execFileSync("sh", ["-n"], { input: text });
    for (const secret of ["Authorization", "Bearer", "token"]) expect(text).not.toContain(secret);
  });

  test("as JSON, the same text comes with what to do", async () => {
    for (const query of Object.values(cases)) {
      const config = await json(`/config/${id}?${query}`);
      expect(config.text).toBe((await ask(`/config/${id}?${query}`)).text);
      expect(config.client).toBe(id);
      expect(config.format).toBe(format);
      expect(config.steps.length).toBeGreaterThan(1);
      for (const { url } of config.endpoints) expect(config.text).toContain(url);
      for (const { href } of config.installLinks)
        expect(href).toMatch(/^(vscode|vscode-insiders|cursor):/);
    }
  });
});

test("there is no golden file that no test reads", () => {
  const read = clients.flatMap(({ id, format }) =>
    Object.keys(cases).map((name) => `${id}.${name}.${extensions[format]}.txt`),
  );
  expect(readdirSync(golden).sort()).toEqual(read.sort());
});

describe("which form an answer has", () => {
  test("curl gets the file, a program that asks for JSON the description, and format says it outright", async () => {
    const isFile = async (path: string, accept?: string) => {
      const { headers, text } = await ask(path, accept === undefined ? {} : { accept });
      expect(headers.get("vary")).toContain("Accept");
      return "servers" in JSON.parse(text);
    };
    const file = "/config/vscode";
    expect(await isFile(file)).toBe(true);
    expect(await isFile(file, "*/*")).toBe(true);
    expect(await isFile(file, "text/plain")).toBe(true);
    expect(await isFile(file, "text/html,application/xhtml+xml,*/*;q=0.8")).toBe(true);
    expect(await isFile(file, "application/json")).toBe(false);
    expect(await isFile(file, "application/json;q=0.5, text/plain")).toBe(true);
    expect(await isFile(`${file}?format=text`, "application/json")).toBe(true);
    expect(await isFile(`${file}?format=json`)).toBe(false);
  });

  test("the list names all clients, in order", async () => {
    const { text } = await ask("/config");
    const listed: { clients: { id: string }[] } = JSON.parse(text);
    expect(listed.clients.map(({ id }) => id)).toEqual(clients.map(({ id }) => id));
    expect(listed.clients[2]).toEqual({
      id: "vscode",
      title: "VS Code",
      format: "json",
      file: ".vscode/mcp.json",
    });
  });
});

describe("which endpoint it names", () => {
  const urlsFor = async (query: string, client = "cursor") =>
    (await json(`/config/${client}?${query}`)).endpoints.map(({ key, url }) => `${key} ${url}`);

  test("one for the hub, a selection, a tag, a toolset or one server", async () => {
    expect(await urlsFor("")).toEqual([`hub ${hub}/mcp`]);
    expect(await urlsFor("mode=search")).toEqual([`hub ${hub}/mcp?mode=search`]);
    expect(await urlsFor("servers=weather,old-mail,weather")).toEqual([
      `hub ${hub}/mcp?servers=old-mail,weather`,
    ]);
    expect(await urlsFor("servers=weather")).toEqual([`weather ${hub}/servers/weather/mcp`]);
    expect(await urlsFor("servers=weather&mode=search")).toEqual([
      `weather ${hub}/mcp?servers=weather&mode=search`,
    ]);
    expect(await urlsFor("tags=a b,ä&tags=$x")).toEqual([`hub ${hub}/mcp?tags=%24x,a%20b,%C3%A4`]);
    expect(await urlsFor("toolset=desk")).toEqual([`desk ${hub}/toolsets/desk/mcp`]);
  });

  test("the hub is named as the request named it", async () => {
    const response = await world.app.request("https://hub.internal/config/cursor");
    expect(JSON.parse(await response.text())).toEqual({
      mcpServers: { hub: { url: "https://hub.internal/mcp" } },
    });
  });

  test("directly, each server has its own; what a client does not speak goes through the hub", async () => {
    expect(await urlsFor("via=direct")).toEqual([
      "old-mail https://mail.example/sse",
      "weather http://localhost:8002/mcp",
    ]);
    expect(await urlsFor("via=direct", "codex")).toEqual([
      `old-mail ${hub}/servers/old-mail/mcp`,
      "weather http://localhost:8002/mcp",
    ]);
    const { notes } = await json("/config/codex?via=direct");
    expect(notes.find((note) => note.includes("SSE"))).toContain("`old-mail`");
    expect(notes.find((note) => note.includes("machine"))).toMatch(/: `weather`\.$/);
  });

  test("directly, a server that does not answer is left out with a word, and named where none does", async () => {
    const { app, alive, clock } = await createTestApp();
    const at = (name: string, port: number) => ({
      name,
      transport: "streamable-http",
      endpoint: `http://localhost:${port}/mcp`,
    });
    for (const one of [at("live", 9001), at("dead", 9002), at("gone", 9003)])
      await postJson(app, "/register", one);
    alive.add("http://localhost:9001/mcp");
    const probe = (id: string) => app.request(`/servers/${id}/probe`, { method: "POST" });
    for (let times = 0; times < 5; times += 1) {
      clock.advance(1_000);
      for (const id of ["live", "dead", "gone"]) await probe(id);
    }
    const config = async (query: string): Promise<ClientConfig> =>
      JSON.parse(await (await app.request(`${hub}/config/${query}&format=json`)).text());
    for (const { id, format } of clients) {
      const { endpoints, notes, text } = await config(`${id}?via=direct`);
      expect(endpoints.map(({ key }) => key)).toEqual(["live"]);
      expect(notes.filter((note) => note.includes("left out"))).toEqual([
        expect.stringMatching(/: `dead`, `gone`\. Ask/),
      ]);
      if (format !== "json")
        expect(text.split("\n")[0]).toMatch(/^(#|\/\/) Left out, .*: dead, gone\.$/);
      else expect(text).not.toMatch(/dead|gone/);
    }
    const none = await config("fastmcp?via=direct&servers=dead,gone");
    expect(none.endpoints.map(({ key }) => key)).toEqual(["dead", "gone"]);
    expect(none.notes[0]).toMatch(/^None of these servers answers now: `dead`, `gone`\./);
    expect(none.text).toMatch(/^# None of these servers answers now\.\n/);
    // Through the hub nothing is left out: what is away appears there by itself.
    expect((await config("fastmcp?servers=dead,live")).endpoints).toHaveLength(1);
  });

  test("install links hold what the file holds", async () => {
    const { installLinks } = await json("/config/vscode?servers=weather");
    const [code] = installLinks;
    expect(JSON.parse(decodeURIComponent(code?.href.split("?")[1] ?? ""))).toEqual({
      name: "weather",
      type: "http",
      url: `${hub}/servers/weather/mcp`,
    });
    const cursor = await json("/config/cursor?servers=weather,old-mail");
    const link = new URL(cursor.installLinks[0]?.href ?? "");
    expect(link.searchParams.get("name")).toBe("hub");
    const entry = Buffer.from(link.searchParams.get("config") ?? "", "base64").toString();
    expect(JSON.parse(entry)).toEqual({ url: `${hub}/mcp?servers=old-mail,weather` });
    expect((await json("/config/vscode?via=direct")).installLinks).toHaveLength(4);
  });

  test("Claude Desktop is given a program, because its file takes no URL", async () => {
    const { text, notes } = await json("/config/claude-desktop");
    expect(text).not.toContain('"url"');
    expect(JSON.parse(text).mcpServers.hub).toEqual({
      command: "npx",
      args: ["-y", "mcp-remote", `${hub}/mcp`, "--transport", "http-only"],
    });
    expect(notes[0]).toContain("takes no URL");
  });
});

describe("what is refused", () => {
  const refused = async (path: string) => {
    const { status, text } = await ask(path, { accept: "application/json" });
    const { code, detail }: { code: string; detail: string } = JSON.parse(text);
    return { status, code, detail };
  };

  test("an unknown client, with those there are", async () => {
    const { status, code, detail } = await refused("/config/emacs");
    expect([status, code]).toEqual([404, "ROUTE_NOT_FOUND"]);
    for (const { id } of clients) expect(detail).toContain(id);
  });

  test.each([
    ["servers=weather,nobody", 404, "SERVER_NOT_FOUND"],
    ["servers=../x", 404, "SERVER_NOT_FOUND"],
    ["toolset=nobody", 404, "TOOLSET_NOT_FOUND"],
    ["tags=none&via=direct", 404, "SERVER_NOT_FOUND"],
    ["servers=", 400, "INVALID_REQUEST"],
    ["server=weather", 400, "INVALID_REQUEST"],
    ["via=pigeon", 400, "INVALID_REQUEST"],
    ["mode=search&via=direct", 400, "INVALID_REQUEST"],
    ["toolset=desk&via=direct", 400, "INVALID_REQUEST"],
    ["toolset=desk&mode=search", 400, "INVALID_REQUEST"],
    ["toolset=desk&servers=weather", 400, "INVALID_REQUEST"],
  ])("%s", async (query, status, code) => {
    const answer = await refused(`/config/cursor?${query}`);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.detail.length).toBeGreaterThan(20);
  });
});
