import type { HubConfig } from "../hub-config.js";
import { isLoopbackHost } from "./profile.js";

/** Says what lets other machines in, and the two commands that make it safe. */
export function needsAccess({ host, allowedHosts }: HubConfig): string {
  const what = isLoopbackHost(host)
    ? `The settings say that other machines reach this hub (${allowedHosts.join(", ") || "a public URL or a proxy"})`
    : `The host ${JSON.stringify(host)} lets other machines in`;
  return [
    `${what}, and nothing asks them who they are.`,
    "Make a token of an admin: mcp-hub token create operator --may admin",
    "Then start the hub again: mcp-hub start",
    "Or name an issuer (MCP_HUB_OIDC_ISSUER) or a file of tokens (MCP_HUB_TOKENS_FILE), or listen on 127.0.0.1 only.",
  ].join("\n");
}
