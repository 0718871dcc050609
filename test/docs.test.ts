import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { getHealth } from "@hub/api";
import { hubErrorCodes } from "@hub/core";
import { budgetNames, rowOf, settingOf } from "@hub/core/limits";
import { HubProcess } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { timeSettings } from "../apps/hub/src/settings.js";
import { clientIds } from "../packages/api/src/config/ids.js";
import {
  hubSettings,
  settingsOfOthers,
  traceSettings,
} from "../packages/core/src/environment/index.js";
import { gatewayErrors } from "../packages/mcp/src/gateway-errors.js";

const root = join(import.meta.dirname, "..");

function markdownUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory())
      return entry.name === "node_modules" ? [] : markdownUnder(join(folder, entry.name));
    return entry.name.endsWith(".md") ? [join(folder, entry.name)] : [];
  });
}

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...markdownUnder("docs"),
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
];

type Snippet = { readonly page: string; readonly language: string; readonly code: string };

const snippets: readonly Snippet[] = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/```(\w+)\n([\s\S]*?)```/g)].map((match) => ({
    page,
    language: match[1] ?? "",
    code: (match[2] ?? "").trim(),
  })),
);

/** Programs that other tests build and run. */
const programs = ["examples/src", "examples", "clients/python/examples"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => /\.(ts|py)$/.test(name))
    .map((name) => readFileSync(join(root, folder, name), "utf8")),
);

