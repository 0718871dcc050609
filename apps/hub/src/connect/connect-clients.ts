import { join } from "node:path";
import { environmentTokenNote, tokenHeaders, vscodeTokenInput } from "@hub/api/config";
import { applicationFolder, configFolder, type Machine, zedFolder } from "./client-folders.js";
import { bridgeEntry, type ConnectClient, memberPlace, type Scope } from "./connect-client.js";

/** A file in the home folder and one in the project. */
const files =
  (user: (machine: Machine) => string, ...project: string[]) =>
  (scope: Scope, machine: Machine) =>
    scope === "user"
      ? user(machine)
      : project.length === 0
        ? undefined
        : join(machine.project, ...project);

const inHome =
  (...names: string[]) =>
  ({ home }: Machine) =>
    join(home, ...names);

/** A folder that a variable of the environment may name, else one in the home folder. */
const inFolderOf =
  (variable: string, folder: string, file: string) =>
  ({ env, home }: Machine) =>
    join(env[variable] || join(home, folder), file);

const claudeCode: ConnectClient = {
  id: "claude-code",
  title: "Claude Code",
  format: "json",
  file: files(({ env, home }) => join(env.CLAUDE_CONFIG_DIR || home, ".claude.json"), ".mcp.json"),
  places: (wanted) => [
    memberPlace("mcpServers", wanted, {
      type: "http",
      url: wanted.url,
      ...tokenHeaders("claude-code", wanted),
    }),
  ],
  next: "Start `claude`, and check with /mcp.",
  tokenNote: environmentTokenNote,
};

/** It skips entries with a URL, so it gets the bridge. */
const claudeDesktop: ConnectClient = {
  id: "claude-desktop",
  title: "Claude Desktop",
  format: "json",
  startsBridge: true,
  file: files((machine) => applicationFolder(machine, "Claude", "claude_desktop_config.json")),
  places: (wanted) => [memberPlace("mcpServers", wanted, bridgeEntry(wanted))],
  next: "Quit Claude Desktop completely, then start it again.",
  tokenNote: (variable) =>
    `The bridge reads ${variable} from the environment of Claude Desktop, or the file that --token-file names. The bundle of GET /config/claude-desktop.mcpb asks for the token and keeps it in the keychain.`,
};

const vscode: ConnectClient = {
  id: "vscode",
  title: "VS Code",
  format: "json",
  file: files(
    (machine) => applicationFolder(machine, "Code", "User", "mcp.json"),
    ".vscode",
    "mcp.json",
  ),
  places: (wanted) => {
    const entry = memberPlace("servers", wanted, {
      type: "http",
      url: wanted.url,
      ...tokenHeaders("vscode", wanted),
    });
    return wanted.tokenVariable === undefined
      ? [entry]
      : [{ kind: "item", path: ["inputs"], by: "id", value: vscodeTokenInput }, entry];
  },
  next: "In VS Code, run “MCP: List Servers” and start it.",
  tokenNote: () => "VS Code asks for the token when it starts the server, and keeps it safely.",
};

const cursor: ConnectClient = {
  id: "cursor",
  title: "Cursor",
  format: "json",
  file: files(inHome(".cursor", "mcp.json"), ".cursor", "mcp.json"),
  places: (wanted) => [
    memberPlace("mcpServers", wanted, { url: wanted.url, ...tokenHeaders("cursor", wanted) }),
  ],
  next: "In Cursor, open Settings › MCP: the dot beside the entry turns green.",
  tokenNote: environmentTokenNote,
};

const windsurf: ConnectClient = {
  id: "windsurf",
  title: "Windsurf",
  format: "json",
  file: files(inHome(".codeium", "windsurf", "mcp_config.json")),
  places: (wanted) => [
    memberPlace("mcpServers", wanted, {
      serverUrl: wanted.url,
      ...tokenHeaders("windsurf", wanted),
    }),
  ],
  next: "Press the refresh button among the MCP servers of Cascade.",
  tokenNote: environmentTokenNote,
};

/** Its headers take no references, so with a token it starts the bridge. */
const zed: ConnectClient = {
  id: "zed",
  title: "Zed",
  format: "json",
  startsBridge: true,
  file: files((machine) => join(zedFolder(machine), "settings.json"), ".zed", "settings.json"),
  places: (wanted) => [
    memberPlace(
      "context_servers",
      wanted,
      wanted.tokenVariable === undefined && !wanted.hasTokenFile
        ? { url: wanted.url }
        : bridgeEntry(wanted),
    ),
  ],
  next: "In Zed, open Settings › AI › MCP Servers: the dot beside the entry turns green.",
  tokenNote: (variable) =>
    `Zed puts no variables into headers, so it starts \`mcp-hub stdio\`, which reads ${variable} from its environment.`,
};

