import { execFileSync } from "node:child_process";
import type { ClientConfig } from "@hub/api";
import { clients, literal, safeUrl, shellWord } from "@hub/api/config";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { createTestApp, postJson, type TestApp } from "./support/test-app.js";

const nasty = [
  "'",
  '"',
  "`",
  "$(touch /tmp/x)",
  "$".concat("{env:SECRET}"),
  "$HOME",
  "\\",
  ";",
  "&&",
  "|",
  "%PATH%",
  "!",
  "</script>",
  "\n",
  "{{x}}",
  "*",
  "~",
  "ü",
  "🙂",
  "#",
  "?",
  "%27",
  "%0a",
  "(",
  ")",
  "[",
  "]",
  "^",
];
const text = fc.array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 5 })), {
  maxLength: 6,
});

/** The words that a POSIX shell makes of a command line. */
function wordsOf(line: string): readonly string[] {
  const script = `set -f\nshow() { for word; do printf '%s\\0' "$word"; done; }\nshow ${line}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

describe("quoting", () => {
  test("a shell reads back every word as it was", () => {
    const words = fc.array(
      text.map((parts) => parts.join("").replaceAll("\0", "")),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(words, (given) => {
        const whole = given.filter((word) => !/[\ud800-\udfff]/u.test(word));
        expect(wordsOf(whole.map(shellWord).join(" "))).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  test("TypeScript reads back every literal as it was", () => {
    fc.assert(
      fc.property(text, (parts) => {
        const given = parts.join("");
        const { expression } = ts.createSourceFile("x.ts", literal(given), ts.ScriptTarget.ES2022)
          .statements[0] as ts.ExpressionStatement; // a literal and nothing else
        expect(ts.isStringLiteral(expression) && expression.text).toBe(given);
        expect(literal(given)).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  test("a URL loses every character that means something to a shell or a template, and stays the same URL", () => {
    fc.assert(
      fc.property(text, text, (path, search) => {
        const url = `http://localhost:8002/${encodeURIComponent("x")}${path.join("").replaceAll("?", "")}?${search.join("")}`;
        // An endpoint has no fragment.
        if (url.includes("#") || !URL.canParse(url)) return;
        const safe = safeUrl(url);
        expect(safe).toMatch(/^[A-Za-z0-9\-._~:/?[\]@&+,;=%]+$/);
        expect(new URL(safe).href).toBe(safe);
        expect(safeUrl(safe)).toBe(safe);
        expect(new URL(safe).origin).toBe(new URL(url).origin);
        const decoded = (one: string) => one.replace(/%[0-9a-f]{2}/gi, (hex) => unescape(hex));
        const { pathname, search: query } = new URL(url);
        expect(decoded(new URL(safe).pathname + new URL(safe).search)).toBe(
          decoded(pathname + query),
        );
      }),
    );
  });
});

const names = [
  `Quote " and ' and \``,
  "$(touch /tmp/x)",
  "</script><script>alert(1)</script>",
  "$".concat("{env:SECRET}"),
  "a; rm -rf ~ #",
  "] [x] = \\",
];

const secret = "%GITHUB_TOKEN%";

const endpoint = (index: number) =>
  `http://localhost:80${10 + index}/mcp/$(id)/'"\`;&|?a=\${env:SECRET}&b=$HOME&c=!x'"\`%0a[1]`;

async function hostileWorld(): Promise<TestApp> {
  const world = await createTestApp();
  for (const [index, name] of names.entries()) {
    const answer = await postJson(world.app, "/register", {
      name,
      transport: "streamable-http",
      endpoint: endpoint(index),
      tags: ["$(id)`'\"", secret],
    });
    expect(answer.status).toBe(201);
  }
  return world;
}

/** What cmd.exe puts variables in the place of, whatever the quotes. */
const commandLines = clients.filter((client) => client.isCommandLine === true);

