import {
  type ClientKind,
  type Connection,
  type DirectConnection,
  type InstallLink,
  isLoopback,
} from "./connection.js";

/** All that a person needs to connect with one client. */
export type ClientConfig = {
  readonly client: string;
  readonly title: string;
  readonly format: ClientKind["format"];
  readonly file?: string;
  readonly text: string;
  readonly steps: readonly string[];
  readonly installLinks: readonly InstallLink[];
  readonly notes: readonly string[];
  readonly endpoints: readonly Connection[];
};

function configOf(
  client: ClientKind,
  connections: readonly Connection[],
  notes: readonly string[],
): ClientConfig {
  const { id, title, format, file } = client;
  return {
    client: id,
    title,
    format,
    ...(file === undefined ? {} : { file }),
    text: client.text(connections),
    steps: client.steps(connections),
    installLinks: client.installLinks?.(connections) ?? [],
    notes: [...notes, ...(client.notes?.(connections) ?? [])],
    endpoints: connections.map(({ key, url, transport }) => ({ key, url, transport })),
  };
}

/** The configuration for one endpoint of the hub. */
export function hubConfig(client: ClientKind, connection: Connection): ClientConfig {
  return configOf(client, [connection], []);
}

const listed = (ids: readonly string[]) => ids.map((id) => `\`${id}\``).join(", ");

function directNotes(direct: readonly DirectConnection[], bridged: readonly string[]): string[] {
  const local = direct.filter(({ key, url }) => !bridged.includes(key) && isLoopback(url));
  const locked = direct.filter(({ needsToken }) => needsToken);
  return [
    "A server that moves needs a new configuration; through the hub, nothing changes for you.",
    ...(local.length === 0
      ? []
      : [
          `These addresses work only on the machine that the server runs on: ${listed(local.map(({ key }) => key))}.`,
        ]),
    ...(bridged.length === 0
      ? []
      : [
          `This client does not speak the old SSE transport, so these go through the hub all the same: ${listed(bridged)}.`,
        ]),
    ...(locked.length === 0
      ? []
      : [
          `These want a token, which the hub does not know; add it to their headers: ${listed(locked.map(({ key }) => key))}.`,
        ]),
  ];
}

/** The configuration for servers that the client reaches by itself. */
export function directConfig(
  client: ClientKind,
  direct: readonly DirectConnection[],
): ClientConfig {
  const bridged = direct
    .filter(({ transport }) => transport === "sse" && !client.speaksSse)
    .map(({ key }) => key);
  const connections = direct.map(
    ({ key, url, transport, hubUrl }): Connection =>
      bridged.includes(key)
        ? { key, url: hubUrl, transport: "streamable-http" }
        : { key, url, transport },
  );
  return configOf(client, connections, directNotes(direct, bridged));
}
