import type { ClientKind, Connection } from "./connection.js";
import { shellWord } from "./quoting.js";

/** The major version is named, or npm on an old Node quietly takes one that does not know the options. */
const command = ({ url, transport }: Connection) =>
  `npx -y @modelcontextprotocol/inspector@2 --server-url ${shellWord(url)} --transport ${transport === "sse" ? "sse" : "http"}\n`;

export const inspector: ClientKind = {
  id: "inspector",
  list: "used",
  title: "MCP Inspector",
  format: "shell",
  speaksSse: true,
  isCommandLine: true,
  text: (connections) => connections.map(command).join(""),
  steps: ({ length }) => [
    length === 1
      ? "Run this command."
      : "Run one of these commands: each opens an Inspector for one server, and runs until you stop it.",
    "It opens a page in your browser. Press “Connect” there.",
  ],
  notes: () => ["The Inspector needs Node.js 22.19 or newer."],
};
