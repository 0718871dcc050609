import type { Connection } from "./connection.js";

/** The variable of the environment that holds the token of the hub, on the machine of the client. */
export const hubTokenVariable = "MCP_HUB_TOKEN";

const dollarBraces = (variable: string) => `\${${variable}}`;
const envBraces = (variable: string) => `\${env:${variable}}`;

/** VS Code asks a person for it, and keeps it safely. */
export const vscodeTokenInput = {
  type: "promptString",
  id: "mcp-hub-token",
  description: "Token for MCP Hub",
  password: true,
} as const;

/**
 * How each client is told to put a variable of its environment into a header, so that no file holds a token.
 * What is not here takes no references: Codex names the variable alone, others need a bridge.
 */
export const tokenReferences = {
  "claude-code": dollarBraces,
  vscode: () => `\${input:${vscodeTokenInput.id}}`,
  cursor: envBraces,
  windsurf: envBraces,
  continue: (variable: string) => `\${{ secrets.${variable} }}`,
  gemini: dollarBraces,
  "copilot-cli": dollarBraces,
  opencode: (variable: string) => `{env:${variable}}`,
  "qwen-code": dollarBraces,
  kiro: dollarBraces,
} as const satisfies Readonly<Record<string, (variable: string) => string>>;

type TokenHeaders = { readonly headers?: { readonly Authorization: string } };

/** The headers with the token, as a reference that the client resolves; nothing where none is asked for. */
export function tokenHeaders(
  client: keyof typeof tokenReferences,
  { tokenVariable }: { readonly tokenVariable?: string | undefined },
): TokenHeaders {
  if (tokenVariable === undefined) return {};
  return { headers: { Authorization: `Bearer ${tokenReferences[client](tokenVariable)}` } };
}

/** Whether any of these asks for the token of the hub. */
export const asksToken = (connections: readonly Connection[]) =>
  connections.some(({ tokenVariable }) => tokenVariable !== undefined);

/** What to know of a variable that the text of a client names. */
export const environmentTokenNote = (variable: string) =>
  `The file only names ${variable}: set it in the environment that the client is started with.`;

/** The same for clients that start a bridge, with the bridge's `--header`, which it fills in by itself. */
export const bridgeTokenArguments = ({ tokenVariable }: Connection): readonly string[] =>
  tokenVariable === undefined
    ? []
    : ["--header", `Authorization:Bearer ${dollarBraces(tokenVariable)}`];
