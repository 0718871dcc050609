import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { loadSdk } from "./load-sdk.js";
import {
  type ChosenServer,
  type Connected,
  type ConnectedToChoice,
  type ConnectOptions,
  openConnection,
  type SelectedServers,
  type Wanted,
} from "./open-connection.js";

export type { ChosenServer, Connected, ConnectedToChoice, ConnectOptions, SelectedServers };

/**
 * As `connect` of `@hub/client/connect`, with the MCP SDK, version 1, which speaks the revisions of 2025.
 * @throws HubClientError when nothing fits, the hub is away or refuses the token, or no endpoint answers as MCP.
 */
export async function connect(
  wanted: ChosenServer,
  options?: ConnectOptions<Client>,
): Promise<ConnectedToChoice<Client>>;
export async function connect(
  wanted?: SelectedServers,
  options?: ConnectOptions<Client>,
): Promise<Connected<Client>>;
export async function connect(
  wanted: Wanted = {},
  options: ConnectOptions<Client> = {},
): Promise<Connected<Client>> {
  const sdk = await loadSdk("@modelcontextprotocol/sdk", async () => ({
    ...(await import("@modelcontextprotocol/sdk/client/index.js")),
    ...(await import("@modelcontextprotocol/sdk/client/streamableHttp.js")),
    ...(await import("@modelcontextprotocol/sdk/client/sse.js")),
  }));
  return openConnection(wanted, options, {
    createClient: (info) => new sdk.Client(info),
    createTransport: ({ url, transport, fetch }) =>
      transport === "sse"
        ? new sdk.SSEClientTransport(new URL(url), { fetch })
        : new sdk.StreamableHTTPClientTransport(new URL(url), { fetch }),
    connect: (client, transport, timeoutMs) => client.connect(transport, { timeout: timeoutMs }),
    close: async (client, transport) => {
      if ("terminateSession" in transport && transport.sessionId !== undefined)
        await transport.terminateSession();
      await client.close();
    },
  });
}
