import {
  type ClientKind,
  type Configuration,
  type Connection,
  type DirectConnection,
  isLoopback,
} from "./connection.js";
import type { ClientFormat } from "./ids.js";
import { longestListForModels } from "./mode.js";
import { isCommandSafe } from "./quoting.js";
import type { Traits } from "./traits.js";

/** Where the hub asks for a token: that it does, who makes one, and where the client takes it from. */
function tokenNotes({ tokenNote }: ClientKind, connections: readonly Connection[]): string[] {
  const variable = connections.find((one) => one.tokenVariable !== undefined)?.tokenVariable;
  if (variable === undefined) return [];
  const where =
    tokenNote?.(variable) ??
    `The text does not name it: add the header \`Authorization: Bearer …\` to each request to the hub, with the token that your program reads from \`${variable}\`.`;
  return [
    `This hub asks for a token. Set \`${variable}\` to yours; an admin makes one with \`mcp-hub token create <name> --may call\`. ${where}`,
  ];
}

function configOf(
  client: ClientKind,
  connections: readonly Connection[],
  notes: readonly string[],
): Configuration {
  const { id, title, format, file } = client;
  const data = client.data?.(connections);
  return {
    client: id,
    title,
    format,
    ...(file === undefined ? {} : { file }),
    text: client.text(connections),
    steps: client.steps(connections),
    installLinks: client.installLinks?.(connections) ?? [],
    notes: [...tokenNotes(client, connections), ...notes, ...(client.notes?.(connections) ?? [])],
    endpoints: connections.map(({ key, url, transport }) => ({ key, url, transport })),
    ...(data === undefined ? {} : { data }),
  };
}

/** What to know of servers that keep state, where there are any. */
function stateNotes(keepers: readonly string[]): string[] {
  if (keepers.length === 0) return [];
  return [
    `These servers keep state between calls, in sessions: ${listed(keepers)}. Therefore this endpoint offers 2025-11-25. A client that speaks only 2026-07-28 needs \`revision=2026-07-28\` in the URL, and its calls share no state.`,
  ];
}

/** What to know of an endpoint of the hub. */
export type HubNotes = {
  /** The servers behind it that keep state. */
  readonly keepers: readonly string[];
  /** How many tools are behind it, where they were too many to list; else undefined. */
  readonly tooMany: number | undefined;
};

function modeNotes(tooMany: number | undefined): string[] {
  if (tooMany === undefined) return [];
  return [
    `There are ${tooMany} tools, and a model chooses worse from a list of more than ${longestListForModels}. Therefore this endpoint shows the hub's search tools instead. Ask with \`mode=all\` for the whole list.`,
  ];
}

/** The configuration for one endpoint of the hub. `named` is the same endpoint without tags. */
export function hubConfig(
  client: ClientKind,
  connection: Connection,
  named: () => Connection,
  { keepers, tooMany }: HubNotes,
): Configuration {
  const notes = [...stateNotes(keepers), ...modeNotes(tooMany)];
  if (client.isCommandLine !== true || isCommandSafe(connection.url))
    return configOf(client, [connection], notes);
  return configOf(
    client,
    [named()],
    [
      ...notes,
      "The tags have characters that are not safe in a command, so the command names the servers that have these tags now. It does not include servers that get them later.",
    ],
  );
}

const listed = (ids: readonly string[]) => ids.map((id) => `\`${id}\``).join(", ");

/** Which servers go through the hub all the same, by their keys, and why. */
type Bridged = { readonly speechless: readonly string[]; readonly unsafe: readonly string[] };

function bridgedOf(client: Traits, direct: readonly DirectConnection[]): Bridged {
  const keysOf = (isBridged: (one: DirectConnection) => boolean) =>
    direct.filter(isBridged).map(({ key }) => key);
  return {
    speechless: keysOf(({ transport }) => transport === "sse" && !client.speaksSse),
    unsafe: keysOf(({ url }) => client.isCommandLine === true && !isCommandSafe(url)),
  };
}

