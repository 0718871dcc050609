import type { ClientKind, Connection } from "./connection.js";
import { adkArguments, aiSdkConfig, langChainConfig, openAIAgentsOptions } from "./frameworks.js";
import { literal } from "./quoting.js";
import { frameworkTraits } from "./traits.js";

type Connections = readonly Connection[];

const file = "connect.ts";
const save =
  'Save the text as `connect.ts` in a project of ES modules (`"type": "module"` in its `package.json`).';

const short = ({ transport }: Connection) => (transport === "sse" ? "sse" : "http");
const quotedKey = ({ key }: Connection) => (/^[a-z][a-z0-9]*$/.test(key) ? key : literal(key));
const lines = (connections: Connections, line: (one: Connection) => string) =>
  connections.map(line).join("\n");

/** Without `automaticSSEFallback: false`, a failure is told as that of a second attempt over SSE. */
const langchainEntry = (one: Connection) =>
  `    ${quotedKey(one)}: {
      transport: "${short(one)}",
      url: ${literal(one.url)},${one.transport === "sse" ? "" : "\n      automaticSSEFallback: false,"}
    },`;

export const langchain: ClientKind = {
  ...frameworkTraits.langchain,
  id: "langchain",
  title: "LangChain",
  format: "typescript",
  file,
  data: langChainConfig,
  text: (connections) => `import { MultiServerMCPClient } from "@langchain/mcp-adapters";

const client = new MultiServerMCPClient({${
    connections.length === 1
      ? ""
      : `
  // One server that is away takes nothing from the others, and equal names stay apart.
  onConnectionError: "ignore",
  prefixToolNameWithServerName: true,`
  }
  mcpServers: {
${lines(connections, langchainEntry)}
  },
});

export const tools = await client.getTools();
`,
  steps: () => [
    "Run `npm install @langchain/mcp-adapters @langchain/core @langchain/langgraph`.",
    save,
    "Give `tools` to your agent. Call `client.close()` at the end.",
  ],
};

/** The third argument goes before each tool's name. */
const adkEntry = (connections: Connections) => (one: Connection) => {
  const parameters = `{ type: "StreamableHTTPConnectionParams", url: ${literal(one.url)} }`;
  return connections.length === 1
    ? `  new MCPToolset(${parameters}),`
    : `  new MCPToolset(${parameters}, [], ${literal(one.key)}),`;
};

export const adk: ClientKind = {
  ...frameworkTraits.adk,
  id: "adk",
  title: "Google ADK",
  format: "typescript",
  file,
  data: adkArguments,
  text: (connections) => `import { MCPToolset } from "@google/adk";

export const tools = [
${lines(connections, adkEntry(connections))}
];
`,
  steps: () => [
    "Run `npm install @google/adk @modelcontextprotocol/sdk`.",
    save,
    "Give `tools` to your agent: `new LlmAgent({ …, tools })`.",
  ],
  notes: () => [
    "Google ADK writes “SSE stream disconnected: AbortError” in red after each call. That is harmless.",
  ],
};

const aiTransport = (one: Connection) => `{ type: "${short(one)}", url: ${literal(one.url)} }`;

export const aiSdk: ClientKind = {
  ...frameworkTraits["ai-sdk"],
  id: "ai-sdk",
  title: "AI SDK",
  format: "typescript",
  file,
  // It has no prefixes to keep the tools of several apart.
  data: ([first, ...more]) =>
    first === undefined || more.length > 0 ? undefined : aiSdkConfig(first),
  text: ([first, ...more]) => {
    if (first === undefined) return "";
    if (more.length === 0) {
      return `import { createMCPClient } from "@ai-sdk/mcp";

const client = await createMCPClient({
  transport: ${aiTransport(first)},
});

export const tools = await client.tools();
`;
    }
    return `import { createMCPClient } from "@ai-sdk/mcp";

const servers = [
${lines([first, ...more], (one) => `  { name: ${literal(one.key)}, transport: ${aiTransport(one)} },`)}
] as const;

// Every name begins with that of its server, so that equal names stay apart.
const lists = await Promise.all(
  servers.map(async ({ name, transport }) => {
    const client = await createMCPClient({ transport });
    return Object.entries(await client.tools()).map(
      ([tool, definition]) => [\`\${name}__\${tool}\`, definition] as const,
    );
  }),
);

export const tools = Object.fromEntries(lists.flat());
`;
  },
  steps: () => [
    "Run `npm install ai @ai-sdk/mcp`; on Node.js 20, `npm install ai@6 @ai-sdk/mcp@1`.",
    save,
    "Give `tools` to `generateText({ …, tools })` or your agent.",
  ],
};

const agentsServer = (one: Connection) =>
  `new ${one.transport === "sse" ? "MCPServerSSE" : "MCPServerStreamableHttp"}({ name: ${literal(one.key)}, url: ${literal(one.url)} })`;

export const openaiAgents: ClientKind = {
  ...frameworkTraits["openai-agents"],
  id: "openai-agents",
  title: "OpenAI Agents",
  format: "typescript",
  file,
  // The old transport has a class of its own.
  data: (targets) =>
    targets.some(({ transport }) => transport === "sse") ? undefined : openAIAgentsOptions(targets),
  text: (connections) => {
    const classes = new Set(
      connections.map(({ transport }) =>
        transport === "sse" ? "MCPServerSSE" : "MCPServerStreamableHttp",
      ),
    );
    const [first] = connections;
    if (connections.length === 1 && first !== undefined) {
      return `import { Agent, ${[...classes].join(", ")} } from "@openai/agents";

const server = ${agentsServer(first)};
await server.connect();

export const agent = new Agent({ name: "Assistant", mcpServers: [server] });
`;
    }
    return `import { Agent, getAllMcpTools, ${[...classes].sort().join(", ")} } from "@openai/agents";

const mcpServers = [
${lines(connections, (one) => `  ${agentsServer(one)},`)}
];
await Promise.all(mcpServers.map((server) => server.connect()));

// Two tools of one name would be an error, so every name says its server.
const tools = await getAllMcpTools({ mcpServers, includeServerInToolNames: true });

export const agent = new Agent({ name: "Assistant", tools });
`;
  },
  steps: () => [
    "Run `npm install @openai/agents zod`.",
    save,
    'Run it: `run(agent, "…")`. Close the connection with `close()` at the end.',
  ],
};
