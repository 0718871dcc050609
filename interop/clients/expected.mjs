// Who is tried, and what each of them must see and hear through the hub.

/**
 * `speaks` is the revision a client must have come to; what it opens with may be another. `ways` are those in
 * which it is told where to connect; `onNode24`: it does not run on Node 20; `listsOnly`: it
 * calls nothing here.
 */
export const clients = [
  {
    name: "MCP Inspector CLI, legacy",
    package: "@modelcontextprotocol/inspector",
    program: "inspector.mjs",
    options: ["legacy"],
    ways: ["by hand"],
    speaks: "2025-11-25",
  },
  {
    name: "MCP Inspector CLI, modern",
    package: "@modelcontextprotocol/inspector",
    program: "inspector.mjs",
    options: ["modern"],
    ways: ["by hand"],
    speaks: "2026-07-28",
  },
  {
    name: "LangChain",
    package: "@langchain/mcp-adapters",
    program: "langchain.mjs",
    speaks: "2025-11-25",
  },
  {
    name: "Google ADK",
    package: "@google/adk",
    program: "google-adk.mjs",
    speaks: "2025-11-25",
  },
  {
    name: "OpenAI Agents",
    package: "@openai/agents",
    program: "openai-agents.mjs",
    // Nothing is sent to its maker from a test.
    env: { OPENAI_AGENTS_DISABLE_TRACING: "1" },
    speaks: "2026-07-28",
  },
  {
    name: "AI SDK",
    package: "@ai-sdk/mcp",
    program: "ai-sdk.mjs",
    onNode24: true,
    // A client of it has one endpoint.
    ways: ["by hand", "hub"],
    speaks: "2025-11-25",
  },
  {
    name: "Claude Agent SDK",
    package: "@anthropic-ai/claude-agent-sdk",
    program: "claude-agent-sdk.mjs",
    // It calls tools only for a model.
    listsOnly: true,
    env: { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
    speaks: "2025-11-25",
  },
  {
    name: "Mastra",
    package: "@mastra/mcp",
    program: "mastra.mjs",
    onNode24: true,
    env: { MASTRA_TELEMETRY_DISABLED: "1" },
    speaks: "2025-11-25",
  },
  {
    name: "mcp-use",
    package: "mcp-use",
    program: "mcp-use.mjs",
    env: { MCP_USE_ANONYMIZED_TELEMETRY: "false" },
    speaks: "2025-11-25",
  },
  {
    name: "Strands Agents",
    package: "@strands-agents/sdk",
    program: "strands.mjs",
    onNode24: true,
    speaks: "2025-11-25",
  },
];

/** Programs that ask the hub which server fits, as their users would write them. */
export const agents = [
  { program: "langchain-agent.mjs" },
  { program: "ai-sdk-agent.mjs", onNode24: true },
];
/** What their scripted models are told in the end. */
export const agentAnswer = "MCP Server 1 says: 68.0 degrees fahrenheit";

/** All ways, in the order of the columns: by hand, and with the adapter's data through the hub and directly. */
export const ways = ["by hand", "hub", "direct"];

/** `answer` is what the server says, or a part of it. */
export const calls = [
  {
    server: "mcp-server-1",
    tool: "greet1",
    name: "mcp-server-1__greet1",
    arguments: {},
    answer: "Hello from MCP Server 1 !",
  },
  {
    server: "mcp-server-1",
    tool: "convert_temperature",
    name: "mcp-server-1__convert_temperature",
    arguments: { value: 20, to: "fahrenheit" },
    answer: "68.0 degrees fahrenheit",
  },
  {
    server: "mcp-server-2",
    tool: "count_words",
    name: "mcp-server-2__count_words",
    arguments: { text: "one two three" },
    answer: '{"words":3,"longest":"three"}',
  },
  {
    server: "mcp-server-3",
    tool: "greet3",
    name: "mcp-server-3__greet3",
    arguments: {},
    answer: "Hello from MCP Server 3 !",
  },
  {
    server: "session-server",
    tool: "greet1",
    name: "session-server__greet1",
    arguments: {},
    answer: "Hello from Session Server !",
  },
  {
    server: "hub",
    tool: "find_tools",
    name: "hub__find_tools",
    arguments: { query: "convert a temperature" },
    answer: '"name":"mcp-server-1__convert_temperature"',
  },
];

/** The servers, of which two share the name of a tool; beside them, one is dead. */
export const servers = ["mcp-server-1", "mcp-server-2", "mcp-server-3", "session-server"];
export const deadServer = "Dead Server";

/** Every tool there is, sorted. */
export const tools = [
  "hub__call_tool",
  "hub__diagnose",
  "hub__find_tools",
  "hub__list_servers",
  "mcp-server-1__convert_temperature",
  "mcp-server-1__greet1",
  "mcp-server-2__count_words",
  "mcp-server-2__greet2",
  "mcp-server-3__days_between",
  "mcp-server-3__greet3",
  "session-server__greet1",
];

/** Whether a call of a way is one to a server itself. */
export const isMade = (way, { server }) => way !== "direct" || server !== "hub";

/** What is wrong with a client's report and with what it spoke, one sentence each. */
export function faultsOf({ client, way, report, made, wire }) {
  const faults = [];
  if (way === "direct") {
    const count = tools.filter((name) => !name.startsWith("hub__")).length;
    if (report.tools.length !== count)
      faults.push(`it lists ${report.tools.length} tools instead of ${count}`);
  } else {
    const missing = tools.filter((name) => !report.tools.includes(name));
    const strange = report.tools.filter((name) => !tools.includes(name));
    if (missing.length > 0) faults.push(`it does not list ${missing.join(", ")}`);
    if (strange.length > 0) faults.push(`it lists ${strange.join(", ")}, which nobody has`);
  }
  if (report.tools.length !== new Set(report.tools).size) faults.push("it lists a tool twice");
  for (const [index, { name, answer }] of made.entries()) {
    const result = report.results[index];
    if (!result?.includes(answer)) faults.push(`${name} answered ${JSON.stringify(result)}`);
  }
  if (way !== "direct" && !wire.revisions.has(client.speaks))
    faults.push(`it spoke ${[...wire.revisions].join(", ") || "nothing"}, not ${client.speaks}`);
  return faults;
}
