import { join } from "node:path";
import { HubProcess, Program, quick, until } from "@hub/testing";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connect(url: string, name: string): Promise<Client> {
  const client = new Client(
    { name, version: "1" },
    { capabilities: { roots: {} }, versionNegotiation: { mode: "legacy" } },
  );
  client.setRequestHandler("roots/list", async () => ({
    roots: [{ uri: `file:///home/${name}` }],
  }));
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  closing.push(() => client.close());
  return client;
}

async function say(client: Client, tool: string): Promise<string> {
  const { content } = await client.callTool({ name: tool, arguments: {} });
  const [first] = content as { text: string }[]; // the fixture answers with one text
  return first?.text ?? "";
}

/** A hub, and a stdio server that a wrapper serves and registers there. */
async function wrappedServer(...options: readonly string[]) {
  // A probe that gave up on a busy machine would ask in the older way, which is a session too.
  const hub = await HubProcess.start({ ...quick, MCP_HUB_PROBE_TIMEOUT_MS: "20000" });
  closing.push(() => hub.stop());
  const fixture = join(root, "packages/register/test/fixtures/state-server.mjs");
  const program = join(root, "packages/register/dist/cli.js");
  const wrapper = new Program(
    process.execPath,
    [program, "--name", "State", ...options, "--", process.execPath, fixture],
    { MCP_HUB_URL: hub.url },
  );
  closing.push(() => wrapper.kill("SIGTERM"));
  await hub.status("state", "up");
  return { hub, wrapper };
}

test.each([
  ["/mcp", "state__"],
  ["/servers/state/mcp", ""],
])(
  "through %s of a hub that beats, probes and reads, one client costs one process",
  async (path, prefix) => {
    const { hub, wrapper } = await wrappedServer();
    const started = () => [...wrapper.output.matchAll(/server (\d+)/g)].map(([, pid]) => pid);

    const ada = await connect(`${hub.url}${path}`, "ada");
    expect(await say(ada, `${prefix}pid`)).toBe(started()[0]);
    expect(JSON.parse(await say(ada, `${prefix}who`))).toMatchObject({
      clientInfo: { name: "ada" },
      capabilities: { roots: {} },
    });
    expect(await say(ada, `${prefix}roots`)).toBe("file:///home/ada");
    const beats = async () => (await hub.server("state"))?.instances[0]?.lease?.lastHeartbeatAt;
    const before = await beats();
    await until("another heartbeat", async () => (await beats()) !== before);
    await fetch(`${hub.url}/servers/state/probe`, { method: "POST" });
    expect(await say(ada, `${prefix}count`)).toBe("1");
    expect(started()).toHaveLength(1);

    const bob = await connect(`${hub.url}${path}`, "bob");
    expect(await say(bob, `${prefix}count`)).toBe("1");
    expect(await say(ada, `${prefix}count`)).toBe("2");
    expect(started()).toHaveLength(2);
  },
);

test.each([
  ["/mcp", "state__"],
  ["/servers/state/mcp", ""],
])(
  "through %s a client for whom no process is left is told which option allows more, and shares none",
  async (path, prefix) => {
    const { hub } = await wrappedServer("--max-processes", "1");
    const ada = await connect(`${hub.url}${path}`, "ada");
    expect(await say(ada, `${prefix}count`)).toBe("1");
    const bob = connect(`${hub.url}${path}`, "bob").then((client) => say(client, `${prefix}count`));
    await expect(bob).rejects.toThrow("--max-processes");
    expect(await say(ada, `${prefix}count`)).toBe("2");
  },
);
