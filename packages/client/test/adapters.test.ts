import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeAll, ModernUpstream, serveV1Sse, TestHub, until } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdapterSelection, type ClientId, HubClient, type LeftOut } from "../src/index.js";

const golden = join(import.meta.dirname, "golden");
/** Set to write the files anew: `RENEW_GOLDEN=1 npx vitest run packages/client/test/adapters.test.ts`. */
const isRenewing = process.env.RENEW_GOLDEN !== undefined;

let hub: TestHub;
let client: HubClient;
const ports = new Map<string, string>();
beforeAll(async () => {
  hub = await TestHub.start();
  client = new HubClient({ url: hub.url, token: "that nobody may see" });
  const start = (tools: readonly string[]) => ModernUpstream.start({ tools });
  const add = async (name: string, upstream: ModernUpstream, tags: readonly string[]) => {
    await hub.register(name, upstream, { tags });
    ports.set(new URL(upstream.endpoint).host, name);
  };
  await add("weather", await start(["greet", "forecast"]), ["prod"]);
  await add("mail", await start(["greet"]), ["prod"]);
  await add("many", await start(Array.from({ length: 41 }, (_, index) => `t${index}`)), ["big"]);
  const gone = await start(["greet"]);
  await add("gone", gone, ["prod"]);
  await gone.stop();
  await client.probe("gone");
  await until("gone to be away", () => hub.status("gone") !== "up");
  await client.createToolset({ name: "Desk", servers: ["mail"] });
});
afterAll(closeAll);

const adapters = {
  langchain: (selection) => client.toLangChain(selection),
  adk: (selection) => client.toAdk(selection),
  "ai-sdk": (selection) => client.toAiSdk(selection),
  "openai-agents": (selection) => client.toOpenAIAgents(selection),
  "claude-agent-sdk": (selection) => client.toClaudeAgentSdk(selection),
  mastra: (selection) => client.toMastra(selection),
  "mcp-use": (selection) => client.toMcpUse(selection),
  fastmcp: (selection) => client.toFastMcp(selection),
  strands: (selection) => client.toStrands(selection),
  "mcp-servers": (selection) => client.toMcpServers(selection),
} as const satisfies Partial<Record<ClientId, (selection: AdapterSelection) => Promise<unknown>>>;
const names = Object.keys(adapters) as (keyof typeof adapters)[]; // its own keys

/** Without the addresses that only this run has. */
function told(data: unknown): string {
  const text = JSON.stringify(data, null, 2).replaceAll(hub.url, "http://hub");
  return `${[...ports].reduce((so, [host, name]) => so.replaceAll(host, `${name}.test`), text)}\n`;
}

const cases: Readonly<Record<string, AdapterSelection>> = {
  hub: {},
  one: { servers: "weather" },
  tag: { tag: "prod" },
  many: { tag: "big" },
  toolset: { toolset: "desk" },
  token: { tag: "prod", token: "given" },
  direct: { tags: ["prod"], via: "direct", token: "given" },
};

describe.each(names)("%s", (name) => {
  test.each(Object.keys(cases))("says for %s what the golden file says", async (key) => {
    const isMore = name === "ai-sdk" && key === "direct";
    const given = isMore ? { servers: "mail", via: "direct" as const } : (cases[key] ?? {});
    const text = told(await adapters[name](given));
    const file = join(golden, `${name}.${key}.json`);
    if (isRenewing) {
      mkdirSync(golden, { recursive: true });
      writeFileSync(file, text);
    }
    const hint = "Renew the golden files with RENEW_GOLDEN=1, and read what changed in them.";
    expect(existsSync(file), hint).toBe(true);
    expect(text, hint).toBe(readFileSync(file, "utf8"));
    expect(text).not.toContain("nobody may see");
    expect(text.includes("Bearer given")).toBe(key === "token");
  });

  test("the hub gives the same to who asks for the configuration", async () => {
    for (const { token: _, tag, ...query } of Object.values(cases)) {
      const { data } = await client.config(name, { ...query, tags: tag ?? query.tags });
      const own = await adapters[name]({ ...query, tag }).catch(() => undefined);
      // JSON has no URLs.
      expect(data).toEqual(own === undefined ? undefined : JSON.parse(JSON.stringify(own)));
    }
  });
});