describe("code in the documentation", () => {
  test("every TypeScript and Python snippet is a piece of a program that a test runs", () => {
    const code = snippets.filter((one) =>
      ["ts", "typescript", "js", "python"].includes(one.language),
    );
    expect(code.length).toBeGreaterThan(8);
    const strange = code.filter((one) => !programs.some((program) => program.includes(one.code)));
    expect(
      strange.map((one) => `${one.page}: ${one.code.split("\n").slice(0, 4).join(" / ")}`),
    ).toEqual([]);
  });

  test("every file of servers in it is the one that a test registers", () => {
    const files = snippets.filter(
      ({ language, code }) =>
        language === "json" && code.includes("mcpServers") && code.includes("command"),
    );
    const example = readFileSync(join(root, "examples/mcp.json"), "utf8").trim();
    expect(files.map(({ code }) => code)).toContain(example);
  });

  test("the seed's Python snippet sends what was recorded on the wire", () => {
    const python = snippets.find((one) => one.language === "python")?.code ?? "";
    const fields = [...python.matchAll(/"(name|transport|endpoint)": "([^"]+)"/g)].map(
      (match): [string, string] => [match[1] ?? "", match[2] ?? ""],
    );
    expect(new URLSearchParams(fields).toString()).toBe(
      "name=MCP+Server+1&transport=streamable-http&endpoint=http%3A%2F%2Flocalhost%3A8002%2Fmcp",
    );
    expect(python).toContain('"http://localhost:8001/register", data=');
  });

  test("every command exists", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const known = new Set([...Object.keys(scripts), "start", "test", "install"]);
    const lines = snippets
      .filter((one) => one.language === "sh")
      .flatMap((one) =>
        one.code
          .replace(/\\\n\s*/g, "")
          .split("\n")
          .map((line) => ({ page: one.page, line: line.split(" #")[0]?.trim() ?? "" })),
      );
    for (const { page, line } of lines) {
      const script = /^(?:[A-Z_]+=\S+ )*npm (?:run )?(?:--silent )?([\w:-]+)/.exec(line)?.[1];
      const program = /^(?:bash|node) (\S+)/.exec(line)?.[1];
      const isKnown =
        (script !== undefined && known.has(script)) ||
        (program !== undefined &&
          (existsSync(join(root, program)) || program.startsWith("apps/"))) ||
        /^(curl|npx hub-register)\b/.test(line);
      expect([page, line, isKnown]).toEqual([page, line, true]);
    }
  });

  test("every link leads to a file that exists", () => {
    for (const page of pages) {
      for (const [, target = ""] of readFileSync(join(root, page), "utf8").matchAll(
        /\]\(([^)#\s]+)[^)]*\)/g,
      )) {
        if (/^https?:/.test(target)) continue;
        const path = join(root, dirname(page), target);
        expect([page, relative(root, path), existsSync(path)]).toEqual([
          page,
          relative(root, path),
          true,
        ]);
      }
    }
  });

  test("the reference of errors names every code, and no other", () => {
    const text = readFileSync(join(root, "docs/reference/errors.md"), "utf8");
    const named = [...text.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map((match) => match[1]);
    expect(named.sort()).toEqual([...hubErrorCodes].sort());
  });

  test("the reference of errors names every code of the gateway with its number, and no other", () => {
    const text = readFileSync(join(root, "docs/reference/errors.md"), "utf8");
    const named = [...text.matchAll(/^\| (-\d+) +\| `([A-Z_]+)` +\|/gm)];
    expect(Object.fromEntries(named.map(([, number, code]) => [code, Number(number)]))).toEqual(
      gatewayErrors,
    );
  });

  test("the reference of attacks has a row for every scene, and all known faults have one", () => {
    const text = readFileSync(join(root, "docs/reference/attack.md"), "utf8");
    const scenes = readdirSync(join(root, "bench/attack/scenes"))
      .map((file) => file.replace(/\.mjs$/, ""))
      .filter((name) => name !== "index");
    const rows = [...text.matchAll(/^\| (S[\d, S]+?) +\| `([\w-]+)`/gm)];
    expect(rows.map(([, , name]) => name).sort()).toEqual(scenes.sort());
    const faults = new Set(rows.flatMap(([, named = ""]) => named.split(", ")));
    const fromOutside = Array.from({ length: 24 }, (_, index) => `S${index + 1}`);
    expect(fromOutside.filter((fault) => !faults.has(fault))).toEqual(["S23"]);
  });

  test("every row of the threat model names tests that exist", () => {
    const text = readFileSync(join(root, "docs/threat-model.md"), "utf8");
    const [, table = ""] = text.split("## What the hub promises");
    const rows = table
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .slice(2);
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) {
      const tests = [...row.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = ""]) => path);
      expect(tests, row).not.toEqual([]);
      for (const path of tests) {
        expect(path).toMatch(/\.(test|browser)\.ts$/);
        expect(existsSync(join(root, path)), path).toBe(true);
      }
    }
  });

  test("the reference of the gauntlet has a row for every kind", () => {
    const text = readFileSync(join(root, "docs/reference/gauntlet.md"), "utf8");
    const kinds = readdirSync(join(root, "bench/gauntlet/kinds"))
      .map((file) => file.replace(/\.mjs$/, ""))
      .filter((name) => !["index", "routes"].includes(name));
    const [, table = ""] = text.split("<!-- table");
    const rows = [...table.matchAll(/^\| `([\w-]+)` /gm)].map(([, name = ""]) => name);
    expect(rows.toSorted()).toEqual(kinds.toSorted());
  });

  test("the reference of faults says of every line what is done, and has figures of no other", () => {
    const text = readFileSync(join(root, "docs/reference/faults.md"), "utf8");
    const folder = join(root, "bench/faults/lines");
    const names = readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), "utf8").matchAll(/^ {2}name: "([\w-]+)",$/gm)].map(
        ([, name = ""]) => name,
      ),
    );
    expect(names.length).toBeGreaterThan(10);
    const rowsOf = (part = "") =>
      [...part.matchAll(/^\| `([\w-]+)` /gm)].map(([, name = ""]) => name);
    const [done, figures] = text.split("## Last figures");
    expect(rowsOf(done).toSorted()).toEqual(names.toSorted());
    // A line that was never run whole has none yet.
    for (const name of rowsOf(figures)) expect(names).toContain(name);
  });

  test("the reference of settings names every variable that hub, servers and clients read", () => {
    const text = readFileSync(join(root, "docs/reference/settings.md"), "utf8");
    for (const name of [...hubSettings, ...settingsOfOthers, ...traceSettings])
      expect(text).toContain(`\`${name}\``);
  });

  test("the reference of settings has every time with its default and range as they are in the code", () => {
    const text = readFileSync(join(root, "docs/reference/settings.md"), "utf8");
    const rows = [...text.matchAll(/^\| `(MCP_HUB_[A-Z_]+_MS)` +\| `(\d+)` +\| (\S+) +\|/gm)];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      Object.entries(timeSettings).map(([name, { default: value, least, most }]) => [
        name,
        `${value}`,
        `${least}-${most}`,
      ]),
    );
  });

  test("the reference of settings has the table of budgets as it is in the code", () => {
    const text = readFileSync(join(root, "docs/reference/settings.md"), "utf8");
    const rows = [
      ...text.matchAll(
        /^\| `(MCP_HUB_MAX_[A-Z_]+)` +\| `(\d+)` +\| (\S+) +\| (\w+) +\| (.+?) +\|$/gm,
      ),
    ];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      budgetNames.map((name) => {
        const { default: value, least, most, per, meaning } = rowOf(name);
        return [settingOf(name), `${value}`, `${least}-${most}`, per, meaning];
      }),
    );
  });
});

