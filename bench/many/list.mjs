// What a server offers, as a client of SDK v1 sees it: directly over stdio, or through the hub.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const timeout = 60_000;

async function everyPage(ask, key) {
  const all = [];
  let cursor;
  do {
    const page = await ask(cursor === undefined ? {} : { cursor }, { timeout });
    all.push(...page[key]);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}

/** Some declare what they then do not know. */
const unknownMethod = -32601;
const orNothing = (listing) =>
  listing.catch((error) => {
    if (error.code === unknownMethod) return [];
    throw error;
  });

async function listAll(client) {
  const { tools, resources, prompts } = client.getServerCapabilities() ?? {};
  return {
    tools: tools
      ? await orNothing(everyPage((...asked) => client.listTools(...asked), "tools"))
      : [],
    resources: resources
      ? await orNothing(everyPage((...asked) => client.listResources(...asked), "resources"))
      : [],
    prompts: prompts
      ? await orNothing(everyPage((...asked) => client.listPrompts(...asked), "prompts"))
      : [],
  };
}

async function withClient(transport) {
  const client = new Client({ name: "run-many", version: "1.0.0" });
  try {
    await client.connect(transport, { timeout });
    return await listAll(client);
  } finally {
    await client.close().catch(() => {});
  }
}

/** Rejects when it does not start alone. */
export function listDirectly({ command, args, cwd }) {
  return withClient(
    new StdioClientTransport({ command, args, cwd, env: process.env, stderr: "ignore" }),
  );
}

export function listThroughHub(url) {
  return withClient(new StreamableHTTPClientTransport(new URL(url)));
}
