import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grantSchema } from "@hub/core/access";
import { closeAll, closeLater, freePort, TestHub } from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { instantOf } from "../src/command-line/instant.js";
import { grantOf } from "../src/tokens/grant-words.js";
import { runInProcess } from "./support/in-process.js";

afterEach(closeAll);

const tokenPattern = /^mh_[A-Za-z0-9]{12}_[A-Za-z0-9]{43}\n$/;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-token-"));
  closeLater(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("tokens on the command line", () => {
  test("are made, listed and revoked by a hub that runs", async () => {
    const hub = await TestHub.start();
    const environment: Record<string, string> = { MCP_HUB_URL: hub.url };
    const run = (...words: string[]) => runInProcess(["token", ...words], { environment });
    const empty = await run("list");
    expect(empty.err).toContain("mcp-hub token create operator --may admin");
    const tooFew = await run("create", "agent", "--may", "call");
    expect([tooFew.code, tooFew.err.split("\n")[0]]).toEqual([
      2,
      expect.stringContaining("The first token must have the grant `admin`"),
    ]);
    const first = await run("create", "operator", "--may", "admin");
    expect(first.code).toBe(0);
    expect(first.out).toMatch(tokenPattern);
    expect(first.err).toContain("(operator) may admin. Keep it: it is shown only now.");
    expect(first.err).toContain("From now on this hub asks everybody for a token");
    expect(first.err).toContain(`The hub at ${hub.url} knows it.`);
    expect(first.err).not.toContain(first.out.trim());

    const refused = await run("list");
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining("Send a token")]);
    environment.MCP_HUB_TOKEN = first.out.trim();
    const narrow = [
      "--server",
      "payments-*",
      "--tag",
      "eu",
      "--tool",
      "list_*",
      "--expires",
      "30d",
    ];
    const agent = await run(
      "create",
      "agent",
      "--may",
      "call",
      "--may",
      "call",
      ...narrow,
      "--json",
    );
    const made = JSON.parse(agent.out);
    expect(made).toMatchObject({
      name: "agent",
      grants: [{ action: "call", servers: ["payments-*"], tags: ["eu"], tools: ["list_*"] }],
    });
    const listed = await run("list");
    expect(listed.out).toContain("call (payments-*; tag eu; tools list_*)");
    expect(listed.out).not.toContain(made.token);
    expect((await run("revoke", made.id)).code).toBe(2);
    expect((await run("revoke", made.id, "--yes")).out).toBe(`Revoked ${made.id}.\n`);
    const again = await run("revoke", made.id, "--yes");
    expect([again.code, again.err]).toEqual([3, expect.stringContaining("mcp-hub token list")]);
    const own = first.out.split("_")[1] ?? "";
    const last = await run("revoke", own, "--yes");
    expect([last.code, last.err]).toEqual([2, expect.stringContaining("the last token")]);
  });

  test("are written into the store while no hub has it, and the hub that starts knows them", async () => {
    const dataDir = newFolder();
    const port = await freePort();
    const environment: Record<string, string> = {
      MCP_HUB_DATA_DIR: dataDir,
      MCP_HUB_PORT: String(port),
    };
    const run = (...words: string[]) => runInProcess(["token", ...words], { environment });
    const tooFew = await run("create", "agent", "--may", "read");
    expect([tooFew.code, tooFew.err]).toEqual([2, expect.stringContaining("The first token")]);
    const first = await run("create", "operator", "--may", "admin");
    expect(first.out).toMatch(tokenPattern);
    expect(first.err).toContain("No hub answers, so its hash is in ");
    const second = await run("create", "other", "--may", "admin", "--json");
    expect((await run("revoke", JSON.parse(second.out).id, "--yes")).code).toBe(0);

    const hub = await TestHub.start({ dataDir, port });
    await expect(hub.rest("GET", "/servers")).rejects.toThrow("401");
    environment.MCP_HUB_TOKEN = first.out.trim();
    const listed = JSON.parse((await run("list", "--json")).out);
    expect(listed.tokens).toEqual([
      expect.objectContaining({ name: "operator", createdBy: "command-line" }),
    ]);
    await hub.stop();
    // Whoever has the machine may open the hub again, and is told that it is.
    const gone = await run("revoke", listed.tokens[0].id, "--yes");
    expect(gone.err).toContain("No token is left, so the hub is open");
  });

  test("are not written where the hub that was named does not answer, nor into a store that is held", async () => {
    const dataDir = newFolder();
    const port = await freePort();
    const create = ["token", "create", "operator", "--may", "admin"];
    const named = { MCP_HUB_DATA_DIR: dataDir, MCP_HUB_URL: `http://127.0.0.1:${port}` };
    expect((await runInProcess(create, { environment: named })).code).toBe(5);
    await TestHub.start({ dataDir });
    const held = { MCP_HUB_DATA_DIR: dataDir, MCP_HUB_PORT: String(port) };
    const ran = await runInProcess(create, { environment: held });
    expect([ran.code, ran.out]).toEqual([1, ""]);
    expect(ran.err).toContain(`(process ${process.pid}) runs on this data, but does not answer at`);
    expect(ran.err).toContain("--hub <url>, or MCP_HUB_URL");
    expect(ran.err).not.toContain("Stop it");
  });

  test("hold several grants, each with parts of its own, and do what each says", async () => {
    const hub = await TestHub.start();
    const environment: Record<string, string> = { MCP_HUB_URL: hub.url };
    const create = (...words: string[]) =>
      runInProcess(["token", "create", ...words], { environment });
    environment.MCP_HUB_TOKEN = (await create("operator", "--grant", "admin")).out.trim();
    const desk = await create(
      ...["desk", "--may", "read", "--tag", "eu", "--json"],
      ...["--grant", "call servers=payments-*,mail tools=read_*"],
      ...["--grant", "register servers=desk-* tags=two words,eu mostServers=3"],
    );
    expect(JSON.parse(desk.out).grants).toEqual([
      { action: "read", tags: ["eu"] },
      { action: "call", servers: ["payments-*", "mail"], tools: ["read_*"] },
      { action: "register", servers: ["desk-*"], tags: ["two words", "eu"], mostServers: 3 },
    ]);
    expect((await runInProcess(["token", "list"], { environment })).out).toContain(
      "call (payments-* mail; tools read_*)",
    );
    for (const [words, said] of [
      [["--grant", "use servers=a"], "action must be read, register, call, admin"],
      [["--grant", "call server=a"], "it does not know server="],
      [["--grant", "call servers=a servers=b"], "servers= comes twice"],
      [["--grant", "call servers="], "servers must not be empty"],
      [["--grant", "register mostServers=many"], "mostServers must be a whole number"],
      [["--grant", "call", "--server", "a"], "--server, --tag and --tool narrow what --may"],
      [["--server", "a"], "Say what the token may do"],
      [["--may", "read", "--force"], "--force goes with --to"],
    ] as const) {
      const ran = await create("wrong", ...words);
      expect([ran.code, ran.out, ran.err]).toEqual([2, "", expect.stringContaining(said)]);
    }
  });

  test("are read from every spelling of a grant, whatever its patterns are", () => {
    const pattern = fc.stringMatching(/^[a-z0-9*_-]{1,12}$/);
    const some = fc.option(fc.uniqueArray(pattern, { minLength: 1, maxLength: 4 }), {
      nil: undefined,
    });
    const given = fc.record({
      action: fc.constantFrom("read", "register", "call", "admin"),
      servers: some,
      tags: some,
      tools: some,
      mostServers: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
      space: fc.constantFrom(" ", "  ", "\t"),
    });
    fc.assert(
      fc.property(given, ({ action, space, ...parts }) => {
        const words = Object.entries(parts)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => `${name}=${String(value)}`)
          .reverse();
        expect(grantOf([action, ...words].join(space))).toEqual(
          grantSchema.parse({ action, ...parts }),
        );
      }),
    );
  });

  test("go into a file that only its owner may read, which nothing overwrites unasked", async () => {
    const hub = await TestHub.start();
    const folder = newFolder();
    const environment: Record<string, string> = { MCP_HUB_URL: hub.url };
    const create = (...words: string[]) =>
      runInProcess(["token", "create", ...words], { environment, folder });
    const file = join(folder, "operator.token");
    const first = await create("operator", "--may", "admin", "--to", "operator.token");
    expect([first.code, first.out]).toEqual([0, ""]);
    const token = readFileSync(file, "utf8");
    expect(token).toMatch(tokenPattern);
    expect(first.err).toContain("(operator) may admin. It is in ");
    expect(first.err).not.toContain(token.trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);

    environment.MCP_HUB_TOKEN = token.trim();
    const known = async () =>
      JSON.parse((await runInProcess(["token", "list", "--json"], { environment })).out).tokens
        .length;
    // No token is made that has no place.
    const there = await create("agent", "--may", "call", "--to", "operator.token");
    expect([there.code, there.out, there.err]).toEqual([
      4,
      "",
      expect.stringContaining("is there already"),
    ]);
    mkdirSync(join(folder, "folder"));
    for (const to of ["folder", "nowhere/agent.token"]) {
      const nowhere = await create("agent", "--may", "call", "--to", to, "--force");
      expect([nowhere.code, nowhere.err]).toEqual([
        1,
        expect.stringContaining("cannot be written"),
      ]);
    }
    const refused = await create("agent", "--grant", "nothing", "--to", "agent.token");
    expect(refused.code).toBe(2);
    expect(await known()).toBe(1);
    expect(readFileSync(file, "utf8")).toBe(token);

    writeFileSync(join(folder, "agent.token"), "what was there before");
    chmodSync(join(folder, "agent.token"), 0o644);
    const options = ["--to", "agent.token", "--force", "--json"];
    const forced = await create("agent", "--may", "call", ...options);
    const said = JSON.parse(forced.out);
    expect(said).toMatchObject({ name: "agent", file: join(folder, "agent.token") });
    expect(said).not.toHaveProperty("token");
    expect(readFileSync(said.file, "utf8")).toContain(`mh_${said.id}_`);
    expect(statSync(said.file).mode & 0o777).toBe(0o600);
    // A hub that refuses leaves the file as it was.
    environment.MCP_HUB_TOKEN = readFileSync(said.file, "utf8").trim();
    expect((await create("other", "--may", "read", "--to", "agent.token", "--force")).code).toBe(4);
    expect((await create("other", "--may", "read", "--to", "other.token")).code).toBe(4);
    expect(readdirSync(folder).sort()).toEqual(["agent.token", "folder", "operator.token"]);
    expect(readFileSync(said.file, "utf8")).toContain(`mh_${said.id}_`);
  });

  test("end when --expires says", () => {
    const now = Date.parse("2026-11-27T12:00:00Z");
    const expiryOf = (given: string) => instantOf("--expires", given, "from now", now);
    expect(expiryOf("90m")).toBe("2026-11-27T13:30:00.000Z");
    expect(expiryOf("12h")).toBe("2026-11-28T00:00:00.000Z");
    expect(expiryOf("30d")).toBe("2026-12-27T12:00:00.000Z");
    expect(expiryOf("2027-01-31")).toBe("2027-01-31T00:00:00.000Z");
    expect(expiryOf("2027-01-31T12:00:00+01:00")).toBe("2027-01-31T11:00:00.000Z");
    for (const wrong of ["", "30", "d", "1y", "2027-13-01", "tomorrow", "-1d", "1.5h"])
      expect(() => expiryOf(wrong)).toThrow("--expires must be");
    expect(instantOf("--since", "12h", "ago", now)).toBe("2026-11-27T00:00:00.000Z");
    expect(instantOf("--since", "2026-01-31", "ago", now)).toBe("2026-01-31T00:00:00.000Z");
  });
});
