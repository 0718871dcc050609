import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfigFile, replaceFile } from "./config-file.js";
import { type ConnectOptions, connectClient } from "./connect.js";
import { connectClients } from "./connect-clients.js";
import { EditRefused, FileRefused } from "./refusal.js";

const hub = "http://127.0.0.1:8001";
let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-hub-connect-"));
  file = join(folder, "mcp.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function options(more: Partial<ConnectOptions> = {}): ConnectOptions {
  const client = connectClients.find(({ id }) => id === "cursor");
  if (client === undefined) throw new Error("cursor is known");
  return {
    client,
    wanted: {
      name: "hub",
      url: `${hub}/mcp`,
      tokenVariable: undefined,
      hasTokenFile: false,
      bridge: { command: "node", args: [] },
    },
    hub,
    file,
    remove: false,
    replace: false,
    write: true,
    now: () => new Date("2026-01-02T03:04:05Z"),
    ...more,
  };
}

const add = (more: Partial<ConnectOptions> = {}) => connectClient(options(more));
const remove = (more: Partial<ConnectOptions> = {}) =>
  connectClient(options({ remove: true, ...more }));
const read = () => readFileSync(file, "utf8");
const added = { mcpServers: { hub: { url: `${hub}/mcp` } } };
const text = '\ufeff{\r\n\t"a": 1 // one\r\n}';

