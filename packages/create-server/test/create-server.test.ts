import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { packageNameOf, readArguments, type Wish } from "../src/arguments.js";
import { CannotCreate, createProject } from "../src/create-project.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-create-"));
  folders.push(folder);
  return folder;
}

function wishIn(folder: string, wish: Partial<Wish> = {}): Wish {
  const path = join(folder, "my-server");
  return {
    folder: path,
    packageName: "my-server",
    serverName: "My server",
    helper: undefined,
    ...wish,
  };
}

const read = (wish: Wish, name: string) => readFileSync(join(wish.folder, name), "utf8");

describe("a new project", () => {
  test("has its own names everywhere and the helper's version", () => {
    const wish = wishIn(emptyFolder());
    const files = createProject(wish, "1.2.3", "/");
    expect(files).toEqual([
      ".gitignore",
      "README.md",
      "package.json",
      "src/main.ts",
      "src/server.ts",
      "test/server.test.ts",
      "tsconfig.json",
    ]);
    expect(JSON.parse(read(wish, "package.json"))).toMatchObject({
      name: "my-server",
      dependencies: { "@hub/register": "^1.2.3" },
    });
    for (const name of files) expect(read(wish, name)).not.toMatch(/template/i);
  });

  test("is refused behind a link that leads nowhere, and goes behind one that leads to an empty folder", () => {
    const folder = emptyFolder();
    const wish = wishIn(folder);
    symlinkSync(join(folder, "real"), wish.folder);
    expect(() => createProject(wish, "1.2.3", "/")).toThrow(CannotCreate);
    mkdirSync(join(folder, "real"));
    createProject(wish, "1.2.3", "/");
    expect(readdirSync(join(folder, "real"))).toContain("package.json");
  });

  test("brings the tarball of the helper with it", () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "hub-register-0.1.0.tgz"), "bytes");
    const wish = wishIn(folder, { helper: "./hub-register-0.1.0.tgz" });
    expect(createProject(wish, "1.2.3", folder)).toContain("vendor/hub-register-0.1.0.tgz");
    expect(read(wish, "vendor/hub-register-0.1.0.tgz")).toBe("bytes");
    expect(JSON.parse(read(wish, "package.json")).dependencies["@hub/register"]).toBe(
      "file:vendor/hub-register-0.1.0.tgz",
    );
  });

  test("keeps any name as it is, in JSON, in TypeScript and in words", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(name, (given) => {
        const command = readArguments(["x", "--name", given], "/");
        if (command.kind !== "create") return;
        const { serverName } = command.wish;
        const wish = wishIn(emptyFolder(), { serverName });
        createProject(wish, "1.2.3", "/");
        // A dot would not stand for U+2028, which a name may have.
        const [, written = ""] =
          /new McpServer\(\{ name: ("[^\n]*"), version/.exec(read(wish, "src/server.ts")) ?? [];
        expect(JSON.parse(written)).toBe(serverName);
        expect(read(wish, "README.md").startsWith(`# ${serverName}\n`)).toBe(true);
      }),
      { numRuns: 50, examples: [["!\u2028!"]] },
    );
  });

  test("is not made where something is already, and then nothing is written", () => {
    const folder = emptyFolder();
    const wish = wishIn(folder);
    mkdirSync(wish.folder);
    writeFileSync(join(wish.folder, "mine.txt"), "mine");
    expect(() => createProject(wish, "1.2.3", "/")).toThrow(/is not empty/);
    expect(readdirSync(wish.folder)).toEqual(["mine.txt"]);
    expect(() =>
      createProject({ ...wish, folder: join(wish.folder, "mine.txt") }, "1", "/"),
    ).toThrow(/is a file/);
  });

  test("is not made with a tarball that is not there", () => {
    const wish = wishIn(emptyFolder(), { helper: "./nothing.tgz" });
    expect(() => createProject(wish, "1.2.3", wish.folder)).toThrow(CannotCreate);
    expect(() => readdirSync(wish.folder)).toThrow(/ENOENT/);
  });
});

describe("the command line", () => {
  test("says what is wrong with it", () => {
    const problemOf = (...args: string[]) => {
      const command = readArguments(args, "/");
      return command.kind === "wrong" ? command.problem : command.kind;
    };
    expect(problemOf()).toMatch(/Name the folder/);
    expect(problemOf("a", "b")).toMatch(/Expected one folder, got 2/);
    expect(problemOf("a", "--nmae", "x")).toMatch(/--nmae/);
    expect(problemOf("a", "--name", "")).toMatch(/1 to 200 characters/);
    expect(problemOf("a", "--name", "a\nb")).toMatch(/control character/);
    expect(problemOf("--help")).toBe("help");
  });

  test("makes a name that npm takes of any folder", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        expect(packageNameOf(name)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(packageNameOf(name).length).toBeLessThanOrEqual(100);
      }),
    );
  });
});
