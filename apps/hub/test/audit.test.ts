import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerSchema, listAudit } from "@hub/api";
import { closeAll, closeLater, freePort, knownTokens, TestHub, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { KeptStream, runInProcess } from "./support/in-process.js";

afterEach(closeAll);

/** One line of `GET /audit`, by the contract. */
const lineSchema = answerSchema(listAudit, 200).shape.lines.element;

const linesOf = (out: string) =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => lineSchema.parse(JSON.parse(line)));

const access = knownTokens({
  admin: [{ action: "admin" }],
  local: [{ action: "admin", servers: ["weather"] }],
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-audit-"));
  closeLater(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function auditedHub() {
  const hub = await TestHub.start({ access, token: "admin" });
  const run = (words: readonly string[], MCP_HUB_TOKEN = "admin") =>
    runInProcess(["audit", ...words], { environment: { MCP_HUB_URL: hub.url, MCP_HUB_TOKEN } });
  const register = (name: string) =>
    hub.rest("POST", "/register", { name, endpoint: "http://127.0.0.1:9/mcp", transport: "http" });
  return { hub, run, register };
}

describe("mcp-hub audit", () => {
  test("shows the newest lines first, narrowed as one likes, and as lines of JSON", async () => {
    const { hub, run, register } = await auditedHub();
    await register("Weather");
    await register("Tides");
    await hub.rest("PATCH", "/servers/weather", { tags: ["geo"] });
    const shown = await run([]);
    expect([shown.code, shown.err]).toEqual([0, ""]);
    const texts = shown.out.trim().split("\n");
    expect(texts[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}admin {2}edit {2}weather done {2}from 127\.0\.0\.1$/,
    );
    expect(texts.map((text) => text.split("  ")[2])).toEqual(["edit", "register", "register"]);
    const json = linesOf((await run(["--json", "--action", "register"])).out);
    expect(json.map(({ server }) => server)).toEqual(["tides", "weather"]);
    expect(linesOf((await run(["--json", "--server", "weather", "--limit", "1"])).out)).toEqual([
      expect.objectContaining({ action: "edit", before: {}, after: { tags: ["geo"] } }),
    ]);
    for (const nothing of [
      ["--who", "somebody"],
      ["--outcome", "failed"],
      ["--subject", "nothing-of-that-name"],
      ["--until", "1h"],
      ["--since", "2099-01-01"],
    ]) {
      const ran = await run(nothing);
      expect([ran.code, ran.out, ran.err]).toEqual([0, "", "Nothing in the audit fits.\n"]);
    }
    expect(linesOf((await run(["--since", "1h", "--who", "admin", "--json"])).out)).toHaveLength(3);
    const { subject = "" } = json[0] ?? {};
    const ofInstance = linesOf(
      (await run(["--subject", subject, "--server", "tides", "--json"])).out,
    );
    expect(ofInstance.map(({ server, action }) => [server, action])).toEqual([
      ["tides", "register"],
    ]);
  });

  test("shows all that fit, over more than one page, and says when there may be more", async () => {
    const { hub, run } = await auditedHub();
    await hub.rest("POST", "/register", {
      ...{ name: "Weather", endpoint: "http://127.0.0.1:9/mcp", transport: "http" },
    });
    for (let edit = 0; edit < 1_050; edit += 1)
      await hub.rest("PATCH", "/servers/weather", { title: `T ${edit}` });
    const all = linesOf((await run(["--all", "--json", "--action", "edit"])).out);
    expect(all.map(({ after }) => after?.title)).toEqual(
      Array.from({ length: 1_050 }, (_, edit) => `T ${1_049 - edit}`),
    );
    const usual = await run([]);
    expect([usual.out.trim().split("\n").length, usual.err]).toEqual([
      100,
      expect.stringContaining("--all shows every line"),
    ]);
    const some = await run(["--limit", "1020", "--json"]);
    expect([linesOf(some.out).length, some.err]).toEqual([1_020, ""]);
  });

  test("shows what comes, each once and in its order, also after the hub was away", async () => {
    const dataDir = newFolder();
    const port = await freePort();
    const start = () => TestHub.start({ access, token: "admin", dataDir, port });
    let hub = await start();
    const register = (name: string) =>
      hub.rest("POST", "/register", {
        ...{ name, endpoint: `http://127.0.0.1:9/${name}`, transport: "http" },
      });
    await register("before");
    const ended = new AbortController();
    const stdout = new KeptStream();
    const following = runInProcess(["audit", "--follow", "--json", "--action", "register"], {
      environment: { MCP_HUB_URL: hub.url, MCP_HUB_TOKEN: "admin" },
      interrupted: ended.signal,
      stdout,
    });
    const shown = () => linesOf(stdout.text).map(({ server }) => server);
    let count = 0;
    await until("the first line", async () => {
      await register(`early-${++count}`);
      return shown().length > 0;
    });
    await register("one");
    await register("two");
    await until("the lines of both", () => shown().includes("two"));
    await hub.stop();
    hub = await start();
    await register("three");
    await until("the line from after the restart", () => shown().includes("three"));
    ended.abort("SIGINT");
    const { code } = await following;
    expect(code).toBe(130);
    const servers = shown();
    expect(servers.slice(-3)).toEqual(["one", "two", "three"]);
    expect(new Set(servers).size).toBe(servers.length);
    expect(servers).not.toContain("before");
    const early = servers.slice(0, -3).map((id) => Number(id?.split("-")[1]));
    expect(early).toEqual(early.map((_, index) => count - early.length + 1 + index));
  });

  test("is for admins of the whole hub, and says what does not go together", async () => {
    const { run } = await auditedHub();
    const narrowed = await run([], "local");
    expect([narrowed.code, narrowed.out]).toEqual([4, ""]);
    for (const [words, said] of [
      [["--all", "--limit", "5"], "--all has no --limit"],
      [["--follow", "--since", "1h"], "--follow shows what comes from now on"],
      [["--since", "yesterday"], "--since must be so long ago"],
      [["--action", "registr"], "perhaps register"],
      [["--limit", "0"], "--limit takes a whole number"],
    ] as const) {
      const ran = await run(words);
      expect([ran.code, ran.out, ran.err]).toEqual([2, "", expect.stringContaining(said)]);
    }
  });
});