describe("the file of a client", () => {
  test("is not touched without being told to write", async () => {
    writeFileSync(file, text);
    const before = statSync(file);
    const shown = await add({ write: false });
    expect(shown).toMatchObject({ isChanged: true, isWritten: false, backup: undefined });
    expect(shown.difference).toContain('+\t"mcpServers": {');
    expect(read()).toBe(text);
    expect(statSync(file).mtimeMs).toBe(before.mtimeMs);
    expect(readdirSync(folder)).toEqual(["mcp.json"]);
  });

  test("keeps its mode, and is kept beside it with the same one, never over an older one", async () => {
    writeFileSync(file, text);
    chmodSync(file, 0o640);
    for (let round = 0; round < 3; round += 1) {
      const { backup } = await add();
      expect(readFileSync(backup ?? "", "utf8")).toBe(text);
      expect(statSync(backup ?? "").mode & 0o777).toBe(0o640);
      expect(statSync(file).mode & 0o777).toBe(0o640);
      expect(await add()).toMatchObject({ isChanged: false });
      await remove();
      expect(read()).toBe(text);
    }
    const backups = readdirSync(folder).filter((name) => name.includes("backup"));
    expect(backups).toHaveLength(6);
    expect(readdirSync(folder)).toHaveLength(7);
  });

  test("that is not there is made for its owner alone, with its folder, and goes again", async () => {
    file = join(folder, "deep", "er", "mcp.json");
    await add();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await remove();
    expect(
      readdirSync(join(folder, "deep", "er")).filter((name) => !name.includes("backup")),
    ).toEqual([]);
    expect(await remove()).toMatchObject({ isChanged: false });
  });

  test("behind links is edited where it is, and the links stay", async () => {
    mkdirSync(join(folder, "dotfiles"));
    const target = join(folder, "dotfiles", "real.json");
    writeFileSync(target, "{}\n");
    symlinkSync(join("dotfiles", "real.json"), join(folder, "second"));
    symlinkSync("second", file);
    const { file: edited, backup } = await add();
    expect(edited.endsWith("dotfiles/real.json")).toBe(true);
    expect(backup).toContain("dotfiles");
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readlinkSync(file)).toBe("second");
    expect(lstatSync(target).isSymbolicLink()).toBe(false);
    expect(JSON.parse(readFileSync(target, "utf8")).mcpServers.hub.url).toBe(`${hub}/mcp`);
  });

  test("that cannot be edited safely is refused and left as it is", async () => {
    symlinkSync("nowhere", join(folder, "dangling"));
    symlinkSync("circle", join(folder, "circle"));
    const refused: readonly (readonly [string, Buffer | undefined, unknown])[] = [
      ["broken", Buffer.from('{"a": }'), EditRefused],
      ["latin1", Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]), FileRefused],
      ["dangling", undefined, FileRefused],
      ["circle", undefined, FileRefused],
      [".", undefined, FileRefused],
    ];
    for (const [name, bytes, error] of refused) {
      const path = join(folder, name);
      if (bytes !== undefined) writeFileSync(path, bytes);
      await expect(add({ file: path })).rejects.toThrow(error as never);
      if (bytes !== undefined) expect(readFileSync(path)).toEqual(bytes);
    }
    expect(readdirSync(folder).sort()).toEqual(["broken", "circle", "dangling", "latin1"]);
  });

  test("that its owner may not write is refused, with no backup left behind", async () => {
    writeFileSync(file, "{}\n");
    chmodSync(file, 0o444);
    expect((await add({ write: false })).isChanged).toBe(true);
    for (const edit of [add, remove]) {
      if (edit === remove) {
        chmodSync(file, 0o644);
        writeFileSync(file, JSON.stringify(added));
      }
      chmodSync(file, 0o444);
      await expect(edit()).rejects.toThrow(/is read-only/);
      expect(readdirSync(folder)).toEqual(["mcp.json"]);
    }
    expect(JSON.parse(read())).toEqual(added);
  });

  test("with other names is said to have them: a new file has this name alone", async () => {
    writeFileSync(file, "{}\n");
    linkSync(file, join(folder, "other.json"));
    expect((await add({ write: false })).otherNames).toBe(1);
    expect((await add()).otherNames).toBe(1);
    expect(readFileSync(join(folder, "other.json"), "utf8")).toBe("{}\n");
    expect((await add()).otherNames).toBe(0);
  });

  test("whose lock cannot be, because a folder is in its place, is left as it is", async () => {
    writeFileSync(file, "{}\n");
    mkdirSync(join(folder, ".mcp.json.mcp-hub-lock"));
    await expect(add()).rejects.toThrow(FileRefused);
    expect(read()).toBe("{}\n");
  });

  test("that changes meanwhile is read again: nothing of it is lost", async () => {
    writeFileSync(file, '{"n": 0}\n');
    const stale = await readConfigFile(file);
    writeFileSync(file, '{"n": 1}\n');
    await expect(replaceFile(stale, "{}")).rejects.toThrow();
    expect(read()).toBe('{"n": 1}\n');
    // Somebody writes between reading and writing, at the moment when the backup is named.
    let rounds = 0;
    const now = () => {
      rounds += 1;
      if (rounds === 1) writeFileSync(file, '{"n": 2}\n');
      return new Date(0);
    };
    await add({ now });
    expect(rounds).toBe(2);
    expect(JSON.parse(read())).toMatchObject({ n: 2, mcpServers: { hub: {} } });
  });

  test("many at once lose nothing", async () => {
    writeFileSync(file, "{}\n");
    const { wanted } = options();
    const names = ["a", "b", "c"];
    await Promise.all(names.map((name) => add({ wanted: { ...wanted, name } })));
    expect(Object.keys(JSON.parse(read()).mcpServers).sort()).toEqual(names);
  });

  test("has the same bytes after an entry came and went, whatever it was", async () => {
    const odd = fc.constantFrom(
      "",
      "{}",
      "{ }\n",
      "// c\n{}\n",
      '{\r\n  "mcpServers": {\r\n  }\r\n}\r\n',
      '{"mcpServers":{}}',
      '{"mcpServers":{/* none */}}',
      '{\n\t"mcpServers": {\n\t\t"a": {},\n\t}, // end\n}',
      "\ufeff{\n}\n\n",
    );
    await fc.assert(
      fc.asyncProperty(odd, async (before) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        writeFileSync(file, before);
        await add();
        await remove();
        expect(read()).toBe(before);
      }),
      { numRuns: 30 },
    );
  });
});
