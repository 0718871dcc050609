import type { ClientKind, Connection } from "./connection.js";
import { literal } from "./quoting.js";

const transportClass = ({ transport }: Connection) =>
  transport === "sse" ? "SSEClientTransport" : "StreamableHTTPClientTransport";

const newTransport = (one: Connection) =>
  `new ${transportClass(one)}(new URL(${literal(one.url)}))`;

const newClient = `new Client(
INDENT  { name: "my client", version: "1.0.0" },
INDENT  // Speaks to servers of both revisions of the protocol.
INDENT  { versionNegotiation: { mode: "auto" } },
INDENT)`;

const imports = (connections: readonly Connection[]) =>
  `import { ${["Client", ...new Set(connections.map(transportClass))].join(", ")} } from "@modelcontextprotocol/client";`;

export const plainTypescript: ClientKind = {
  id: "typescript",
  list: "used",
  title: "TypeScript",
  format: "typescript",
  file: "connect.ts",
  speaksSse: true,
  text: (connections) => {
    const [first] = connections;
    if (connections.length === 1 && first !== undefined) {
      return `${imports(connections)}

const client = ${newClient.replaceAll("INDENT", "")};
await client.connect(${newTransport(first)});

const { tools } = await client.listTools();
console.log(tools.map(({ name }) => name));
await client.close();
`;
    }
    return `${imports(connections)}

const transports = {
${connections.map((one) => `  ${literal(one.key)}: ${newTransport(one)},`).join("\n")}
};

for (const [server, transport] of Object.entries(transports)) {
  const client = ${newClient.replaceAll("INDENT", "  ")};
  await client.connect(transport);
  const { tools } = await client.listTools();
  console.log(server, tools.map(({ name }) => name));
  await client.close();
}
`;
  },
  steps: () => [
    "Run `npm install @modelcontextprotocol/client`.",
    'Save the text as `connect.ts` in a project of ES modules (`"type": "module"` in its `package.json`).',
    "Run `npx tsx connect.ts`. It lists the tools; call one with `client.callTool({ name, arguments })`.",
  ],
};
