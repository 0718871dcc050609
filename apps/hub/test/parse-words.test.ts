import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OptionDeclaration } from "../src/command-line/command.js";
import { parseWords } from "../src/command-line/parse-words.js";
import { runInProcess } from "./support/in-process.js";

const command = {
  args: {
    server: { summary: "a server" },
    word: { summary: "words", isOptional: true, isRepeatable: true },
  },
  options: {
    tag: { summary: "a tag", value: "tag", isRepeatable: true },
    count: { summary: "how many", value: "count", number: { least: 1, most: 20 } },
    mode: { summary: "a mode", value: "mode", choices: ["all", "search"] },
    yes: { summary: "do not ask", short: "y" },
  },
} as const;

describe("what is typed behind a command", () => {
  test("whatever its order and spelling, every option and argument is read as it was meant", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !text.startsWith("-"));
    const given = fc.record({
      words: fc.array(name, { minLength: 1, maxLength: 4 }),
      tags: fc.array(name, { maxLength: 3 }),
      count: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
      mode: fc.option(fc.constantFrom("all", "search"), { nil: undefined }),
      yes: fc.constantFrom(undefined, "-y", "--yes"),
      isJoined: fc.boolean(),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(given, ({ words, tags, count, mode, yes, isJoined, seed }) => {
        const option = (key: string, value: unknown) =>
          isJoined ? [[`${key}=${value}`]] : [[key, String(value)]];
        const options = [
          ...tags.flatMap((tag) => option("--tag", tag)),
          ...(count === undefined ? [] : option("--count", count)),
          ...(mode === undefined ? [] : option("--mode", mode)),
          ...(yes === undefined ? [] : [[yes]]),
        ];
        // Options may stand anywhere between the words.
        const typed = [...words.map((word) => [word])];
        for (const [at, one] of options.entries())
          typed.splice(Math.abs((seed + at) % (typed.length + 1)), 0, one);
        const read = parseWords(command, false, typed.flat());
        expect(read).toMatchObject({
          ok: true,
          args: { server: words[0], word: words.slice(1) },
          options: { count, mode, yes: yes !== undefined },
        });
        if (read.ok) expect([...(read.options.tag as string[])].sort()).toEqual([...tags].sort());
      }),
    );
  });

  test("no words make it throw, and a refusal always says why", () => {
    const any = fc.oneof(
      fc.string(),
      fc.constantFrom("--", "-", "--tag", "--tag=", "--count=0", "--yes=1", "-y", "--__proto__"),
    );
    fc.assert(
      fc.property(fc.array(any), (words) => {
        const read = parseWords(command, true, words);
        if (!read.ok) expect(read.problems.join("").length).toBeGreaterThan(0);
      }),
    );
  });

  test.each([
    [["a", "--cuont", "3"], 'does not know "--cuont". The nearest option is --count'],
    [["a", "--count", "21"], '--count takes a whole number, 1-20, and got "21"'],
    [["a", "--count"], "--count needs a value: <count>, how many"],
    [["a", "--mode", "serch"], '--mode cannot be "serch": perhaps search'],
    [["a", "--yes=1"], "--yes takes no value"],
    [["a", "--count=1", "--count=2"], "--count can be given only once"],
    [[], "<server> is missing: a server"],
  ])("%j is refused with what is wrong", (words, text) => {
    const read = parseWords(command, false, words);
    expect(read.ok ? "" : read.problems.join(" ")).toContain(text);
  });

  test("everything that is wrong is said at once, and --help asks for nothing", () => {
    const words = ["--cuont", "3", "--count", "x"];
    const read = parseWords(command, false, words);
    expect(read.ok ? 0 : read.problems.length).toBe(2);
    expect(parseWords(command, false, [...words, "--help"]).ok).toBe(true);
  });

  test("behind -- nothing is an option", () => {
    expect(parseWords(command, false, ["a", "--", "--yes", "--"])).toMatchObject({
      ok: true,
      args: { server: "a", word: ["--yes", "--"] },
      options: { yes: false },
    });
  });

  test("an option whose name is a member of every object is none", () => {
    const options: Record<string, OptionDeclaration> = {};
    expect(parseWords({ options }, false, ["--constructor"]).ok).toBe(false);
  });
});

describe("which command is meant", () => {
  test.each([
    [["lst"], 'does not know the command "lst". The nearest command is list'],
    [["toolset"], "mcp-hub toolset needs one of list, get, create, edit, remove behind it"],
    [["toolset", "creat"], "The nearest command is toolset create"],
    [["--porrt=1"], "Set MCP_HUB_PORT in the environment instead"],
    [["list", "--porrt=1"], 'does not know "--porrt=1"'],
  ])("%j is wrong usage, with the way on", async (words, text) => {
    const { code, err } = await runInProcess(words);
    expect([code, err]).toEqual([2, expect.stringContaining(text)]);
  });

  test("with --json an error is one line of JSON on stderr, and nothing is on stdout", async () => {
    const { code, out, err } = await runInProcess(["list", "--statsu", "up", "--json"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err.trimEnd().split("\n").length).toBe(1);
    expect(JSON.parse(err)).toMatchObject({
      error: { code: "WRONG_USAGE", exitCode: 2, message: expect.stringContaining("--status") },
    });
  });

  test.each([["--version"], ["-v"], ["list", "--version"], ["--json", "--version"]])(
    "%s %s says the version",
    async (...words) => {
      const { code, out } = await runInProcess(words.filter((word) => word !== undefined));
      expect(code).toBe(0);
      expect(out).toContain("1.2.3");
    },
  );

  test("common options may stand before the command", async () => {
    const { code, err } = await runInProcess(["--hub", "http://127.0.0.1:1", "--json", "list"]);
    expect(code).toBe(5);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "UNREACHABLE" } });
  });

  test("an address that is none says where it came from", async () => {
    const ran = await runInProcess(["list"], { environment: { MCP_HUB_URL: "ftp://x" } });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("MCP_HUB_URL: The hub URL");
    const port = await runInProcess(["list"], { environment: { MCP_HUB_PORT: "x" } });
    expect(port.err).toContain("MCP_HUB_PORT: The hub URL");
  });
});
