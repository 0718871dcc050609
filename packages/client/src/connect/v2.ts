import type { Client } from "@modelcontextprotocol/client";
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
 * A client of the MCP SDK, version 2, that is connected: to the server that fits a need, a name, a tag or a
 * tool, or to the hub with a selection of its servers. It speaks to servers of all revisions.
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
  const sdk = await loadSdk(
    "@modelcontextprotocol/client",
    () => import("@modelcontextprotocol/client"),
  );
  return openConnection(wanted, options, {
    createClient: (info) => new sdk.Client(info, { versionNegotiation: { mode: "auto" } }),
    createTransport: ({ url, transport, fetch }) =>
      transport === "sse"
        ? new sdk.SSEClientTransport(new URL(url), { fetch })
        : new sdk.StreamableHTTPClientTransport(new URL(url), { fetch }),
    connect: (client, transport, timeoutMs) => client.connect(transport, { timeout: timeoutMs }),
    close: async (client, transport) => {
      // Only servers of the 2025 revisions have sessions to end.
      if ("terminateSession" in transport && transport.sessionId !== undefined)
        await transport.terminateSession();
      await client.close();
    },
  });
}
