import { join } from "node:path";
import {
  applicationFolder,
  configFolder,
  type Machine,
  zedFolder,
} from "../connect/client-folders.js";

/** A file in which a client keeps its servers, if it is there. */
export interface ClientFile {
  /** As `cursor`. */
  readonly client: string;
  readonly title: string;
  readonly file: string;
}

/** The files in which the clients of this machine keep their servers, for the person and for the project. */
export function clientFiles(machine: Machine): readonly ClientFile[] {
  const { home, project, env } = machine;
  const inHome = (...names: string[]) => join(home, ...names);
  const inProject = (...names: string[]) => join(project, ...names);
  const inCode = (...names: string[]) =>
    ["Code", "Code - Insiders", "VSCodium"].map((name) =>
      applicationFolder(machine, name, "User", ...names),
    );
  const all: readonly (readonly [client: string, title: string, files: readonly string[]])[] = [
    [
      "claude-desktop",
      "Claude Desktop",
      [applicationFolder(machine, "Claude", "claude_desktop_config.json")],
    ],
    [
      "claude-code",
      "Claude Code",
      [join(env.CLAUDE_CONFIG_DIR || home, ".claude.json"), inProject(".mcp.json")],
    ],
    [
      "vscode",
      "VS Code",
      [...inCode("mcp.json"), ...inCode("settings.json"), inProject(".vscode", "mcp.json")],
    ],
    ["cursor", "Cursor", [inHome(".cursor", "mcp.json"), inProject(".cursor", "mcp.json")]],
    ["windsurf", "Windsurf", [inHome(".codeium", "windsurf", "mcp_config.json")]],
    [
      "codex",
      "Codex",
      [join(env.CODEX_HOME || inHome(".codex"), "config.toml"), inProject(".codex", "config.toml")],
    ],
    [
      "gemini",
      "Gemini CLI",
      [inHome(".gemini", "settings.json"), inProject(".gemini", "settings.json")],
    ],
    [
      "qwen-code",
      "Qwen Code",
      [inHome(".qwen", "settings.json"), inProject(".qwen", "settings.json")],
    ],
    [
      "copilot-cli",
      "Copilot CLI",
      [join(env.COPILOT_HOME || inHome(".copilot"), "mcp-config.json")],
    ],
    [
      "opencode",
      "opencode",
      [
        ...["opencode.json", "opencode.jsonc"].map((name) =>
          configFolder(machine, "opencode", name),
        ),
        ...["opencode.json", "opencode.jsonc"].map((name) => inProject(name)),
      ],
    ],
    ["zed", "Zed", [join(zedFolder(machine), "settings.json"), inProject(".zed", "settings.json")]],
    [
      "cline",
      "Cline",
      inCode("globalStorage", "saoudrizwan.claude-dev", "settings", "cline_mcp_settings.json"),
    ],
    [
      "roo",
      "Roo Code",
      [
        ...inCode("globalStorage", "rooveterinaryinc.roo-cline", "settings", "mcp_settings.json"),
        inProject(".roo", "mcp.json"),
      ],
    ],
    ["lm-studio", "LM Studio", [inHome(".lmstudio", "mcp.json")]],
    [
      "kiro",
      "Kiro",
      [inHome(".kiro", "settings", "mcp.json"), inProject(".kiro", "settings", "mcp.json")],
    ],
    [
      "amazon-q",
      "Amazon Q",
      [inHome(".aws", "amazonq", "mcp.json"), inProject(".amazonq", "mcp.json")],
    ],
    [
      "junie",
      "Junie",
      [inHome(".junie", "mcp", "mcp.json"), inProject(".junie", "mcp", "mcp.json")],
    ],
    ["amp", "Amp", [configFolder(machine, "amp", "settings.json")]],
  ];
  return all.flatMap(([client, title, files]) => files.map((file) => ({ client, title, file })));
}
