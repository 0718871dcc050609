import type { ClientKind, Connection } from "./connection.js";
import { fastMcpConfig } from "./frameworks.js";
import { literal } from "./quoting.js";
import { frameworkTraits } from "./traits.js";

const entry = ({ key, url, transport }: Connection) =>
  `        ${literal(key)}: {"url": ${literal(url)}, "transport": "${transport === "sse" ? "sse" : "http"}"},`;

export const fastmcp: ClientKind = {
  ...frameworkTraits.fastmcp,
  id: "fastmcp",
  title: "FastMCP client",
  format: "python",
  file: "connect.py",
  data: fastMcpConfig,
  text: (connections) => `import asyncio

from fastmcp import Client

config = {
    "mcpServers": {
${connections.map(entry).join("\n")}
    }
}


async def main():
    async with Client(config) as client:
        for tool in await client.list_tools():
            print(tool.name)


asyncio.run(main())
`,
  steps: () => [
    "Run `pip install fastmcp`.",
    "Save the text as `connect.py`, and run `python connect.py`. It lists the tools; call one with `client.call_tool(name, arguments)`.",
  ],
  notes: ({ length }) =>
    length === 1 ? [] : ["With several servers, FastMCP puts `{server}_` before each tool's name."],
};
