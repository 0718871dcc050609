/** Every client there is a configuration for, in the order people see them. */
export const clientIds = [
  "claude-code",
  "claude-desktop",
  "vscode",
  "cursor",
  "windsurf",
  "zed",
  "continue",
  "codex",
  "gemini",
  "copilot-cli",
  "opencode",
  "qwen-code",
  "langchain",
  "langchain-python",
  "adk",
  "fastmcp",
  "ai-sdk",
  "openai-agents",
  "claude-agent-sdk",
  "mastra",
  "mcp-use",
  "strands",
  "typescript",
  "inspector",
  "mcp-servers",
] as const;

/** What the text of a configuration is written in. */
export const clientFormats = ["json", "yaml", "toml", "shell", "typescript", "python"] as const;

export type ClientId = (typeof clientIds)[number];
export type ClientFormat = (typeof clientFormats)[number];
