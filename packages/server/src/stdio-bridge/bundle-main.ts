import { runBridge } from "./run-bridge.js";
import { tokenSource } from "./token-file.js";

/**
 * The program in the bundle for Claude Desktop. Its settings come in the environment, so that no secret
 * stands in a list of arguments: MCP_HUB_MCP_URL is the endpoint, MCP_HUB_TOKEN the token, if the hub has any, or
 * MCP_HUB_TOKEN_FILE a file with it.
 */
async function main(): Promise<void> {
  const note = (text: string) => process.stderr.write(`mcp-hub: ${text.replace(/\s+/g, " ")}\n`);
  const given = process.env.MCP_HUB_MCP_URL;
  const url = endpointOf(given);
  if (url === undefined) {
    note(
      "the address of the hub is no http or https URL; correct it in the settings of the extension",
    );
    process.exitCode = 2;
    return;
  }
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort());
  await runBridge({
    url,
    token: tokenSource(setting("MCP_HUB_TOKEN"), setting("MCP_HUB_TOKEN_FILE")),
    input: process.stdin,
    output: process.stdout,
    note,
    stopped: stopped.signal,
  });
  process.exit();
}

/** A setting that a person left empty is none; Claude Desktop may pass its placeholder on. */
function setting(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === "" || value.startsWith("${") ? undefined : value;
}

/** An address of a hub without a path means all of it. */
function endpointOf(given: string | undefined): URL | undefined {
  try {
    const url = new URL(given ?? "");
    if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
    if (url.pathname === "/" && url.search === "") url.pathname = "/mcp";
    return url;
  } catch {
    return undefined;
  }
}

void main();
