import { environment } from "./environment.js";

/**
 * A bearer token, or what says which one to send. A function is asked before each request, and again when the hub
 * refuses what it said: tokens of issuers are valid for a short time.
 */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>);

/** What is used of Node's file system, which a browser does not have. */
type Files = { readonly readFileSync: (file: string, encoding: "utf8") => string };

type WithFiles = {
  readonly process?: { readonly getBuiltinModule?: (name: "node:fs") => Files };
};

/** The token in a file, which is read each time: whoever mounts such a token replaces it before it expires. */
function tokenIn(file: string): string {
  // An import would end up in what is made for browsers.
  const files = (globalThis as WithFiles).process?.getBuiltinModule?.("node:fs");
  if (files === undefined) throw new Error("this program cannot read files");
  try {
    return files.readFileSync(file, "utf8").trim();
  } catch (error) {
    // Node's own sentence names the file. Its code alone, which people would be told, does not.
    throw new Error(`MCP_HUB_TOKEN_FILE: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The token that `MCP_HUB_TOKEN` has, or else the file that `MCP_HUB_TOKEN_FILE` names. Default: of the
 * environment of this program. The function that it may give throws where the file cannot be read.
 */
export function tokenOfEnvironment(
  variable: (name: string) => string | undefined = environment,
): TokenSource | undefined {
  const token = variable("MCP_HUB_TOKEN");
  const file = variable("MCP_HUB_TOKEN_FILE");
  return token || (file ? () => tokenIn(file) : undefined);
}
