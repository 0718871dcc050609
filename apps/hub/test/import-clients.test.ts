import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exitCodes } from "../src/command-line/exit-codes.js";
import { runInProcess } from "./support/in-process.js";

let home: string;
const taking = () =>
  runInProcess(["import", "clients", "--all"], { environment: { HOME: home }, folder: home });

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mcp-import-"));
  mkdirSync(join(home, ".cursor"));
  const servers = { mcpServers: { one: { command: "one" } } };
  writeFileSync(join(home, ".cursor/mcp.json"), JSON.stringify(servers));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("a new file is its owner's alone, and nothing is left beside it", async () => {
  expect(await taking()).toMatchObject({ code: exitCodes.ok, err: "" });
  expect(statSync(join(home, "mcp.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(home).sort()).toEqual([".cursor", "mcp.json"]);
});

test("a file that is a link stays one, and the file behind it keeps its mode", async () => {
  const kept = join(home, "kept.json");
  writeFileSync(kept, "{}");
  chmodSync(kept, 0o640);
  symlinkSync(kept, join(home, "mcp.json"));
  expect((await taking()).code).toBe(exitCodes.ok);
  expect(lstatSync(join(home, "mcp.json")).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual({
    mcpServers: { one: { command: "one" } },
  });
  expect(statSync(kept).mode & 0o777).toBe(0o640);
});

test("a file that cannot be edited safely is refused with a sentence", async () => {
  symlinkSync(join(home, "nowhere.json"), join(home, "mcp.json"));
  const { code, err } = await taking();
  expect(code).toBe(exitCodes.refused);
  expect(err).toContain("is a link to a file that is not there. Nothing was changed.");
});
