import fs, {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CredentialList, ServerDetail } from "@hub/api";
import { closeAll, ModernUpstream, TestHub, until } from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { SecretKeyFile } from "../src/credentials/secret-key.js";
import { StartError, startHub } from "../src/index.js";

const folders: string[] = [];
afterEach(async () => {
  await closeAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-keys-"));
  folders.push(folder);
  return folder;
}

const bearer = "Bearer hx-5f1d0c7e9a4b";

async function lockedServer(): Promise<ModernUpstream> {
  const upstream = new ModernUpstream({ name: "safe" });
  upstream.intercept = (request, response) => {
    if (request.headers.authorization === bearer) return false;
    request.resume();
    response.writeHead(401).end();
    return true;
  };
  return upstream.start();
}

const path = "/servers/safe/credentials";
const given = { kind: "header", name: "Authorization", value: bearer };

/** A data folder whose hub knows a server, and a credential for it. */
async function withCredential() {
  const dataDir = newFolder();
  const upstream = await lockedServer();
  const hub = await TestHub.start({ dataDir });
  await hub.announce("safe", upstream.endpoint);
  await hub.rest("PUT", path, given);
  await hub.whenUp("safe");
  await hub.stop();
  return { dataDir, key: join(dataDir, "secret.key"), upstream };
}

const problem = async (hub: TestHub) =>
  ((await hub.rest("GET", "/servers/safe")) as ServerDetail).instances[0]?.problem; // held to the contract

const states = async (hub: TestHub) =>
  ((await hub.rest("GET", path)) as CredentialList).credentials.map(({ state }) => state); // held to the contract

describe("the key of the hub", () => {
  test("is made with the first credential, and not before", async () => {
    const dataDir = newFolder();
    const hub = await TestHub.start({ dataDir });
    await hub.announce("safe", "http://127.0.0.1:9/mcp");
    expect(existsSync(join(dataDir, "secret.key"))).toBe(false);
    await hub.rest("PUT", path, given);
    expect(existsSync(join(dataDir, "secret.key"))).toBe(true);
  });

  test("leaves nothing of one whose making a crash broke off, once that was long ago, and touches nothing else", async () => {
    const dataDir = newFolder();
    const old = "secret.key.0123456789ab.new";
    const others = ["secret.key.ba9876543210.new", "secret.key.mine.new", "notes.new"];
    for (const name of [old, ...others]) writeFileSync(join(dataDir, name), "", { mode: 0o600 });
    const before = new Date(Date.now() - 3_600_000);
    for (const name of [old, ...others.slice(1)]) utimesSync(join(dataDir, name), before, before);
    await TestHub.start({ dataDir });
    const left = readdirSync(dataDir).filter((name) => name.endsWith(".new"));
    expect(left.toSorted()).toEqual(others.toSorted());
  });

  const broken = {
    "too short": (file: string) => writeFileSync(file, "x".repeat(31), { mode: 0o600 }),
    "too long": (file: string) => writeFileSync(file, "x".repeat(33), { mode: 0o600 }),
    empty: (file: string) => writeFileSync(file, "", { mode: 0o600 }),
    "readable for its group": (file: string) => chmodSync(file, 0o640),
    "readable for all": (file: string) => chmodSync(file, 0o604),
  } as const;
  test.each(Object.entries(broken))("that is %s keeps the hub from starting", async (_, spoil) => {
    const file = join(newFolder(), "secret.key");
    new SecretKeyFile(file).obtain();
    spoil(file);
    const starting = startHub({ config: { port: 0, dataDir: newFolder(), secretKeyFile: file } });
    await expect(starting).rejects.toThrow(StartError);
    await expect(starting).rejects.toThrow(file);
  });

  test("without it or with another one, the hub says what it cannot read, and loses nothing", async () => {
    const { dataDir, key } = await withCredential();
    const aside = join(newFolder(), "secret.key");
    renameSync(key, aside);
    for (const replacement of [undefined, Buffer.alloc(32, 7)]) {
      if (replacement !== undefined) writeFileSync(key, replacement, { mode: 0o600 });
      const hub = await TestHub.start({ dataDir });
      expect(hub.warnings).toContainEqual(
        expect.objectContaining({
          event: "credentials-unreadable",
          servers: ["safe"],
          keyFile: key,
        }),
      );
      await until("it to need its token", () => hub.status("safe") === "needs-token");
      expect(await problem(hub)).toMatchObject({
        code: "CREDENTIAL_NOT_SENT",
        cause: expect.stringContaining("sealed with another key"),
        fix: expect.stringContaining("MCP_HUB_SECRET_KEY_FILE"),
      });
      expect(await states(hub)).toEqual(["unreadable"]);
      await hub.stop();
    }
    copyFileSync(aside, key);
    const hub = await TestHub.start({ dataDir });
    await hub.whenUp("safe");
    expect(await states(hub)).toEqual(["sent"]);
  });

  test("that is another one: what is set anew is sealed with it, and works", async () => {
    const { dataDir, key } = await withCredential();
    rmSync(key);
    const hub = await TestHub.start({ dataDir });
    await until("it to need its token", () => hub.status("safe") === "needs-token");
    await hub.rest("PUT", path, given);
    await hub.whenUp("safe");
    expect(await states(hub)).toEqual(["sent"]);
  });

  test("that was there is never overwritten", () => {
    const file = join(newFolder(), "secret.key");
    const late = new SecretKeyFile(file);
    const { id } = new SecretKeyFile(file).obtain();
    // Two hubs may start at once in one folder.
    expect(late.obtain().id).toBe(id);
    expect(new SecretKeyFile(file).current?.id).toBe(id);
    const spoiled = new SecretKeyFile(`${file}.new`);
    writeFileSync(`${file}.new`, "no key");
    expect(() => spoiled.obtain()).toThrow(/could not make its key file/);
    expect(readFileSync(`${file}.new`, "utf8")).toBe("no key");
  });

  test("that two hubs make at once, which may have one process id in their containers, is that of one of them", () => {
    const file = join(newFolder(), "secret.key");
    const [one, other] = [new SecretKeyFile(file), new SecretKeyFile(file)];
    let made: string | undefined;
    const { fsyncSync } = fs;
    // While one of them writes, the other does as well.
    fs.fsyncSync = (handle) => {
      fs.fsyncSync = fsyncSync;
      syncBuiltinESMExports();
      made = other.obtain().id;
      fsyncSync(handle);
    };
    syncBuiltinESMExports();
    expect(one.obtain().id).toBe(made);
    expect(new SecretKeyFile(file).current?.id).toBe(made);
    expect(readdirSync(dirname(file))).toEqual(["secret.key"]);
  });

  test("that cannot be made is an error that says where, and one that cannot be looked for ends the start", () => {
    const folder = newFolder();
    const file = join(folder, "later", "secret.key");
    const key = new SecretKeyFile(file);
    expect(key.current).toBeUndefined();
    writeFileSync(join(folder, "later"), "");
    expect(() => key.obtain()).toThrow(`could not make its key file ${file}`);
    expect(() => new SecretKeyFile(file)).toThrow(StartError);
  });
});

describe("a seal", () => {
  const key = () => new SecretKeyFile(join(newFolder(), "secret.key")).obtain();

  test("opens with its key and its facts alone, and never twice looks the same", () => {
    const [one, other] = [key(), key()];
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (about, text, another) => {
        const sealed = one.seal(about, text);
        expect(one.open(about, sealed)).toBe(text.toWellFormed());
        expect(one.seal(about, text)).not.toBe(sealed);
        expect(other.open(about, sealed)).toBeUndefined();
        if (Buffer.from(another).compare(Buffer.from(about)) !== 0)
          expect(one.open(another, sealed)).toBeUndefined();
      }),
    );
    expect(one.id).not.toBe(other.id);
  });

  test("shows every change of a byte", () => {
    const one = key();
    const sealed = Buffer.from(one.seal("about", "text"), "base64");
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(one.open("about", changed.toString("base64"))).toBeUndefined();
    }
    for (const length of [0, 11, 27, sealed.length - 1])
      expect(one.open("about", sealed.subarray(0, length).toString("base64"))).toBeUndefined();
  });
});
