import type { Choice, Need } from "../choose.js";
import { HubClient } from "../hub-client.js";
import { HubClientError } from "../hub-client-error.js";
import type { HubClientOptions } from "../hub-requests.js";
import type { GatewaySelection } from "../targets.js";
import { quoted } from "../words.js";
import { hubRefusalIn, refusalBeneath } from "./hub-refusal.js";

/** One server, which is chosen by at least one of these: see `HubClient.choose`. */
export type ChosenServer = Need &
  (
    | { readonly need: string }
    | { readonly name: string }
    | { readonly tag: string | readonly string[] }
    | { readonly tool: string }
  ) & {
    /**
     * `gateway`: through the hub, which finds an instance that is up with each call. `direct`: to an instance
     * of the server, and to the next one when it does not answer. Default: gateway.
     */
    readonly via?: "gateway" | "direct" | undefined;
  };

/** The hub with a selection of its servers; without any of it, the whole hub. */
export type SelectedServers = Omit<GatewaySelection, "tag">;

/** What to connect to. */
export type Wanted = ChosenServer | SelectedServers;

export interface ConnectOptions<Client> {
  /** The hub, or how to reach it. Default: `MCP_HUB_URL`, as for `HubClient`. */
  readonly hub?: HubClient | HubClientOptions | undefined;
  /** What the client calls itself. Default: `mcp-hub-client`. */
  readonly clientInfo?: { readonly name: string; readonly version: string } | undefined;
  /** Makes the client, for capabilities and handlers of its own; once for each endpoint that is tried. */
  readonly createClient?: (() => Client) | undefined;
  /** How long one endpoint may take to greet, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A client of the SDK that is connected. */
export interface Connected<Client> {
  readonly client: Client;
  /** The endpoint it is connected to. */
  readonly url: string;
  /** Ends the session, where there is one, and the connection. */
  close(): Promise<void>;
}

/** One that is connected to the server that was chosen. */
export interface ConnectedToChoice<Client> extends Connected<Client> {
  readonly choice: Choice;
}

/** What is used of a version of the SDK. */
export interface Sdk<Client, Transport> {
  createClient(info: { readonly name: string; readonly version: string }): Client;
  createTransport(endpoint: Endpoint): Transport;
  connect(client: Client, transport: Transport, timeoutMs: number): Promise<void>;
  close(client: Client, transport: Transport): Promise<void>;
}

/** Where an MCP client connects to, and how it sends its requests. */
interface Endpoint {
  readonly url: string;
  readonly transport: "streamable-http" | "sse";
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
}

const defaultInfo = { name: "mcp-hub-client", version: "1" };

/** @throws HubClientError when nothing fits, the hub is away or refuses the token, or no endpoint answers as MCP. */
export async function openConnection<Client, Transport>(
  wanted: Wanted,
  options: ConnectOptions<Client>,
  sdk: Sdk<Client, Transport>,
): Promise<Connected<Client> & { readonly choice?: Choice }> {
  const { clientInfo = defaultInfo, createClient, timeoutMs = 10_000, signal } = options;
  const hub = hubOf(options.hub);
  const { endpoints, choice } = await endpointsOf(hub, wanted, signal);
  const failures: string[] = [];
  let last: unknown;
  for (const endpoint of endpoints) {
    signal?.throwIfAborted();
    const client = createClient?.() ?? sdk.createClient(clientInfo);
    const transport = sdk.createTransport(endpoint);
    try {
      await sdk.connect(client, transport, timeoutMs);
    } catch (error) {
      last = refusalBeneath(error) ?? error;
      failures.push(`${endpoint.url}: ${messageOf(error)}`);
      // It may never have opened.
      await sdk.close(client, transport).catch(() => undefined);
      continue;
    }
    return {
      client,
      url: endpoint.url,
      ...(choice === undefined ? {} : { choice }),
      close: () => sdk.close(client, transport),
    };
  }
  // The hub said no, or there is no token to show it: no other endpoint of it would answer otherwise.
  if (HubClientError.is(last)) throw last;
  const what = choice === undefined ? `the hub at ${hub.url}` : quoted(choice.server.name);
  throw new HubClientError(
    {
      status: 0,
      code: "UNREACHABLE",
      detail: `No MCP client could connect to ${what}. ${failures.join("; ")}`,
    },
    { cause: last },
  );
}

/** A request with the token that the hub takes now. @throws HubClientError when it takes none. */
async function fetchAuthorized(
  hub: HubClient,
  url: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(await hub.authorization())) headers.set(name, value);
  const response = await fetch(url, { ...init, headers });
  const refusal = await hubRefusalIn(response);
  if (refusal === undefined) return response;
  await response.body?.cancel();
  throw refusal;
}

/** Two copies of this package may be loaded, so a client of the other is known by what it can do. */
function hubOf(given: HubClient | HubClientOptions | undefined): HubClient {
  return given !== undefined && "choose" in given ? given : new HubClient(given);
}

async function endpointsOf(
  hub: HubClient,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): Promise<{ readonly endpoints: readonly Endpoint[]; readonly choice?: Choice }> {
  const through = (url: string): Endpoint => ({
    url,
    transport: "streamable-http",
    fetch: (address, init) => fetchAuthorized(hub, address, init),
  });
  if (!isChoice(wanted)) return { endpoints: [through(hub.gatewayUrl(wanted))] };
  const { via = "gateway", ...need } = wanted;
  const choice = await hub.choose(need, signal);
  const { id, instances } = choice.server;
  if (via === "gateway") return { endpoints: [through(hub.gatewayUrl({ servers: id }))], choice };
  // The hub's token is for the hub alone.
  const endpoints = instances
    .filter(({ status }) => status === "up")
    .map(({ endpoint: url, transport }) => ({ url, transport, fetch }));
  return { endpoints, choice };
}

function isChoice(wanted: Wanted): wanted is ChosenServer {
  return ["need", "name", "tag", "tool"].some(
    (key) => key in wanted && wanted[key as keyof Wanted] !== undefined, // one of its keys, then
  );
}

/** What lies beneath an error says more than "fetch failed". */
function messageOf(error: unknown): string {
  let last = error;
  const messages: string[] = [];
  for (let depth = 0; depth < 5 && last instanceof Error; depth += 1) {
    if (last.message !== "" && !messages.includes(last.message)) messages.push(last.message);
    last = last.cause;
  }
  return messages.length === 0 ? String(error) : messages.join(": ");
}
