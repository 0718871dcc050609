import { claudeDesktop } from "./claude-desktop.js";
import { claudeCode, codex, gemini } from "./coding-agents.js";
import type { ClientKind } from "./connection.js";
import { cursor, vscode } from "./editors.js";
import { fastmcp } from "./fastmcp.js";
import { inspector } from "./inspector.js";
import { plainTypescript } from "./plain-typescript.js";
import { adk, aiSdk, langchain, openaiAgents } from "./typescript-code.js";

/** Every client there is a configuration for, in the order people see them. */
export const clients: readonly ClientKind[] = [
  claudeCode,
  claudeDesktop,
  vscode,
  cursor,
  codex,
  gemini,
  langchain,
  adk,
  fastmcp,
  aiSdk,
  openaiAgents,
  plainTypescript,
  inspector,
];