/** What is to be sent; where that is a file, it is the one that the page shows. */
function bodyIn(word: string, page: string): string {
  if (!word.startsWith("@")) return word;
  return snippets.find((one) => one.page === page && one.language === "json")?.code ?? "";
}

describe("requests in the documentation", () => {
  let hub: HubProcess;
  beforeAll(async () => {
    hub = await HubProcess.start();
  });
  afterAll(() => hub.stop());

  test("the reference of settings says how long things are kept as the hub does", async () => {
    const text = readFileSync(join(root, "docs/reference/settings.md"), "utf8");
    const [, section = ""] = text.split("## How long the hub keeps what happened");
    const rows = [
      ...section.matchAll(/^\| `(\w+)` +\| (.+?) +\| (\d+) (hour|day)s +\| (.*?) *\| (.+?) +\|$/gm),
    ];
    const { retention } = getHealth.answers[200].content["application/json"].parse(
      await (await fetch(`${hub.url}/healthz?verbose`)).json(),
    );
    const code = (name: string) => `\`${name}\``;
    expect(
      rows.map(([, name, meaning, amount, unit, setting, budgets]) => ({
        name,
        meaning,
        keptMs: Number(amount) * (unit === "hour" ? 3_600_000 : 86_400_000),
        setting,
        budgets,
      })),
    ).toEqual(
      retention?.map(({ setting, budgets, ...row }) => ({
        ...row,
        setting: setting === undefined ? "" : code(setting),
        budgets: budgets.map(code).join(", "),
      })),
    );
  });

  test("every curl line gets an answer that is no error", async () => {
    const lines = snippets
      .filter((one) => one.language === "sh")
      .flatMap(({ page, code }) => code.split("\n").map((line) => ({ page, line })))
      .filter(({ line }) => line.startsWith("curl"))
      // What one page registers, another one speaks of.
      .sort((a, b) => Number(b.line.includes("/register")) - Number(a.line.includes("/register")));
    expect(lines.length).toBeGreaterThan(4);
    for (const { page, line } of lines) {
      const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => {
        const whole = match[0];
        return whole.startsWith("-") ? whole : (match[1] ?? match[2] ?? match[3] ?? "");
      });
      const headers: Record<string, string> = {};
      const fields: string[] = [];
      let url = "";
      // Who has no such secret may still look at what is there.
      const method = line.includes("$") ? undefined : / -X (\w+) /.exec(line)?.[1];
      for (let index = 1; index < words.length; index += 1) {
        const word = words[index] ?? "";
        if (word === "-H") {
          const [name = "", value = ""] = (words[++index] ?? "").split(": ");
          headers[name] = value;
        } else if (word === "-d") fields.push(bodyIn(words[++index] ?? "", page));
        else if (word.startsWith("http")) url = word.replace("http://127.0.0.1:8001", hub.url);
      }
      const isJson = headers["content-type"] === "application/json";
      const body = isJson
        ? fields[0]
        : fields
            .map((field) => field.replace(/"/g, ""))
            .map(
              (field) =>
                `${field.split("=")[0]}=${encodeURIComponent(field.slice(field.indexOf("=") + 1))}`,
            )
            .join("&");
      const response = await fetch(url, {
        method: method ?? (fields.length > 0 ? "POST" : "GET"),
        headers: {
          ...(fields.length > 0 && !isJson
            ? { "content-type": "application/x-www-form-urlencoded" }
            : {}),
          ...headers,
        },
        ...(fields.length > 0 ? { body: body ?? "" } : {}),
      });
      expect([line, response.status < 300]).toEqual([line, true]);
      await response.body?.cancel();
    }
  });
});

test("how many clients there is configuration for, wherever a page says it, is how many there are", () => {
  const said = pages.flatMap((page) =>
    [
      ...readFileSync(join(root, page), "utf8").matchAll(/ready configuration for (\d+) clients/g),
    ].map(([, count]) => [page, Number(count)]),
  );
  expect(said.length).toBeGreaterThan(3);
  expect(said).toEqual(said.map(([page]) => [page, clientIds.length]));
});

test("the files with secrets that the guides name are none that git would take", () => {
  const guides = join(root, "docs/guides");
  const named = readdirSync(guides)
    .filter((name) => name.endsWith(".md"))
    .flatMap((name) => [...readFileSync(join(guides, name), "utf8").matchAll(/--file ([\w.-]+)/g)])
    .map(([, file = ""]) => file);
  expect(named).toContain("secret.txt");
  const ignored = readFileSync(join(root, ".gitignore"), "utf8").split("\n");
  const isIgnored = (file: string) =>
    ignored.some((line) => line === file || (line.startsWith("*") && file.endsWith(line.slice(1))));
  expect(named.filter((file) => !isIgnored(file))).toEqual([]);
});
