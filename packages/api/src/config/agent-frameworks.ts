import type { ClientKind } from "./connection.js";
import { mastraConfig, mcpServersConfig, mcpUseConfig, strandsConfig } from "./frameworks.js";
import { jsonFile, literal } from "./quoting.js";
import { frameworkTraits } from "./traits.js";

const save =
  'Save the text as `connect.ts` in a project of ES modules (`"type": "module"` in its `package.json`).';

/** Data as a literal of TypeScript. */
function typescript(value: unknown, indent = ""): string {
  if (value instanceof URL) return `new URL(${literal(value.href)})`;
  if (typeof value === "string") return literal(value);
  if (typeof value !== "object" || value === null) return String(value);
  const inner = `${indent}  `;
  const members = Object.entries(value).map(([key, member]) => {
    const name = /^[A-Za-z]\w*$/.test(key) ? key : literal(key);
    return `${inner}${name}: ${typescript(member, inner)},\n`;
  });
  return `{\n${members.join("")}${indent}}`;
}

/** Claude Code as a library, which shows its model the tools that it searches for. */
export const claudeAgentSdk: ClientKind = {
  ...frameworkTraits["claude-agent-sdk"],
  id: "claude-agent-sdk",
  title: "Claude Agent SDK",
  format: "typescript",
  file: "connect.ts",
  data: mcpServersConfig,
  text: (connections) => `import { type Options, query } from "@anthropic-ai/claude-agent-sdk";

const options: Options = {
  ${Object.entries(mcpServersConfig(connections))
    .map(([key, value]) => `${key}: ${typescript(value, "  ")},`)
    .join("\n")}
  // Whether it may call them without asking is for you to say.
  allowedTools: [${connections.map(({ key }) => literal(`mcp__${key}__*`)).join(", ")}],
};

for await (const message of query({ prompt: "Which tools do you have?", options })) {
  if (message.type === "result" && message.subtype === "success") console.log(message.result);
}
`,
  steps: () => [
    "Run `npm install @anthropic-ai/claude-agent-sdk`, and set `ANTHROPIC_API_KEY`.",
    save,
    "Run `npx tsx connect.ts`.",
  ],
  notes: () => [
    "It searches long lists of tools by itself, so it is given the whole list.",
    "`allowedTools` lets it call these tools without asking. Leave it out to be asked.",
  ],
};

export const mastra: ClientKind = {
  ...frameworkTraits.mastra,
  id: "mastra",
  title: "Mastra",
  format: "typescript",
  file: "connect.ts",
  data: (targets) => mastraConfig(targets, (url) => url),
  text: (connections) => `import { MCPClient } from "@mastra/mcp";

const client = new MCPClient(${typescript(mastraConfig(connections, (url) => new URL(url)))});

export const tools = await client.listTools();
`,
  steps: () => [
    "Run `npm install @mastra/core @mastra/mcp`.",
    save,
    "Give `tools` to your agent. Call `client.disconnect()` at the end.",
  ],
  notes: () => ["Mastra puts `{server}_` before each tool's name."],
};

export const mcpUse: ClientKind = {
  ...frameworkTraits["mcp-use"],
  id: "mcp-use",
  title: "mcp-use",
  format: "typescript",
  file: "connect.ts",
  data: mcpUseConfig,
  text: (connections) => `import { MCPClient } from "mcp-use";

const client = MCPClient.fromDict(${typescript(mcpUseConfig(connections))});

for (const session of Object.values(await client.createAllSessions())) {
  for (const tool of await session.listTools()) console.log(tool.name);
}
`,
  steps: () => [
    "Run `npm install mcp-use`.",
    save,
    "Run `npx tsx connect.ts`. It lists the tools; give `client` to your `MCPAgent`.",
  ],
};

export const strands: ClientKind = {
  ...frameworkTraits.strands,
  id: "strands",
  title: "Strands Agents",
  format: "typescript",
  file: "connect.ts",
  data: strandsConfig,
  text: (connections) => `import { Agent, McpClient } from "@strands-agents/sdk";

const clients = await McpClient.loadServers(${typescript(strandsConfig(connections))});

export const agent = new Agent({ tools: clients });
`,
  steps: () => [
    "Run `npm install @strands-agents/sdk @modelcontextprotocol/sdk`.",
    save,
    'Run it: `await agent.invoke("…")`.',
  ],
};

/** What many programs read, and what the others' documentation shows first. */
export const mcpServers: ClientKind = {
  ...frameworkTraits["mcp-servers"],
  id: "mcp-servers",
  title: "Any other client",
  format: "json",
  file: ".mcp.json",
  data: mcpServersConfig,
  text: (connections) => jsonFile(mcpServersConfig(connections)),
  steps: () => [
    "Find out where your client keeps its MCP servers.",
    "If the file exists, add the entries of `mcpServers` to it. Otherwise save the text there.",
    "Restart the client.",
  ],
  notes: () => [
    "Some clients write `serverUrl` or `httpUrl` for `url`, or `streamable-http` for `http`. Their documentation says so.",
  ],
};
