import type { ServerSummary } from "@hub/client";
import { Client, StreamableHTTPClientTransport, type Tool } from "@modelcontextprotocol/client";
import type { Asked } from "./arguments.js";

/** The call itself failed. It may have run, so nobody else should be asked instead. */
export class CallFailed extends Error {}

/**
 * Connects to a server, not through the hub, calls the tool, and says in words what came of it.
 * @throws CallFailed, or another Error when it did not come to the call.
 */
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
    const answer = await callTool(client, name, asked.toolArguments);
    return [
      `Connected to ${server.name} at ${server.endpoint} (MCP ${client.getNegotiatedProtocolVersion()}).`,
      `It offers ${tools.map((tool) => tool.name).join(", ")}.`,
      `${name}: ${answer}`,
    ].join("\n");
  } finally {
    // Only servers of the 2025 revisions have sessions to end.
    if (transport.sessionId !== undefined) await transport.terminateSession();
    await client.close();
  }
}

async function callTool(client: Client, name: string, given: Asked["toolArguments"]) {
  const result = await client.callTool({ name, arguments: given }).catch((error: Error) => {
    throw new CallFailed(`${name} failed: ${error.message}`);
  });
  const texts = result.content.map((part) => (part.type === "text" ? part.text : `[${part.type}]`));
  if (result.isError === true) throw new CallFailed(`${name} failed: ${texts.join("\n")}`);
  return texts.join("\n");
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
