import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditList, CredentialList, HubList } from "@hub/api";
import { createLog, type Hub, SecretKeyFile, StartError, startHub } from "@hub/server";
import { openPostgresStore } from "@hub/store-postgres";
import { holdResponse, Postgres } from "@hub/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { runInProcess } from "./support/in-process.js";

let postgres: Postgres;
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-rekey-"));
const running = new Set<Hub>();

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterEach(async () => {
  for (const hub of [...running]) await stop(hub);
});
afterAll(async () => {
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

const nameOf = (url: string) => url.slice(url.lastIndexOf("/") + 1);
let files = 0;

/** Where no key is yet. */
function newPlace(): string {
  files += 1;
  return join(folder, `${files}.key`);
}

function newKey() {
  const file = newPlace();
  return { file, id: new SecretKeyFile(file).obtain().id };
}

/** `talks`: to other hubs, for which it needs their key. */
async function start(
  url: string,
  secretKeyFile: string,
  { warnings = [], talks = false }: { warnings?: string[]; talks?: boolean } = {},
): Promise<Hub> {
  const silent = createLog({ level: "silent", format: "json" });
  const hub = await startHub({
    config: {
      port: 0,
      dataDir: folder,
      secretKeyFile,
      ...(talks && { peerUrl: "http://127.0.0.1:0" }),
    },
    store: ({ budgets }) => openPostgresStore({ url, budgets }),
    log: { ...silent, warn: (event) => void warnings.push(event) },
  });
  running.add(hub);
  return hub;
}

async function stop(hub: Hub): Promise<void> {
  running.delete(hub);
  await hub.stop();
}

async function ask(hub: Hub, method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(`${hub.url}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  await holdResponse(method, path, response);
  return response;
}

const path = "/servers/safe/credentials";

/** A database whose hub, which has stopped, holds a credential. */
async function withCredential(keyFile: string): Promise<string> {
  const url = await postgres.newDatabase();
  const hub = await start(url, keyFile);
  const server = { name: "safe", transport: "http", endpoint: "http://127.0.0.1:9/mcp" };
  expect((await ask(hub, "POST", "/register", server)).ok).toBe(true);
  const given = { kind: "header", name: "Authorization", value: "Bearer hx-5f1d0c7e9a4b" };
  expect((await ask(hub, "PUT", path, given)).ok).toBe(true);
  await stop(hub);
  return url;
}

/** The states of the credentials at a hub that starts and stops. */
async function statesAt(url: string, keyFile: string, warnings: string[] = []) {
  const hub = await start(url, keyFile, { warnings });
  const { credentials } = (await (await ask(hub, "GET", path)).json()) as CredentialList;
  await stop(hub);
  return credentials.map(({ state }) => state);
}

const forget = (url: string) => postgres.sql(nameOf(url), "UPDATE hub_state SET key_id = NULL");
const noted = async (url: string) =>
  (await postgres.sql(nameOf(url), "SELECT key_id FROM hub_state")).trim();

const talks = { talks: true };

test("a hub that talks to others, with another key than the first one of its database, does not start, and says which it needs", async () => {
  const url = await postgres.newDatabase();
  const [own, other] = [newKey(), newKey()];
  // Nothing is sealed yet: what hubs say to each other needs the key as well.
  await stop(await start(url, own.file));
  const starting = start(url, other.file, talks);
  await expect(starting).rejects.toThrow(StartError);
  await expect(starting).rejects.toThrow(own.id);
  await expect(starting).rejects.toThrow(`${other.file} is ${other.id}`);
  await expect(starting).rejects.toThrow("mcp-hub rekey");
  // Beside one that runs it is the same, and that one goes on.
  const hub = await start(url, own.file);
  await expect(start(url, other.file, talks)).rejects.toThrow(StartError);
  expect((await ask(hub, "GET", "/readyz")).status).toBe(200);
  expect(await noted(url)).toBe(own.id);
});

test("DATABASE_URL alone is enough for hubs on machines of their own, until a credential is sealed", async () => {
  const url = await postgres.newDatabase();
  const [own, other] = [newKey(), newKey()];
  const first = await start(url, own.file);
  const warnings: string[] = [];
  const second = await start(url, other.file, { warnings });
  expect(warnings).toEqual(["another-key"]);
  expect(await noted(url)).toBe(own.id);
  // Not in the log alone: at either hub, for as long as it runs.
  const ready = await ask(second, "GET", "/readyz");
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    { anotherKey: expect.stringContaining("MCP_HUB_SECRET_KEY_FILE") },
  ]);
  expect(await (await ask(first, "GET", "/readyz")).json()).not.toHaveProperty("anotherKey");
  const marked = async (hub: Hub) => {
    const { hubs } = (await (await ask(hub, "GET", "/hubs")).json()) as HubList;
    return hubs.map(({ isSelf, hasAnotherKey = false }) => [isSelf, hasAnotherKey]).sort();
  };
  const seen = [await marked(second)];
  await expect.poll(async () => (await marked(first)).length).toBe(2);
  seen.push(await marked(first));
  expect(seen).toEqual([
    [
      [false, false],
      [true, true],
    ],
    [
      [false, true],
      [true, false],
    ],
  ]);
  const doctor = await runInProcess(["doctor", "--hub", first.url, "--json"]);
  expect(JSON.parse(doctor.out)).toMatchObject({
    ok: true,
    problems: expect.arrayContaining([expect.objectContaining({ code: "ANOTHER_KEY" })]),
  });
  // Two that are meant to be two: nothing is wrong with that.
  const beside = await runInProcess(["doctor", "--hub", first.url], {
    environment: { MCP_HUB_URL: second.url },
  });
  expect(beside.out).toContain(`${second.url} is another hub on the same database`);
  expect(beside.out).not.toContain("TWO_HUBS");
  expect((await runInProcess(["hubs", "--hub", second.url])).out).toContain(
    "answers, has another key",
  );
  const server = { name: "safe", transport: "http", endpoint: "http://127.0.0.1:9/mcp" };
  expect((await ask(second, "POST", "/register", server)).ok).toBe(true);
  const given = { kind: "header", name: "Authorization", value: "Bearer hx-5f1d0c7e9a4b" };
  // What nobody else could open, and itself not after a restart, is not taken.
  const refused = await ask(second, "PUT", path, given);
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain(own.id);
  await expect.poll(async () => (await ask(first, "PUT", path, given)).ok).toBe(true);
  await stop(second);
  await expect(start(url, other.file)).rejects.toThrow(own.id);
});

test("a hub without a key, or whose key is replaced while it runs, takes no credential, and makes no key for it", async () => {
  const url = await postgres.newDatabase();
  const own = newKey();
  const first = await start(url, own.file);
  const server = { name: "safe", transport: "http", endpoint: "http://127.0.0.1:9/mcp" };
  expect((await ask(first, "POST", "/register", server)).ok).toBe(true);
  const place = newPlace();
  symlinkSync(join(folder, "nowhere", "secret.key"), place);
  const keyless = await start(url, place);
  rmSync(place);
  const given = { kind: "header", name: "Authorization", value: "Bearer hx-5f1d0c7e9a4b" };
  const refused = await ask(keyless, "PUT", path, given);
  expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining(own.id)]);
  expect(existsSync(place)).toBe(false);
  await postgres.sql(nameOf(url), "UPDATE hub_state SET key_id = 'another'");
  expect((await ask(first, "PUT", path, given)).status).toBe(503);
});

test("where a key is wanted, none is made; one that cannot be made ends the start of a hub that talks to others", async () => {
  const url = await withCredential(newKey().file);
  const missing = newPlace();
  for (const isNoted of [true, false]) {
    if (!isNoted) await forget(url);
    await expect(start(url, missing)).rejects.toThrow(`there is no file ${missing}`);
    expect(existsSync(missing)).toBe(false);
  }
  const fresh = await postgres.newDatabase();
  const made = newPlace();
  await stop(await start(fresh, made));
  expect(await noted(fresh)).toBe(new SecretKeyFile(made).current?.id);
  const unwritable = newPlace();
  symlinkSync(join(folder, "nowhere", "secret.key"), unwritable);
  const empty = await postgres.newDatabase();
  const warnings: string[] = [];
  await stop(await start(empty, unwritable, { warnings }));
  expect(warnings).toContain("no-key-for-other-hubs");
  const keyless = start(empty, unwritable, talks);
  await expect(keyless).rejects.toThrow("could not make its key file");
});

test("of hubs that start at once on a new database with two keys, those with one go on", async () => {
  const url = await postgres.newDatabase();
  const keys = [newKey(), newKey()];
  const all = [...keys, ...keys];
  const started = await Promise.allSettled(all.map(({ file }) => start(url, file, talks)));
  const winner = await noted(url);
  expect(keys.map(({ id }) => id)).toContain(winner);
  expect(started.map(({ status }) => status)).toEqual(
    all.map(({ id }) => (id === winner ? "fulfilled" : "rejected")),
  );
});

test("an older database takes the key that opens all that is sealed there, and no other", async () => {
  const [own, other] = [newKey(), newKey()];
  const url = await withCredential(own.file);
  await forget(url);
  await expect(start(url, other.file)).rejects.toThrow(own.id);
  expect(await noted(url)).toBe("");
  expect(await statesAt(url, own.file)).toEqual(["sent"]);
  expect(await noted(url)).toBe(own.id);
  // With nothing sealed, whichever comes first.
  const empty = await postgres.newDatabase();
  await stop(await start(empty, own.file));
  await forget(empty);
  await stop(await start(empty, other.file));
  expect(await noted(empty)).toBe(other.id);
});

test("rekey seals anew, lets a lost key go, and takes one back that was found", async () => {
  const [old, next] = [newKey(), newKey()];
  const url = await withCredential(old.file);
  const rekey = (keyFile: string, ...words: string[]) =>
    runInProcess(["rekey", ...words, "--json"], {
      environment: {
        DATABASE_URL: url,
        MCP_HUB_SECRET_KEY_FILE: keyFile,
        MCP_HUB_DATA_DIR: folder,
      },
    });
  const hub = await start(url, old.file);
  const meanwhile = await rekey(next.file, "--from", old.file);
  expect(meanwhile).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /A hub runs on .*, connected from 127\.0\.0\.1\. Stop every hub on it/,
    ),
  });
  const another = await start(url, old.file);
  expect((await rekey(next.file, "--from", old.file)).err).toContain("2 hubs run on ");
  await stop(another);
  await stop(hub);

  const changed = await rekey(next.file, "--from", old.file);
  expect(changed).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(changed.out)).toMatchObject({ keyId: next.id, sealedAnew: 1, unreadable: [] });
  expect(await statesAt(url, next.file)).toEqual(["sent"]);
  await expect(start(url, old.file)).rejects.toThrow(next.id);

  // That one is lost: the hub makes another.
  const third = newPlace();
  const lost = await rekey(third);
  expect(JSON.parse(lost.out)).toMatchObject({ sealedAnew: 0, unreadable: ["safe"] });
  const warnings: string[] = [];
  expect(await statesAt(url, third, warnings)).toEqual(["unreadable"]);
  expect(warnings).toContain("credentials-unreadable");

  // A key that has nothing to do with it changes nothing; the one that was lost turns up.
  const wrong = await rekey(third, "--from", old.file);
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining(next.id) });
  expect(await statesAt(url, third)).toEqual(["unreadable"]);
  expect((await rekey(third, "--from", next.file)).code).toBe(0);
  expect(await statesAt(url, third)).toEqual(["sent"]);

  // Each that changed something is in the audit, with what others say after it.
  const last = await start(url, third);
  const { lines } = (await (await ask(last, "GET", "/audit?action=rekey")).json()) as AuditList;
  expect(lines.map(({ who, before, after }) => [who.id, before?.keyId, after?.keyId])).toEqual([
    ["command-line", next.id, new SecretKeyFile(third).current?.id],
    ["command-line", undefined, new SecretKeyFile(third).current?.id],
    ["command-line", old.id, next.id],
  ]);
});

test("a hub whose key was replaced while it was away from its database says so", async () => {
  const url = await postgres.newDatabase();
  const hub = await start(url, newKey().file, talks);
  await postgres.sql(nameOf(url), "UPDATE hub_state SET key_id = 'another'");
  await expect.poll(async () => (await ask(hub, "GET", "/readyz")).status).toBe(503);
  const doctor = await runInProcess(["doctor", "--hub", hub.url]);
  expect(doctor.code).toBe(1);
  expect(doctor.out).toContain("theirs was replaced while it ran");
});

test("a copy leaves it to the first hub whose key that is", async () => {
  const own = newKey();
  const from = await withCredential(own.file);
  const to = await postgres.newDatabase();
  await stop(await start(to, newKey().file));
  await postgres.sql(nameOf(to), "DELETE FROM journal; UPDATE hub_state SET last_seq = 0");
  expect(await runInProcess(["copy", from, to])).toMatchObject({ code: 0 });
  expect(await statesAt(to, own.file)).toEqual(["sent"]);
});
