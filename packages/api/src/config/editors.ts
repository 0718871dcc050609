import { bridge } from "./claude-desktop.js";
import type { ClientKind, Connection } from "./connection.js";
import { jsonFile, literal } from "./quoting.js";
import { asksToken, environmentTokenNote, tokenHeaders, vscodeTokenInput } from "./tokens.js";

const named = (connections: readonly Connection[], what: string, { key }: Connection) =>
  connections.length === 1 ? what : `${what}: ${key}`;

/** What VS Code asks for before it sends the header. */
const inputsFor = (connections: readonly Connection[]) =>
  asksToken(connections) ? { inputs: [vscodeTokenInput] } : {};

const typeOf = ({ transport }: Connection) => (transport === "sse" ? "sse" : "http");

function codeLink(scheme: string, connection: Connection): string {
  const { key, url } = connection;
  const entry = JSON.stringify({
    name: key,
    type: typeOf(connection),
    url,
    ...tokenHeaders("vscode", connection),
    ...inputsFor([connection]),
  });
  return `${scheme}:mcp/install?${encodeURIComponent(entry)}`;
}

/** The file says `servers`, not `mcpServers` as everybody else's. */
export const vscode: ClientKind = {
  id: "vscode",
  list: "searched",
  title: "VS Code",
  format: "json",
  file: ".vscode/mcp.json",
  speaksSse: true,
  text: (connections) =>
    jsonFile({
      ...inputsFor(connections),
      servers: Object.fromEntries(
        connections.map((one) => [
          one.key,
          { type: typeOf(one), url: one.url, ...tokenHeaders("vscode", one) },
        ]),
      ),
    }),
  steps: ({ length }) => [
    `Press the ${length === 1 ? "install button" : "install buttons"}, and confirm in VS Code. Or save the text as \`.vscode/mcp.json\` in your project; if the file exists, add the entries of \`servers\` to it.`,
    "Press “Start” above the entry in that file, or start a chat.",
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
  tokenNote: () => "VS Code asks for the token when it starts the server, and keeps it safely.",
};

/** Cursor finds out by itself which transport a URL speaks. */
const cursorEntry = (one: Connection) => ({ url: one.url, ...tokenHeaders("cursor", one) });

/** The link holds the inner object, without the name around it. A safe URL is ASCII, as `btoa` wants it. */
function cursorLink(connection: Connection): string {
  const config = btoa(JSON.stringify(cursorEntry(connection)));
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${connection.key}&config=${encodeURIComponent(config)}`;
}

export const cursor: ClientKind = {
  id: "cursor",
  list: "searched",
  title: "Cursor",
  format: "json",
  file: ".cursor/mcp.json",
  speaksSse: true,
  text: (connections) =>
    jsonFile({
      mcpServers: Object.fromEntries(connections.map((one) => [one.key, cursorEntry(one)])),
    }),
  steps: ({ length }) => [
    `Press the ${length === 1 ? "install button" : "install buttons"}, and confirm in Cursor. Or save the text as \`.cursor/mcp.json\` in your project, or as \`~/.cursor/mcp.json\` for all projects; if the file exists, add the entries of \`mcpServers\` to it.`,
    "Open Settings › MCP: the dot beside the entry turns green.",
  ],
  installLinks: (connections) =>
    connections.map((one) => ({
      label: named(connections, "Install in Cursor", one),
      href: cursorLink(one),
    })),
  tokenNote: environmentTokenNote,
};

/** It says `serverUrl` where others say `url`, for both transports. */
export const windsurf: ClientKind = {
  id: "windsurf",
  title: "Windsurf",
  format: "json",
  file: "~/.codeium/windsurf/mcp_config.json",
  speaksSse: true,
  text: (connections) =>
    jsonFile({
      mcpServers: Object.fromEntries(
        connections.map((one) => [
          one.key,
          { serverUrl: one.url, ...tokenHeaders("windsurf", one) },
        ]),
      ),
    }),
  steps: () => [
    "Save this as `~/.codeium/windsurf/mcp_config.json`. If the file exists, add the entries of `mcpServers` to it.",
    "Press the refresh button among the MCP servers of Cascade.",
  ],
  tokenNote: environmentTokenNote,
};

/** Its headers take no references, so with a token it starts a bridge. */
export const zed: ClientKind = {
  id: "zed",
  title: "Zed",
  format: "json",
  file: "~/.config/zed/settings.json",
  speaksSse: false,
  text: (connections) =>
    jsonFile({
      context_servers: Object.fromEntries(
        connections.map((one) => [
          one.key,
          one.tokenVariable === undefined ? { url: one.url } : bridge(one),
        ]),
      ),
    }),
  steps: () => [
    "Run `zed: open settings file` from the command palette, and add the entries of `context_servers` to that file.",
    "Open Settings › AI › MCP Servers: the dot beside the entry turns green.",
  ],
  notes: () => [
    "Versions of Zed that know no `url` here need a bridge; `claude-desktop` shows the command for one.",
  ],
  tokenNote: (variable) =>
    `Zed puts no variables into headers, so it starts \`mcp-remote\`, a bridge that \`npx\` gets from npm, which reads ${variable} from its environment.`,
};

/** As it stands in the entry; nothing where no token is asked for. */
function continueHeaders(connection: Connection): string {
  const { headers } = tokenHeaders("continue", connection);
  return headers === undefined
    ? ""
    : `    requestOptions:\n      headers:\n        Authorization: ${literal(headers.Authorization)}\n`;
}

const continueType = ({ transport }: Connection) =>
  transport === "sse" ? "sse" : "streamable-http";

/** Continue reads each file of that folder as one block, which must have a name and a version. */
export const continueDev: ClientKind = {
  id: "continue",
  title: "Continue",
  format: "yaml",
  file: ".continue/mcpServers/mcp-hub.yaml",
  speaksSse: true,
  text: (connections) => `name: MCP Hub
version: 1.0.0
schema: v1
mcpServers:
${connections
  .map(
    (one) =>
      `  - name: ${literal(one.key)}\n    type: ${continueType(one)}\n    url: ${literal(one.url)}\n${continueHeaders(one)}`,
  )
  .join("")}`,
  steps: () => [
    "Save this as `.continue/mcpServers/mcp-hub.yaml` in your project.",
    "Switch Continue to agent mode. Its tools are in the list of tools.",
  ],
  tokenNote: (variable) =>
    `Continue reads ${variable} from its secrets: a line \`${variable}=…\` in \`~/.continue/.env\`.`,
};