function directNotes(
  direct: readonly DirectConnection[],
  { speechless, unsafe }: Bridged,
): string[] {
  const local = direct.filter(
    ({ key, url }) => !speechless.includes(key) && !unsafe.includes(key) && isLoopback(url),
  );
  const locked = direct.filter(({ needsToken }) => needsToken);
  return [
    "When a server moves, you need a new configuration. Through the hub, nothing changes for you.",
    ...(local.length === 0
      ? []
      : [
          `These addresses work only on the machine that the server runs on: ${listed(local.map(({ key }) => key))}.`,
        ]),
    ...(speechless.length === 0
      ? []
      : [
          `This client does not speak the old SSE transport, so these servers go through the hub: ${listed(speechless)}.`,
        ]),
    ...(unsafe.length === 0
      ? []
      : [
          `The addresses of these servers have a percent sign. A Windows terminal may take it for an environment variable, and would send that variable to the server. Therefore these servers go through the hub: ${listed(unsafe)}.`,
        ]),
    ...(locked.length === 0
      ? []
      : [
          `These servers need a token that the hub does not know. Add it to their headers: ${listed(locked.map(({ key }) => key))}.`,
        ]),
  ];
}

/** What a client is told to reach by itself, and what is left out of it. */
export type DirectSelection = {
  /** With what it cannot be told of going through the hub. */
  readonly connections: readonly Connection[];
  /** The keys of those that do not answer now. Where no other is left, they are in `connections` all the same. */
  readonly away: readonly string[];
  readonly isNoneLeft: boolean;
};

/** Which of some servers to tell a client of: those that answer, or all of them where none does. */
export function selectDirect(
  client: Traits,
  all: readonly DirectConnection[],
): DirectSelection & { readonly told: readonly DirectConnection[]; readonly bridged: Bridged } {
  const away = all.filter(({ isAway }) => isAway);
  const isNoneLeft = away.length === all.length;
  const told = isNoneLeft ? all : all.filter(({ isAway }) => !isAway);
  const bridged = bridgedOf(client, told);
  const isBridged = (key: string) =>
    bridged.speechless.includes(key) || bridged.unsafe.includes(key);
  const connections = told.map(
    ({ key, url, transport, hubUrl, hubTokenVariable }): Connection =>
      isBridged(key)
        ? {
            key,
            url: hubUrl,
            transport: "streamable-http",
            ...(hubTokenVariable === undefined ? {} : { tokenVariable: hubTokenVariable }),
          }
        : { key, url, transport },
  );
  return { connections, away: away.map(({ key }) => key), isNoneLeft, told, bridged };
}

/** The word at the top of a text, and the note, about servers that do not answer now. */
function awayWords({ away, isNoneLeft }: DirectSelection) {
  if (away.length === 0) return {};
  const them = listed(away);
  if (isNoneLeft)
    return {
      word: "None of these servers answers now.",
      note: `None of these servers answers now: ${them}. A program that connects to them fails until they are back.`,
    };
  return {
    word: `Left out, because they do not answer now: ${away.join(", ")}.`,
    note: `These servers do not answer now, so they are left out: ${them}. Ask for the configuration again when they are back, or connect through the hub, where they appear by themselves.`,
  };
}

const comment: Readonly<Partial<Record<ClientFormat, string>>> = {
  yaml: "#",
  toml: "#",
  shell: "#",
  python: "#",
  typescript: "//",
};

/** The same with a word at its top, for whoever reads the text alone. JSON has no place for one. */
function withWord(config: Configuration, word: string | undefined): Configuration {
  const mark = comment[config.format];
  if (word === undefined || mark === undefined) return config;
  return { ...config, text: `${mark} ${word}\n${config.text}` };
}

/**
 * The configuration for servers that the client reaches by itself. One that does not answer now would
 * keep several clients from loading any, so it is left out, and named.
 */
export function directConfig(
  client: ClientKind,
  wanted: readonly DirectConnection[],
): Configuration {
  const selected = selectDirect(client, wanted);
  const { connections, told, bridged } = selected;
  const { word, note } = awayWords(selected);
  const notes = [...(note === undefined ? [] : [note]), ...directNotes(told, bridged)];
  return withWord(configOf(client, connections, notes), word);
}
