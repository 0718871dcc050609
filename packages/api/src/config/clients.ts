import { claudeAgentSdk, mastra, mcpServers, mcpUse, strands } from "./agent-frameworks.js";
import { claudeDesktop } from "./claude-desktop.js";
import { claudeCode, codex, copilotCli, gemini, opencode, qwenCode } from "./coding-agents.js";
import type { ClientKind } from "./connection.js";
import { continueDev, cursor, vscode, windsurf, zed } from "./editors.js";
import { fastmcp } from "./fastmcp.js";
import { inspector } from "./inspector.js";
import { langchainPython } from "./langchain-python.js";
import { plainTypescript } from "./plain-typescript.js";
import { adk, aiSdk, langchain, openaiAgents } from "./typescript-code.js";

/** Every client there is a configuration for, in the order people see them. */
export const clients: readonly ClientKind[] = [
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
  langchain,
  langchainPython,
  adk,
  fastmcp,
  aiSdk,
  openaiAgents,
  claudeAgentSdk,
  mastra,
  mcpUse,
  strands,
  plainTypescript,
  inspector,
  mcpServers,
];
