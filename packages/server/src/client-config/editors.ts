import type { ClientKind, Connection } from "./connection.js";
import { jsonFile } from "./quoting.js";

const named = (connections: readonly Connection[], what: string, { key }: Connection) =>
  connections.length === 1 ? what : `${what}: ${key}`;

const typeOf = ({ transport }: Connection) => (transport === "sse" ? "sse" : "http");

function codeLink(scheme: string, connection: Connection): string {
  const { key, url } = connection;
  const entry = JSON.stringify({ name: key, type: typeOf(connection), url });
  return `${scheme}:mcp/install?${encodeURIComponent(entry)}`;
}

/** The file says `servers`, not `mcpServers` as everybody else's. */
export const vscode: ClientKind = {
  id: "vscode",
  title: "VS Code",
  format: "json",
  file: ".vscode/mcp.json",
  speaksSse: true,
  text: (connections) =>
    jsonFile({
      servers: Object.fromEntries(
        connections.map((one) => [one.key, { type: typeOf(one), url: one.url }]),
      ),
    }),
  steps: ({ length }) => [
    `Press the ${length === 1 ? "install button" : "install buttons"}, and VS Code asks whether to add it. Or save the text as \`.vscode/mcp.json\` in your project; if the file exists, add what stands in \`servers\` to it.`,
    "Press “Start” above the entry in that file, or let VS Code start it with the first chat.",
    "Open the chat in agent mode: its tools are under the tools button.",
  ],
  installLinks: (connections) =>
    (
      [
        ["vscode", "Install in VS Code"],
        ["vscode-insiders", "Install in VS Code Insiders"],
      ] as const
    ).flatMap(([scheme, label]) =>
      connections.map((one) => ({
        label: named(connections, label, one),
        href: codeLink(scheme, one),
      })),
    ),
};

/** Cursor finds out by itself which transport a URL speaks. */
const cursorEntry = ({ url }: Connection) => ({ url });

/** The link holds the inner object, without the name around it. */
function cursorLink(connection: Connection): string {
  const config = Buffer.from(JSON.stringify(cursorEntry(connection))).toString("base64");
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${connection.key}&config=${encodeURIComponent(config)}`;
}

export const cursor: ClientKind = {
  id: "cursor",
  title: "Cursor",
  format: "json",
  file: ".cursor/mcp.json",
  speaksSse: true,
  text: (connections) =>
    jsonFile({
      mcpServers: Object.fromEntries(connections.map((one) => [one.key, cursorEntry(one)])),
    }),
  steps: ({ length }) => [
    `Press the ${length === 1 ? "install button" : "install buttons"}, and Cursor asks whether to add it. Or save the text as \`.cursor/mcp.json\` in your project, or as \`~/.cursor/mcp.json\` for all projects; if the file exists, add what stands in \`mcpServers\` to it.`,
    "Look under Settings › MCP: the dot beside it turns green.",
  ],
  installLinks: (connections) =>
    connections.map((one) => ({
      label: named(connections, "Install in Cursor", one),
      href: cursorLink(one),
    })),
};
