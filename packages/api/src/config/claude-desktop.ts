import { type ClientKind, type Connection, isLoopback } from "./connection.js";
import { jsonFile } from "./quoting.js";
import { bridgeTokenArguments } from "./tokens.js";

/** `mcp-remote` refuses plain http to other machines unless it is told. */
export function bridge(connection: Connection) {
  const { url, transport } = connection;
  const isPlainRemote = url.startsWith("http:") && !isLoopback(url);
  return {
    command: "npx",
    args: [
      "-y",
      "mcp-remote",
      url,
      "--transport",
      transport === "sse" ? "sse-only" : "http-only",
      ...(isPlainRemote ? ["--allow-http"] : []),
      ...bridgeTokenArguments(connection),
    ],
  };
}

/** Its file starts programs; an entry with a URL is skipped as invalid. So a program stands between. */
export const claudeDesktop: ClientKind = {
  id: "claude-desktop",
  title: "Claude Desktop",
  format: "json",
  file: "claude_desktop_config.json",
  speaksSse: true,
  isCommandLine: true,
  text: (connections) =>
    jsonFile({
      mcpServers: Object.fromEntries(connections.map((one) => [one.key, bridge(one)])),
    }),
  steps: () => [
    "In Claude Desktop, open Settings › Developer › Edit Config. Add the entries of `mcpServers` to the file that it shows, `claude_desktop_config.json`.",
    "Quit Claude Desktop completely, then start it again.",
    "Open a new chat: the tools are under the tools button.",
  ],
  notes: (connections) => [
    "Claude Desktop takes no URL in its file: it skips such an entry as invalid. Therefore it starts `mcp-remote`, a bridge that `npx` gets from npm. Node.js must be installed.",
    "The hub has a bridge of its own: open the file that `GET /config/claude-desktop.mcpb` gives, and Claude Desktop installs it. It needs neither npm nor Node.js.",
    ...(connections.some(({ url }) => url.startsWith("https:") && !isLoopback(url))
      ? [
          "If the address can be reached from the internet, you can add it without a bridge: Settings › Connectors › Add custom connector.",
        ]
      : [
          "Settings › Connectors takes a URL, but only one that begins with https and can be reached from the internet.",
        ]),
  ],
  tokenNote: (variable) =>
    `The bridge reads ${variable} from the environment of Claude Desktop. The bundle of \`GET /config/claude-desktop.mcpb\` is easier, and on Windows, where spaces in arguments are lost, the only way: it asks for the token, and keeps it in the system's keychain.`,
};
