import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeAll, closeLater, freePort, HubProcess, Postgres } from "@hub/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { runInProcess } from "./support/in-process.js";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterEach(closeAll);
afterAll(() => postgres.close());

/** What a hub on a new database is started with, and the token commands with the same. */
async function newPlace() {
  const dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-token-"));
  closeLater(() => rmSync(dataDir, { recursive: true, force: true }));
  const url = await postgres.newDatabase();
  const environment: Readonly<Record<string, string>> = {
    DATABASE_URL: url,
    MCP_HUB_DATA_DIR: dataDir,
    MCP_HUB_PORT: String(await freePort()),
  };
  const { host, pathname } = new URL(url);
  const run = (...words: string[]) => runInProcess(["token", ...words], { environment });
  return { url, run, place: `postgres://${host}${pathname}`, file: join(dataDir, "hub.db") };
}

test("a hub on Postgres that starts only with a token has the one that was made while none ran", async () => {
  const { url, run, place, file } = await newPlace();
  const first = await run("create", "operator", "--may", "admin");
  expect(first.code).toBe(0);
  expect(first.err).toContain(`No hub answers, so its hash is in ${place}.`);
  const second = await run("create", "other", "--may", "admin", "--json");
  const other = JSON.parse(second.out).id;
  expect((await run("list")).err).toContain(`what ${place} holds`);
  const listed = JSON.parse((await run("list", "--json")).out);
  expect(listed.tokens).toEqual([
    expect.objectContaining({ name: "operator", createdBy: "command-line" }),
    expect.objectContaining({ id: other }),
  ]);
  const revoked = await run("revoke", other, "--yes");
  expect([revoked.code, revoked.err]).toEqual([0, expect.stringContaining(`out of ${place}.`)]);
  expect(existsSync(file)).toBe(false);

  const hub = await HubProcess.start({ DATABASE_URL: url, MCP_HUB_ALLOWED_HOSTS: "hub.test" });
  closeLater(() => hub.stop());
  const asked = (authorization: Readonly<Record<string, string>>) =>
    fetch(`${hub.url}/whoami`, { headers: authorization });
  expect((await asked({ authorization: `Bearer ${first.out.trim()}` })).status).toBe(200);
  expect((await asked({ authorization: `Bearer ${JSON.parse(second.out).token}` })).status).toBe(
    401,
  );
});

test("a database that a hub has open is not written beside it, nor one that does not answer", async () => {
  const { url, run, file } = await newPlace();
  const hub = await HubProcess.start({ DATABASE_URL: url });
  closeLater(() => hub.stop());
  const refused = await run("create", "operator", "--may", "admin");
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toContain("A hub runs on this data, but does not answer at");
  expect((await fetch(`${hub.url}/servers`)).status).toBe(200);
  const away = await runInProcess(["token", "list"], {
    environment: {
      DATABASE_URL: "postgres://hub@127.0.0.1:1/none",
      MCP_HUB_PORT: String(await freePort()),
    },
  });
  expect([away.code, away.err]).toEqual([1, expect.stringContaining("nothing listens")]);
  expect(existsSync(file)).toBe(false);
});
