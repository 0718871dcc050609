import type { ClientKind, Connection } from "./connection.js";
import { jsonFile, literal, shellWord } from "./quoting.js";
import { environmentTokenNote, tokenHeaders } from "./tokens.js";

const short = ({ transport }: Connection) => (transport === "sse" ? "sse" : "http");

/** In the quotes inside which no shell but cmd.exe puts the token itself in the place of its variable. */
function headerOption(connection: Connection): string {
  const { headers } = tokenHeaders("claude-code", connection);
  return headers === undefined ? "" : ` --header 'Authorization: ${headers.Authorization}'`;
}

/**
 * Options stand before the name, but `--header`, which takes all words after it; a URL without `--transport`
 * would be taken for a command to run.
 */
export const claudeCode: ClientKind = {
  id: "claude-code",
  list: "searched",
  title: "Claude Code",
  format: "shell",
  speaksSse: true,
  isCommandLine: true,
  text: (connections) =>
    connections
      .map(
        (one) =>
          `claude mcp add --transport ${short(one)} ${one.key} ${shellWord(one.url)}${headerOption(one)}\n`,
      )
      .join(""),
  steps: ({ length }) => [
    `Run ${length === 1 ? "this command" : "these commands"} in the folder of your project.`,
    "Start `claude` there, and check with `/mcp`.",
  ],
  notes: () => [
    "The command adds it for you in this folder. Put `--scope user` before the name to add it for all folders, or `--scope project` to write it to `.mcp.json` for everybody who works on the project.",
  ],
  tokenNote: (variable) =>
    `The command only names ${variable}: set it in the environment that \`claude\` is started with. In cmd.exe, write double quotes in the place of the single ones.`,
};

export const codex: ClientKind = {
  id: "codex",
  title: "Codex",
  format: "toml",
  file: "~/.codex/config.toml",
  speaksSse: false,
  text: (connections) =>
    connections
      .map(({ key, url, tokenVariable }) => {
        const token =
          tokenVariable === undefined ? "" : `bearer_token_env_var = ${literal(tokenVariable)}\n`;
        return `[mcp_servers.${key}]\nurl = ${literal(url)}\n${token}`;
      })
      .join("\n"),
  steps: ([first]) => [
    "Add this to the end of `~/.codex/config.toml`. Create the file if it does not exist.",
    `Restart \`codex\`. \`codex mcp list\` shows \`${first?.key ?? "it"}\`.`,
  ],
  notes: () => ["`.codex/config.toml` in a project works too, once Codex trusts the project."],
  tokenNote: environmentTokenNote,
};

export const gemini: ClientKind = {
  id: "gemini",
  title: "Gemini CLI",
  format: "json",
  file: "~/.gemini/settings.json",
  speaksSse: true,
  // Without a type, a URL means the old SSE transport.
  text: (connections) =>
    jsonFile({
      mcpServers: Object.fromEntries(
        connections.map((one) => [
          one.key,
          { url: one.url, type: short(one), ...tokenHeaders("gemini", one) },
        ]),
      ),
    }),
  steps: () => [
    "Save this as `~/.gemini/settings.json`. If the file exists, add the entries of `mcpServers` to it.",
    "Restart `gemini`, and check with `/mcp`.",
  ],
  notes: () => [
    "Gemini CLI shows servers as “Disabled” in a folder that you have not told it to trust.",
    "`.gemini/settings.json` in a project works too.",
  ],
  tokenNote: environmentTokenNote,
};

/** It reads `httpUrl` as the current transport, and a bare `url` as the old one. */
export const qwenCode: ClientKind = {
  id: "qwen-code",
  title: "Qwen Code",
  format: "json",
  file: "~/.qwen/settings.json",
  speaksSse: true,
  text: (connections) =>
    jsonFile({
      mcpServers: Object.fromEntries(
        connections.map((one) => [
          one.key,
          {
            ...(one.transport === "sse" ? { url: one.url } : { httpUrl: one.url }),
            ...tokenHeaders("qwen-code", one),
          },
        ]),
      ),
    }),
  steps: () => [
    "Save this as `~/.qwen/settings.json`. If the file exists, add the entries of `mcpServers` to it.",
    "Restart `qwen`, and check with `/mcp`.",
  ],
  notes: () => ["`.qwen/settings.json` in a project works too."],
  tokenNote: environmentTokenNote,
};

/** It finds out by itself which transport a URL speaks. */
export const opencode: ClientKind = {
  id: "opencode",
  title: "opencode",
  format: "json",
  file: "opencode.json",
  speaksSse: true,
  text: (connections) =>
    jsonFile({
      mcp: Object.fromEntries(
        connections.map((one) => [
          one.key,
          { type: "remote", url: one.url, enabled: true, ...tokenHeaders("opencode", one) },
        ]),
      ),
    }),
  steps: () => [
    "Save this as `opencode.json` in your project. If the file exists, add the entries of `mcp` to it.",
    "Restart `opencode`. `opencode mcp list` shows whether it is connected.",
  ],
  notes: () => ["`~/.config/opencode/opencode.json` applies to all projects."],
  tokenNote: environmentTokenNote,
};

export const copilotCli: ClientKind = {
  id: "copilot-cli",
  title: "Copilot CLI",
  format: "json",
  file: "~/.copilot/mcp-config.json",
  speaksSse: true,
  text: (connections) =>
    jsonFile({
      mcpServers: Object.fromEntries(
        connections.map((one) => [
          one.key,
          { type: short(one), url: one.url, tools: ["*"], ...tokenHeaders("copilot-cli", one) },
        ]),
      ),
    }),
  steps: () => [
    "Save this as `~/.copilot/mcp-config.json`. If the file exists, add the entries of `mcpServers` to it.",
    "Restart `copilot`, and check with `/mcp show`.",
  ],
  notes: () => ["`.mcp.json` in a repository works too, for that repository only."],
  tokenNote: environmentTokenNote,
};
