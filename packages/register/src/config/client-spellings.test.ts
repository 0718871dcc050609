import { readConfig } from "@hub/api/client-files";
import fc from "fast-check";
import { stringify as toToml } from "smol-toml";
import { expect, test } from "vitest";
import { fillInEntry } from "./fill-in-entry.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

/** A place for a variable, as files write it. */
const ref = (inside: string) => `\${${inside}}`;
const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

/** A text with a place for a variable in it, or without: what each client writes in its own way. */
type Word = readonly (string | { readonly variable: string })[];

interface Command {
  readonly command: string;
  readonly args: readonly Word[];
  readonly env: Readonly<Record<string, Word>>;
}
interface Remote {
  readonly path: string;
  readonly headers: Readonly<Record<string, Word>>;
}
type Server = Command | Remote;
type Servers = Readonly<Record<string, Server>>;

const environment = { API_TOKEN: "value-of-api-token", HOME: "/home/me", Other_1: "" };

// No brace or dollar: what clients make of half a reference differs, and is none of ours.
const plain = fc.string({ unit: codePoint }).map((text) => text.replace(/[${}]/g, ""));
const variable = fc.record({ variable: fc.constantFrom(...Object.keys(environment)) });
const word: fc.Arbitrary<Word> = fc.array(fc.oneof(plain, variable), { maxLength: 3 });
const headerWord: fc.Arbitrary<Word> = fc.array(
  fc.oneof(
    fc.stringMatching(/^[\w .,;:=/+-]{0,12}$/),
    fc.record({ variable: fc.constantFrom("API_TOKEN", "HOME") }),
  ),
  { maxLength: 3 },
);
const name = fc.string({ minLength: 1 }).filter((one) => one !== "__proto__");
const key = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
const header = fc.stringMatching(/^X-[A-Za-z]{1,8}$/);
const command: fc.Arbitrary<Server> = fc.record({
  command: plain.filter((text) => text !== ""),
  args: fc.array(word, { maxLength: 4 }),
  env: fc.dictionary(key, word, { maxKeys: 3 }),
});
const remote: fc.Arbitrary<Server> = fc.record({
  path: fc.stringMatching(/^[a-z]{1,8}$/),
  headers: fc.dictionary(header, headerWord, { maxKeys: 2 }),
});
const servers: fc.Arbitrary<Servers> = fc.dictionary(name, fc.oneof(command, remote), {
  minKeys: 1,
  maxKeys: 5,
});

type Write = (one: Word) => string;
const written =
  (reference: (variable: string) => string): Write =>
  (one) =>
    one.map((part) => (typeof part === "string" ? part : reference(part.variable))).join("");
const braces = written((variable) => `\${${variable}}`);
const envBraces = written((variable) => `\${env:${variable}}`);
const withFallback = written((variable) => `\${${variable}:-not this}`);
const dollars = written((variable) => `\${${variable}}`);
const words = written((variable) => `{env:${variable}}`);
const filledIn = written((variable) => environment[variable as keyof typeof environment]); // its own names

const mapped = <Value, Other>(
  record: Readonly<Record<string, Value>>,
  change: (one: Value) => Other,
) => Object.fromEntries(Object.entries(record).map(([one, value]) => [one, change(value)]));
const urlOf = ({ path }: Remote) => `https://mcp.example/${path}`;
const isCommand = (server: Server): server is Command => "command" in server;

const usual =
  (write: Write, address: string) =>
  (server: Server): object =>
    isCommand(server)
      ? { command: server.command, args: server.args.map(write), env: mapped(server.env, write) }
      : { [address]: urlOf(server), headers: mapped(server.headers, write) };

/** How each client writes its servers. */
const clients: Readonly<
  Record<string, { readonly file: string; toValue(servers: Servers): object }>
