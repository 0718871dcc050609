import type { ServerSummary } from "@hub/client";
import { Client, StreamableHTTPClientTransport, type Tool } from "@modelcontextprotocol/client";
import type { Asked } from "./arguments.js";

/** Connects to a server, not through the hub, calls the tool, and says in words what came of it. */
export async function useServer(server: ServerSummary, asked: Asked): Promise<string> {
  const client = new Client(
    { name: "demo-client", version: "1.0.0" },
    { versionNegotiation: { mode: "auto" } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(server.endpoint));
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    const name = chooseTool(tools, asked.tool);
    const result = await client.callTool({ name, arguments: asked.toolArguments });
    const texts = result.content.map((part) =>
      part.type === "text" ? part.text : `[${part.type}]`,
    );
    if (result.isError === true) throw new Error(`${name} failed: ${texts.join("\n")}`);
    return [
      `Connected to ${server.name} at ${server.endpoint} (MCP ${client.getNegotiatedProtocolVersion()}).`,
      `It offers ${tools.map((tool) => tool.name).join(", ")}.`,
      `${name}: ${texts.join("\n")}`,
    ].join("\n");
  } finally {
    // Only servers of the 2025 revisions have sessions to end.
    if (transport.sessionId !== undefined) await transport.terminateSession();
    await client.close();
  }
}

function chooseTool(tools: readonly Tool[], wanted: string | undefined): string {
  const tool = tools.find(({ name, inputSchema }) =>
    wanted === undefined ? (inputSchema.required ?? []).length === 0 : name === wanted,
  );
  if (tool !== undefined) return tool.name;
  throw new Error(
    wanted === undefined
      ? "each of its tools needs arguments; name one with --tool and --arguments"
      : `it has no tool named "${wanted}"`,
  );
}