describe("servers with hostile names and endpoints", () => {
  test.each(clients.map(({ id, format }) => [id, format] as const))("%s", async (id, format) => {
    const { app } = await hostileWorld();
    for (const query of ["via=direct", "tags=%24(id)%60'%22"]) {
      const response = await app.request(`/config/${id}?format=json&${query}`);
      expect(response.status).toBe(200);
      const config: ClientConfig = JSON.parse(await response.text());
      // Names never come into it, and of a URL nothing that anybody expands.
      expect(config.text).not.toMatch(/\$(?:\(|HOME|\{env)|touch |script>|rm -rf|`;/);
      for (const { key, url } of config.endpoints) {
        expect(key).toMatch(/^[a-z0-9-]{1,40}$/);
        expect(url).toMatch(/^[A-Za-z0-9\-._~:/?[\]@&+,;=%]+$/);
      }
      for (const { href } of config.installLinks) expect(href).toMatch(/^[\w:/?&=.%~!*'()-]+$/);
      if (format === "json") JSON.parse(config.text);
      if (format === "shell") {
        const lines = config.text.trimEnd().split("\n");
        expect(lines).toHaveLength(config.endpoints.length);
        for (const [index, line] of lines.entries())
          expect(wordsOf(line)).toContain(config.endpoints[index]?.url);
      }
      if (format === "typescript") {
        const { diagnostics } = ts.transpileModule(config.text, { reportDiagnostics: true });
        expect(diagnostics).toEqual([]);
      }
    }
  });
});

describe("text that becomes a command line", () => {
  test("is that of all clients whose text is a command, and of one that starts a program", () => {
    const shells = clients.filter(({ format }) => format === "shell");
    expect(commandLines).toEqual(expect.arrayContaining(shells));
    expect(commandLines.map(({ id }) => id).sort()).toEqual([
      "claude-code",
      "claude-desktop",
      "inspector",
    ]);
  });

  test("has no percent sign, whatever endpoints and tags strangers register", async () => {
    const parts = fc.array(
      fc.oneof(fc.constantFrom(...nasty, secret), fc.string({ maxLength: 5 })),
      {
        maxLength: 6,
      },
    );
    const word = parts.map((some) => some.join("").replaceAll("#", ""));
    await fc.assert(
      fc.asyncProperty(word, word, word, async (path, search, tag) => {
        const world = await createTestApp();
        const registered = await postJson(world.app, "/register", {
          name: "Stranger",
          transport: "streamable-http",
          endpoint: `http://evil.example/${path}?${search}`,
          tags: ["plain"],
        });
        fc.pre(registered.status === 201);
        // Not every text is a tag; the rest of the check goes on without it.
        const tagged = await postJson(world.app, "/register", {
          name: "Tagged",
          transport: "sse",
          endpoint: `http://evil.example/${secret}`,
          tags: [tag],
        });
        const known = await (await world.app.request("/servers/tagged")).json();
        const [kept] = tagged.status === 201 ? (known.tags ?? []) : [];
        const tags =
          kept === undefined || kept.includes(",") ? "" : `&tags=${encodeURIComponent(kept)}`;
        for (const { id } of commandLines) {
          for (const query of ["", "via=direct", `mode=all${tags}`, `via=direct${tags}`]) {
            const response = await world.app.request(`/config/${id}?${query}`);
            expect([id, query, response.status]).toEqual([id, query, 200]);
            expect(await response.text()).not.toContain("%");
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("names the hub in the place of such an endpoint, and says why", async () => {
    const world = await createTestApp();
    const register = (name: string, path: string) =>
      postJson(world.app, "/register", {
        name,
        transport: "streamable-http",
        endpoint: `http://evil.example/${path}`,
        tags: [secret],
      });
    await register("Evil", secret);
    await register("Plain", "mcp");
    const ask = async (path: string): Promise<ClientConfig> =>
      JSON.parse(
        await (await world.app.request(`http://localhost:8001/config/${path}&format=json`)).text(),
      );
    const config = await ask("claude-code?via=direct");
    expect(config.endpoints.map(({ url }) => url)).toEqual([
      "http://localhost:8001/servers/evil/mcp",
      "http://evil.example/mcp",
    ]);
    expect(config.notes.find((note) => note.includes("percent sign"))).toMatch(/: `evil`\.$/);
    // A file that no shell reads may have it as it is.
    expect((await ask("cursor?via=direct")).text).toContain(`http://evil.example/${secret}`);

    const byTag = await ask(`claude-code?tags=${encodeURIComponent(secret)}`);
    expect(byTag.text).toContain('"http://localhost:8001/mcp?servers=evil,plain"');
    expect(byTag.notes[0]).toContain("not safe in a command");
  });
});
