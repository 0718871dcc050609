import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../src/command-line/exit-codes.js";
import { argumentText } from "../src/command-line/help.js";
import { commonOptions, hubOption } from "../src/command-line/parse-words.js";
import { commands } from "../src/commands/index.js";
import { runInProcess } from "./support/in-process.js";

const page = readFileSync(
  join(import.meta.dirname, "../../../docs/reference/command-line.md"),
  "utf8",
);

/** The rows of tables: what is in backticks in their first cell, and the options in their last. */
const rows = page.split("\n").flatMap((line) => {
  const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
  const title = /^`([^`]+)`$/.exec(cells[1] ?? "")?.[1];
  return title === undefined ? [] : [{ title, last: cells.at(-2) ?? "" }];
});

const optionsIn = (text: string) => [...text.matchAll(/`(--?[\w-]+)/g)].map((match) => match[1]);

describe("the reference of the command line", () => {
  test.each(commands.filter(({ isHidden }) => !isHidden))(
    "has $name with its arguments and options, and no others",
    async ({ name, load }) => {
      const { command } = await load();
      const args = Object.entries(command.args ?? {}).map(([one, declared]) =>
        argumentText(one, declared),
      );
      const row = rows.find(({ title }) => title === [name, ...args].join(" "));
      expect(row, `no row for ${[name, ...args].join(" ")}`).toBeDefined();
      const options = Object.entries(command.options ?? {}).flatMap(([one, { short }]) => [
        `--${one}`,
        ...(short === undefined ? [] : [`-${short}`]),
      ]);
      expect(optionsIn(row?.last ?? "")).toEqual(options);
    },
  );

  test("has every exit code and no other", () => {
    const codes = rows.filter(({ title }) => /^\d+$/.test(title)).map(({ title }) => Number(title));
    expect(codes).toEqual(Object.values(exitCodes));
  });

  test("has every option that all commands take", () => {
    for (const name of Object.keys({ ...commonOptions, ...hubOption }))
      expect(page).toContain(`\`--${name}`);
  });
});

describe("the help", () => {
  test("names every command that is no secret, once", async () => {
    const { code, out } = await runInProcess(["--help"]);
    expect(code).toBe(0);
    for (const { name, isHidden } of commands) {
      const lines = out.split("\n").filter((line) => line.startsWith(`  ${name}   `));
      expect([name, lines.length]).toEqual([name, isHidden ? 0 : 1]);
    }
  });

  test.each(commands)("$name says what it works on and what it takes", async (entry) => {
    const { command } = await entry.load();
    const { code, out } = await runInProcess([...entry.name.split(" "), "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: mcp-hub ${entry.name}`);
    expect(out).toContain(entry.summary);
    for (const name of Object.keys(command.options ?? {})) expect(out).toContain(`--${name}`);
    expect(out.includes("Asks a running hub.")).toBe(entry.worksOn.includes("hub"));
    expect(out.includes("Works on files of this machine.")).toBe(entry.worksOn.includes("files"));
  });

  test("every example is something that the command takes", async () => {
    const { parseWords } = await import("../src/command-line/parse-words.js");
    const { findCommand } = await import("../src/command-line/find-command.js");
    for (const { name, load } of commands) {
      for (const example of (await load()).command.examples ?? []) {
        const [line = ""] = example.split(/ [|<>] /);
        const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((one) => one[1] ?? one[2] ?? "");
        const found = findCommand(words);
        expect([example, found.ok && found.entry?.name]).toEqual([example, name]);
        if (!found.ok || found.entry === undefined) continue;
        const { command } = await found.entry.load();
        const parsed = parseWords(command, found.entry.worksOn.includes("hub"), found.words);
        expect([example, parsed.ok ? [] : parsed.problems]).toEqual([example, []]);
      }
    }
  });
});
