import type { Asked } from "../mcp/request.js";

/** JSON is an expression of TypeScript, but for a field that an object literal takes for something else. */
function literal(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return text.includes('"__proto__"')
    ? `JSON.parse(${JSON.stringify(JSON.stringify(value))})`
    : text;
}

function stepOf({ method, name, values }: Asked): string {
  switch (method) {
    case "tools/call":
      return `client.callTool(${literal({ name, arguments: values })})`;
    case "prompts/get":
      return `client.getPrompt(${literal({ name, arguments: values })})`;
    case "resources/read":
      return `client.readResource(${literal({ uri: name })})`;
  }
}

/** The call as a program with the official SDK; it needs `npm install @modelcontextprotocol/client`. */
export function typescriptOf(asked: Asked, origin: string): string {
  const url = `${origin}/servers/${encodeURIComponent(asked.serverId)}/mcp`;
  // Only with the list of tools the client knows which arguments travel in headers as well.
  const first = Object.keys(asked.headers).length === 0 ? "" : "await client.listTools();\n";
  return `import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const client = new Client(
  { name: "my-client", version: "1.0.0" },
  { versionNegotiation: { mode: "auto" } },
);
await client.connect(new StreamableHTTPClientTransport(new URL(${JSON.stringify(url)})));
${first}const result = await ${stepOf(asked)};
console.log(JSON.stringify(result, null, 2));
await client.close();
`;
}