> = {
  "Claude Desktop and Claude Code": {
    file: "/p/.mcp.json",
    toValue: (all) => ({ mcpServers: mapped(all, usual(braces, "url")) }),
  },
  "Claude Code with what stands for variables": {
    file: "/p/.mcp.json",
    toValue: (all) => ({ mcpServers: mapped(all, usual(withFallback, "url")) }),
  },
  "Claude Code, its own file": {
    file: "/home/me/.claude.json",
    toValue: (all) => ({
      numStartups: 3,
      projects: {},
      mcpServers: mapped(all, usual(braces, "url")),
    }),
  },
  "VS Code": {
    file: "/p/.vscode/mcp.json",
    toValue: (all) => ({ inputs: [], servers: mapped(all, usual(envBraces, "url")) }),
  },
  "VS Code, its settings": {
    file: "/home/me/.config/Code/User/settings.json",
    toValue: (all) => ({
      "editor.fontSize": 12,
      mcp: { inputs: [], servers: mapped(all, usual(envBraces, "url")) },
    }),
  },
  Cursor: {
    file: "/home/me/.cursor/mcp.json",
    toValue: (all) => ({ mcpServers: mapped(all, usual(envBraces, "url")) }),
  },
  Windsurf: {
    file: "/home/me/.codeium/windsurf/mcp_config.json",
    toValue: (all) => ({ mcpServers: mapped(all, usual(envBraces, "serverUrl")) }),
  },
  "Gemini CLI": {
    file: "/home/me/.gemini/settings.json",
    toValue: (all) => ({ theme: "x", mcpServers: mapped(all, usual(dollars, "httpUrl")) }),
  },
  opencode: {
    file: "/home/me/.config/opencode/opencode.json",
    toValue: (all) => ({
      mcp: mapped(all, (server) =>
        isCommand(server)
          ? {
              type: "local",
              command: [server.command, ...server.args.map(words)],
              environment: mapped(server.env, words),
              enabled: true,
            }
          : { type: "remote", url: urlOf(server), headers: mapped(server.headers, words) },
      ),
    }),
  },
  "opencode from version 2 on": {
    file: "/home/me/.config/opencode/opencode.jsonc",
    toValue: (all) => ({
      mcp: {
        servers: mapped(all, (server) =>
          isCommand(server)
            ? {
                type: "local",
                command: [server.command, ...server.args.map(words)],
                environment: mapped(server.env, words),
              }
            : { type: "remote", url: urlOf(server), headers: mapped(server.headers, words) },
        ),
      },
    }),
  },
  Zed: {
    file: "/home/me/.config/zed/settings.json",
    toValue: (all) => ({
      context_servers: mapped(all, (server) => ({
        source: "custom",
        ...usual(braces, "url")(server),
      })),
    }),
  },
  "Zed, formerly": {
    file: "/home/me/.config/zed/settings.json",
    toValue: (all) => ({
      context_servers: mapped(all, (server) =>
        isCommand(server)
          ? {
              command: {
                path: server.command,
                args: server.args.map(braces),
                env: mapped(server.env, braces),
              },
            }
          : usual(braces, "url")(server),
      ),
    }),
  },
};

/** What is to be read, whichever client wrote it. */
function meant(all: Servers): object[] {
  return Object.entries(all).map(([one, server]) => ({
    name: one,
    ...(isCommand(server)
      ? {
          command: server.command,
          args: server.args.map(filledIn),
          env: mapped(server.env, filledIn),
        }
      : { url: urlOf(server), headers: mapped(server.headers, filledIn) }),
  }));
}

function readFrom(text: string, file: string): object[] {
  return readConfig(text, file).entries.map((entry) => {
    const read = fillInEntry(entry, file, { environment });
    if (read.kind !== "server") return { name: entry.name, ...read };
    const { server } = read;
    return server.kind === "command"
      ? { name: entry.name, command: server.command, args: server.args, env: server.env }
      : { name: entry.name, url: server.url, headers: server.headers };
  });
}

/** JSON as people write it: with comments, commas before closing brackets, other line ends, a mark before it. */
const dressed = fc
  .record({
    hasMark: fc.boolean(),
    lineEnd: fc.constantFrom("\n", "\r\n"),
    comment: fc.constantFrom("", "// not } here", '/* "nor": { here */'),
    hasCommas: fc.boolean(),
    indent: fc.constantFrom(1, 2, "\t"),
  })
  .map(({ hasMark, lineEnd, comment, hasCommas, indent }) => (value: object) => {
    const lines = JSON.stringify(value, null, indent).split("\n");
    const dressedLines = lines.map((line, at) => {
      const opens = /[[{]$/.test(line);
      const isClosed = /^\s*[\]}]/.test(lines[at + 1] ?? "");
      return `${line}${hasCommas && isClosed && !opens ? "," : ""} ${comment}`;
    });
    return `${hasMark ? "\uFEFF" : ""}${dressedLines.join(lineEnd)}${lineEnd}`;
  });

test.each(Object.keys(clients))("what %s writes is read as it is meant", (client) => {
  const spelling = clients[client];
  if (spelling === undefined) throw new Error(client);
  fc.assert(
    fc.property(servers, dressed, (all, dress) => {
      const text = dress(spelling.toValue(all));
      expect(readFrom(text, spelling.file)).toEqual(meant(all));
    }),
    { numRuns },
  );
});

