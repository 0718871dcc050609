import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { McpbManifestSchema } from "@anthropic-ai/mcpb/schemas/0.3";
import { closeAll, closeLater, knownTokens, LegacyUpstream, TestHub } from "@hub/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

async function bundle(url: string, token?: string) {
  const response = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(200);
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  const manifest = McpbManifestSchema.parse(
    JSON.parse(strFromU8(files["manifest.json"] ?? new Uint8Array())),
  );
  return { response, files, manifest };
}

test("the bundle for Claude Desktop has a valid manifest, no secret, and is the same each time", async () => {
  const hub = await TestHub.start();
  const one = await bundle(`${hub.url}/config/claude-desktop.mcpb`);
  expect(one.response.headers.get("content-type")).toBe("application/zip");
  expect(one.response.headers.get("content-disposition")).toBe(
    'attachment; filename="mcp-hub.mcpb"',
  );
  expect(Object.keys(one.files)).toEqual(["manifest.json", "server/bridge.cjs"]);
  expect(one.manifest.user_config?.url?.default).toBe(`${hub.url}/mcp`);
  expect(one.manifest.user_config?.token).toMatchObject({ sensitive: true, required: false });
  expect(one.manifest.user_config?.token_file).toMatchObject({ type: "file", required: false });
  // One small file, with nothing to install.
  expect(one.files["server/bridge.cjs"]?.length).toBeLessThan(64 * 1024);
  const other = await bundle(`${hub.url}/config/claude-desktop.mcpb`);
  expect(other.files).toEqual(one.files);
  const search = await bundle(`${hub.url}/config/claude-desktop.mcpb?mode=search`);
  expect(search.manifest.user_config?.url?.default).toBe(`${hub.url}/mcp?mode=search`);
});

test.each([
  { what: "the hub", access: undefined, content: undefined },
  {
    what: "a hub with tokens, with the one in a file",
    access: knownTokens({ agent: [{ action: "call" }], server: [{ action: "admin" }] }),
    content: "agent\n",
  },
])(
  "the bundle, started as Claude Desktop does it, carries a client to $what",
  async ({ access, content }) => {
    const hub = await TestHub.start(access === undefined ? {} : { access, token: "server" });
    const upstream = await LegacyUpstream.start({ tools: ["echo"] });
    await hub.register("weather", upstream);
    const { files, manifest } = await bundle(
      `${hub.url}/config/claude-desktop.mcpb?servers=weather`,
      content?.trim(),
    );
    expect(manifest.name).toBe("mcp-hub-weather");
    const folder = mkdtempSync(join(tmpdir(), "mcp-hub-bundle-"));
    closeLater(() => rmSync(folder, { recursive: true, force: true }));
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const tokenFile = join(folder, "agent.token");
    if (content !== undefined) writeFileSync(tokenFile, content);
    const { mcp_config: config } = manifest.server;
    const filled = (text: string) =>
      text
        .replaceAll(`\${__dirname}`, folder)
        .replaceAll(`\${user_config.url}`, String(manifest.user_config?.url?.default))
        .replaceAll(
          `\${user_config.token_file}`,
          content === undefined ? `\${user_config.token_file}` : tokenFile,
        );
    const client = new Client({ name: "claude-ai", version: "1.0.0" });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: (config?.args ?? []).map(filled),
        // What a person left empty comes as its placeholder.
        env: Object.fromEntries(
          Object.entries(config?.env ?? {}).map(([name, value]) => [name, filled(value)]),
        ),
      }),
    );
    closeLater(() => client.close());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["echo"]);
    const result = await client.callTool({ name: "echo", arguments: { city: "Rome" } });
    expect(JSON.stringify(result.content)).toContain("Rome");
  },
);

test("the bundle of what there is not is refused", async () => {
  const hub = await TestHub.start();
  for (const [query, status] of [
    ["?servers=nobody", 404],
    ["?toolset=none", 404],
    ["?toolset=none&tags=a", 400],
    ["?via=direct", 400],
  ] as const)
    expect((await fetch(`${hub.url}/config/claude-desktop.mcpb${query}`)).status, query).toBe(
      status,
    );
});
