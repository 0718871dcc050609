import { normaliseHubUrl, parseHubUrls } from "@hub/client";
import { type Environment, givenVariables } from "@hub/core/environment";
import { CommandError } from "./command-error.js";

/**
 * The hub that a command asks: `--hub`, else MCP_HUB_URL, else this machine's at MCP_HUB_PORT, else at 8001.
 * Nothing is scanned.
 * @throws CommandError, which says where the address came from, when it is none.
 */
export function hubAddress(option: string | undefined, environment: Environment): string {
  const given = Object.fromEntries(givenVariables(environment));
  const [source, address] =
    option !== undefined
      ? ["--hub", option]
      : given.MCP_HUB_URL !== undefined
        ? ["MCP_HUB_URL", given.MCP_HUB_URL]
        : ["MCP_HUB_PORT", `http://127.0.0.1:${given.MCP_HUB_PORT ?? "8001"}`];
  try {
    return parseHubUrls(address)[0] ?? normaliseHubUrl(address);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError("usage", `${source}: ${error.message}.`, { cause: error });
  }
}