test("what Codex writes is read as it is meant: every text stands for itself, variables have keys of their own", () => {
  const noNull = (text: string) => !text.includes("\0");
  const literal = fc.string().filter(noNull);
  const entries = fc.dictionary(
    name.filter(noNull),
    fc.oneof(
      fc.record({
        command: literal.filter((text) => text !== ""),
        args: fc.array(literal, { maxLength: 3 }),
        env: fc.dictionary(key, literal, { maxKeys: 3 }),
        env_vars: fc.constantFrom([], ["API_TOKEN"]),
      }),
      fc.record({
        url: fc.constant("https://mcp.example/x"),
        http_headers: fc.dictionary(header, fc.constantFrom("a", `\${API_TOKEN}`), { maxKeys: 2 }),
        env_http_headers: fc.constantFrom({}, { "Api-Key": "API_TOKEN" }),
        bearer_token_env_var: fc.constantFrom("API_TOKEN"),
      }),
    ),
    { minKeys: 1, maxKeys: 4 },
  );
  fc.assert(
    fc.property(entries, fc.boolean(), (all, hasCarriageReturns) => {
      const lines = `# mine\nmodel = "x"\n${toToml({ mcp_servers: all })}`;
      const text = hasCarriageReturns ? lines.replaceAll("\n", "\r\n") : lines;
      const token = environment.API_TOKEN;
      const expected = Object.entries(all).map(([one, server]) =>
        "command" in server
          ? {
              ...{ name: one, command: server.command, args: server.args },
              env: { ...(server.env_vars.length > 0 ? { API_TOKEN: token } : {}), ...server.env },
            }
          : {
              ...{ name: one, url: server.url },
              headers: {
                ...server.http_headers,
                ...("Api-Key" in server.env_http_headers ? { "Api-Key": token } : {}),
                Authorization: `Bearer ${token}`,
              },
            },
      );
      expect(readFrom(text, "/home/me/.codex/config.toml")).toEqual(expected);
    }),
    { numRuns },
  );
});

test("Gemini CLI's bare names of variables are filled in where they are set, and its lists switch off", () => {
  const value = {
    mcp: { excluded: ["off"] },
    mcpServers: {
      one: { command: "run", args: ["$API_TOKEN", "pa$$word", "$NOT_SET"] },
      off: { command: "run" },
      old: { url: "https://mcp.example/x" },
    },
  };
  const file = "/p/.gemini/settings.json";
  const read = readConfig(JSON.stringify(value), file).entries.map((entry) =>
    fillInEntry(entry, file, { environment }),
  );
  expect(read).toMatchObject([
    { server: { args: [environment.API_TOKEN, "pa$$word", "$NOT_SET"] } },
    { kind: "disabled" },
    { server: { transport: "sse" } },
  ]);
});

test("the servers of the project that Claude Code keeps in its own file come before those of the user", () => {
  const value = {
    mcpServers: { both: { command: "user" }, mine: { command: "mine" } },
    projects: { "/p": { mcpServers: { both: { command: "project" } } }, "/q": {} },
  };
  const read = (project: string) =>
    readConfig(JSON.stringify(value), "/home/me/.claude.json", project).entries.map(
      ({ name: one, path }) => [one, path.join(" ")],
    );
  expect(read("/p")).toEqual([
    ["mine", "mcpServers mine"],
    ["both", "projects /p mcpServers both"],
  ]);
  expect(read("/elsewhere").map(([one]) => one)).toEqual(["both", "mine"]);
});

test("what VS Code asks for is asked once, and taken from the environment or the answers", () => {
  const value = {
    inputs: [
      { type: "promptString", id: "api-key", description: "Key of the API", password: true },
      {
        type: "pickString",
        id: "region",
        description: "Region",
        options: ["eu", "us"],
        default: "eu",
      },
      { type: "command", id: "run", command: "extension.run" },
      { type: "promptString", id: "unused", description: "" },
    ],
    servers: {
      one: { command: "a", env: { KEY: ref("input:api-key"), REGION: ref("input:region") } },
      two: { type: "http", url: "https://mcp.example", headers: { Key: ref("input:api-key") } },
      three: { command: ref("input:run") },
    },
  };
  const file = "/p/.vscode/mcp.json";
  const config = readConfig(JSON.stringify(value), file);
  expect(config.questions).toMatchObject([
    { id: "api-key", text: "Key of the API", isSecret: true },
    { id: "region", choices: ["eu", "us"], isSecret: false, otherwise: "eu" },
  ]);
  const fill = (variables: Record<string, string>, answers: [string, string][]) =>
    config.entries.map((entry) =>
      fillInEntry(entry, file, { environment: variables, answers: new Map(answers) }),
    );
  expect(fill({}, [["region", "us"]])).toMatchObject([
    { kind: "wrong", reason: expect.stringContaining("set MCP_INPUT_API_KEY in the environment") },
    { kind: "wrong" },
    { kind: "wrong" },
  ]);
  expect(fill({ MCP_INPUT_API_KEY: "from-environment" }, [["region", "us"]])).toMatchObject([
    { server: { env: { KEY: "from-environment", REGION: "us" } } },
    { server: { headers: { Key: "from-environment" }, isPrivate: true } },
    { kind: "wrong", reason: expect.stringContaining("Nobody answered") },
  ]);
});
