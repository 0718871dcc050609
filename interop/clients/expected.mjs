// Who is tried, and what each of them must see and hear through the hub.

/** `speaks` is the revision a client must have come to; what it opens with may be another. */
export const clients = [
  {
    name: "MCP Inspector CLI, legacy",
    package: "@modelcontextprotocol/inspector",
    program: "inspector.mjs",
    options: ["legacy"],
    speaks: "2025-11-25",
  },
  {
    name: "MCP Inspector CLI, modern",
    package: "@modelcontextprotocol/inspector",
    program: "inspector.mjs",
    options: ["modern"],
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
    speaks: "2025-11-25",
  },
];

/** `answer` is what the server says, or a part of it. */
export const calls = [
  { tool: "mcp-server-1__greet1", arguments: {}, answer: "Hello from MCP Server 1 !" },
  {
    tool: "mcp-server-1__convert_temperature",
    arguments: { value: 20, to: "fahrenheit" },
    answer: "68.0 degrees fahrenheit",
  },
  {
    tool: "mcp-server-2__count_words",
    arguments: { text: "one two three" },
    answer: '{"words":3,"longest":"three"}',
  },
  { tool: "mcp-server-3__greet3", arguments: {}, answer: "Hello from MCP Server 3 !" },
  { tool: "session-server__greet1", arguments: {}, answer: "Hello from Session Server !" },
  {
    tool: "hub__find_tools",
    arguments: { query: "convert a temperature" },
    answer: '"name":"mcp-server-1__convert_temperature"',
  },
];

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

/** What is wrong with a client's report and with what it spoke, one sentence each. */
export function faultsOf(client, report, wire) {
  const missing = tools.filter((name) => !report.tools.includes(name));
  const strange = report.tools.filter((name) => !tools.includes(name));
  const faults = [];
  if (missing.length > 0) faults.push(`it does not list ${missing.join(", ")}`);
  if (strange.length > 0) faults.push(`it lists ${strange.join(", ")}, which nobody has`);
  if (report.tools.length !== new Set(report.tools).size) faults.push("it lists a tool twice");
  for (const [index, { tool, answer }] of calls.entries()) {
    const result = report.results[index];
    if (!result?.includes(answer)) faults.push(`${tool} answered ${JSON.stringify(result)}`);
  }
  if (!wire.revisions.has(client.speaks))
    faults.push(`it spoke ${[...wire.revisions].join(", ") || "nothing"}, not ${client.speaks}`);
  return faults;
}