test("directly, what is away is left out, and told", async () => {
  const left: LeftOut[] = [];
  const onLeftOut = (servers: readonly LeftOut[]) => void left.push(...servers);
  const data = await client.toMcpServers({ tag: "prod", via: "direct", onLeftOut });
  expect(Object.keys(data.mcpServers)).toEqual(["mail", "weather"]);
  expect(left.map(({ server }) => server.id)).toEqual(["gone"]);
  expect(left[0]?.reason).toMatch(/^"gone" is /);
  const none = client.toMcpServers({ servers: "gone", via: "direct" });
  await expect(none).rejects.toMatchObject({ code: "NOT_UP" });
});

test("a server of the old transport goes through the hub where a framework does not speak it", async () => {
  const old = await serveV1Sse();
  await hub.announce("old", `${old.origin}/sse`, { transport: "sse", tags: ["old"] });
  await hub.whenUp("old");
  const given = { tag: "old", via: "direct", token: "t" } as const;
  const [[parameters] = []] = await client.toAdk(given);
  expect(parameters?.url).toBe(`${hub.url}/servers/old/mcp`);
  // Through the hub its token is needed.
  expect(parameters?.transportOptions?.requestInit.headers).toEqual({ Authorization: "Bearer t" });
  expect((await client.toOpenAIAgents(given))[0]?.url).toBe(`${hub.url}/servers/old/mcp`);
  expect((await client.toMcpServers(given)).mcpServers.old).toEqual({
    type: "sse",
    url: `${old.origin}/sse`,
  });
});

test("a list that is too long for models is shown as search, but for who searches or reads no list", async () => {
  const search = `${hub.url}/mcp?tags=big&mode=search`;
  expect((await client.toAiSdk({ tag: "big" })).transport.url).toBe(search);
  expect((await client.toAiSdk({ tag: "big", mode: "all" })).transport.url).toBe(
    `${hub.url}/mcp?tags=big`,
  );
  expect((await client.toAiSdk({ tag: "prod", mode: "search" })).transport.url).toContain(
    "mode=search",
  );
  const { hub: one } = (await client.toClaudeAgentSdk({ tag: "big" })).mcpServers;
  expect(one?.url).toBe(`${hub.url}/mcp?tags=big`);
  const { notes } = await client.config("codex", { tags: "big" });
  expect(notes.join()).toMatch(/There are 41 tools, .* `mode=all`/);
});

test("what cannot be had is refused before anybody is asked in vain", async () => {
  const refused: readonly AdapterSelection[] = [
    { servers: [] },
    { tag: "" },
    { toolset: "desk", servers: "mail" },
    { toolset: "desk", mode: "search" },
    { toolset: "desk", via: "direct" },
    { via: "direct", mode: "search" },
  ];
  for (const selection of refused)
    await expect(client.toMcpServers(selection), JSON.stringify(selection)).rejects.toThrow(
      TypeError,
    );
  await expect(client.toAiSdk({ tag: "prod", via: "direct" })).rejects.toThrow(TypeError);
  await expect(client.toMcpServers({ servers: ["mail", "nobody"] })).rejects.toMatchObject({
    code: "NOTHING_FITS",
    detail: expect.stringMatching(/No server has the id "nobody"\. The hub knows .*"mail"/),
  });
  await expect(client.toMcpServers({ toolset: "nobody" })).rejects.toMatchObject({ status: 404 });
});

test("the URL of a selection is that of the hub's own configuration", async () => {
  expect(client.gatewayUrl()).toBe(`${hub.url}/mcp`);
  expect(client.gatewayUrl({ servers: "mail" })).toBe(`${hub.url}/servers/mail/mcp`);
  expect(client.gatewayUrl({ servers: ["weather", "mail"], tag: "a b", mode: "search" })).toBe(
    `${hub.url}/mcp?servers=mail,weather&tags=a%20b&mode=search`,
  );
  expect(client.gatewayUrl({ servers: "mail", prefix: "never", hub: "off", hidden: true })).toBe(
    `${hub.url}/mcp?servers=mail&prefix=never&hub=off&hidden=true`,
  );
  expect(client.gatewayUrl({ toolset: "desk", revision: "2026-07-28" })).toBe(
    `${hub.url}/toolsets/desk/mcp?revision=2026-07-28`,
  );
});
