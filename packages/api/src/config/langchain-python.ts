import type { ClientKind, Connection } from "./connection.js";
import { langChainPythonConfig } from "./frameworks.js";
import { literal } from "./quoting.js";

const entry = ({ key, url, transport }: Connection) =>
  `        ${literal(key)}: {"transport": "${transport === "sse" ? "sse" : "streamable_http"}", "url": ${literal(url)}},`;

export const langchainPython: ClientKind = {
  id: "langchain-python",
  title: "LangChain (Python)",
  format: "python",
  file: "connect.py",
  speaksSse: true,
  data: langChainPythonConfig,
  text: (connections) => `import asyncio

from langchain_mcp_adapters.client import MultiServerMCPClient

client = MultiServerMCPClient(
    {
${connections.map(entry).join("\n")}
    }${connections.length === 1 ? "" : ",\n    tool_name_prefix=True,"}
)


async def main():
    tools = await client.get_tools()
    for tool in tools:
        print(tool.name)


asyncio.run(main())
`,
  steps: () => [
    "Run `pip install langchain-mcp-adapters`.",
    "Save the text as `connect.py`, and run `python connect.py`. It lists the tools; give `tools` to your agent.",
  ],
  notes: ({ length }) =>
    length === 1
      ? []
      : [
          "With several servers, each tool's name begins with that of its server. That needs version 0.2 or newer.",
        ],
};