const continueDev: ConnectClient = {
  id: "continue",
  title: "Continue",
  format: "yaml",
  file: files(inHome(".continue", "config.yaml"), ".continue", "mcpServers", "mcp-hub.yaml"),
  beginning: "name: MCP Hub\nversion: 1.0.0\nschema: v1\n",
  places: (wanted) => {
    const { headers } = tokenHeaders("continue", wanted);
    return [
      {
        kind: "item",
        path: ["mcpServers"],
        by: "name",
        value: {
          name: wanted.name,
          type: "streamable-http",
          url: wanted.url,
          ...(headers === undefined ? {} : { requestOptions: { headers } }),
        },
      },
    ];
  },
  next: "Switch Continue to agent mode. Its tools are in the list of tools.",
  tokenNote: (variable) =>
    `Continue reads ${variable} from its secrets: a line \`${variable}=…\` in ~/.continue/.env.`,
};

const codex: ConnectClient = {
  id: "codex",
  title: "Codex",
  format: "toml",
  file: files(inFolderOf("CODEX_HOME", ".codex", "config.toml"), ".codex", "config.toml"),
  places: (wanted) => [
    memberPlace("mcp_servers", wanted, {
      url: wanted.url,
      ...(wanted.tokenVariable === undefined ? {} : { bearer_token_env_var: wanted.tokenVariable }),
    }),
  ],
  next: "Restart `codex`. `codex mcp list` shows the entry.",
  tokenNote: environmentTokenNote,
};

/** Without a type, a URL means the old SSE transport. */
const gemini: ConnectClient = {
  id: "gemini",
  title: "Gemini CLI",
  format: "json",
  file: files(inHome(".gemini", "settings.json"), ".gemini", "settings.json"),
  places: (wanted) => [
    memberPlace("mcpServers", wanted, {
      url: wanted.url,
      type: "http",
      ...tokenHeaders("gemini", wanted),
    }),
  ],
  next: "Restart `gemini`, and check with /mcp.",
  tokenNote: environmentTokenNote,
};

const copilotCli: ConnectClient = {
  id: "copilot-cli",
  title: "Copilot CLI",
  format: "json",
  file: files(inFolderOf("COPILOT_HOME", ".copilot", "mcp-config.json"), ".mcp.json"),
  places: (wanted) => [
    memberPlace("mcpServers", wanted, {
      type: "http",
      url: wanted.url,
      tools: ["*"],
      ...tokenHeaders("copilot-cli", wanted),
    }),
  ],
  next: "Restart `copilot`, and check with /mcp show.",
  tokenNote: environmentTokenNote,
};

/** Of its two names, the one that is there. */
const opencodeFile = (folder: string, { hasFile }: Machine) => {
  const commented = join(folder, "opencode.jsonc");
  return hasFile(commented) ? commented : join(folder, "opencode.json");
};

const opencode: ConnectClient = {
  id: "opencode",
  title: "opencode",
  format: "json",
  file: (scope, machine) =>
    opencodeFile(scope === "user" ? configFolder(machine, "opencode") : machine.project, machine),
  places: (wanted) => [
    memberPlace("mcp", wanted, {
      type: "remote",
      url: wanted.url,
      enabled: true,
      ...tokenHeaders("opencode", wanted),
    }),
  ],
  next: "Restart `opencode`. `opencode mcp list` shows whether it is connected.",
  tokenNote: environmentTokenNote,
};

/** It reads `httpUrl` as the current transport, and a bare `url` as the old one. */
const qwenCode: ConnectClient = {
  id: "qwen-code",
  title: "Qwen Code",
  format: "json",
  file: files(inHome(".qwen", "settings.json"), ".qwen", "settings.json"),
  places: (wanted) => [
    memberPlace("mcpServers", wanted, {
      httpUrl: wanted.url,
      ...tokenHeaders("qwen-code", wanted),
    }),
  ],
  next: "Restart `qwen`, and check with /mcp.",
  tokenNote: environmentTokenNote,
};

const kiro: ConnectClient = {
  id: "kiro",
  title: "Kiro",
  format: "json",
  file: files(inHome(".kiro", "settings", "mcp.json"), ".kiro", "settings", "mcp.json"),
  places: (wanted) => [
    memberPlace("mcpServers", wanted, { url: wanted.url, ...tokenHeaders("kiro", wanted) }),
  ],
  next: "Open the MCP servers in the Kiro panel: the entry connects by itself.",
  tokenNote: (variable) =>
    `${environmentTokenNote(variable)} Kiro asks once whether it may read ${variable}.`,
};

const lmStudio: ConnectClient = {
  id: "lm-studio",
  title: "LM Studio",
  format: "json",
  startsBridge: true,
  file: files(inHome(".lmstudio", "mcp.json")),
  places: (wanted) => [
    memberPlace(
      "mcpServers",
      wanted,
      wanted.tokenVariable === undefined && !wanted.hasTokenFile
        ? { url: wanted.url }
        : bridgeEntry(wanted),
    ),
  ],
  next: "In LM Studio, open the Program tab: the entry is under Integrations.",
  tokenNote: (variable) =>
    `LM Studio puts no variables into headers, so it starts \`mcp-hub stdio\`, which reads ${variable} from its environment.`,
};

/** Every client whose file `connect` edits, in the order people see them. */
export const connectClients: readonly ConnectClient[] = [
  claudeCode,
  claudeDesktop,
  vscode,
  cursor,
  windsurf,
  zed,
  continueDev,
  codex,
  gemini,
  copilotCli,
  opencode,
  qwenCode,
  kiro,
  lmStudio,
];
