/** One row of the table of budgets: how much of one thing the hub gives away, and to whom. */
export type BudgetRow = {
  /** Who each has this much: one server, one client, one message or stream; `hub` is all together. */
  readonly per: "server" | "client" | "session" | "message" | "stream" | "hub";
  readonly unit: "bytes" | "items";
  readonly default: number;
  readonly least: number;
  readonly most: number;
  /** What is counted, and what happens at the limit: one line of the settings page. */
  readonly meaning: string;
};

const kib = 1024;
const mib = 1024 * kib;

/**
 * Everything that others can make the hub keep or do, with the most that it does of it. Each row is a
 * setting (`settingOf`), is shown with its use in `GET /healthz?verbose`, and has a refusal of its own
 * in the errors page. Defaults are several times what 44 real servers with 1,404 tools and 3.9 MB of
 * definitions, 1,000 sessions and a browser with ten tabs need.
 */
const budgetTable = {
  servers: {
    per: "hub",
    unit: "items",
    default: 2_000,
    least: 1,
    most: 1_000_000,
    meaning: "names the hub keeps; a further one is refused",
  },
  snapshotBytes: {
    per: "server",
    unit: "bytes",
    default: 16 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "what a server answers when its offers are read; of more nothing is taken over",
  },
  snapshotItems: {
    per: "server",
    unit: "items",
    default: 10_000,
    least: 1,
    most: 1_000_000,
    meaning: "tools, resources, templates and prompts of a server; of more nothing is taken over",
  },
  allSnapshotBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 4096 * mib,
    meaning: "the offers of all servers; over it the largest are not taken over",
  },
  historyBytes: {
    per: "server",
    unit: "bytes",
    default: mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "the history of a server's offers; its oldest changes go",
  },
  historyItems: {
    per: "server",
    unit: "items",
    default: 200,
    least: 1,
    most: 1_000_000,
    meaning: "changes in the history of a server's offers; the oldest go",
  },
  allHistoryBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 4096 * mib,
    meaning: "the histories of all servers; the oldest changes of the longest one go",
  },
  journalBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 4096 * mib,
    meaning: "the journal of events; the oldest go",
  },
  unwrittenBytes: {
    per: "hub",
    unit: "bytes",
    default: 8 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning:
      "what was observed while the store could not write; the oldest is not written any more",
  },
  answerBytes: {
    per: "message",
    unit: "bytes",
    default: 8 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "one page of a list of the API; the next page has the rest",
  },
  instances: {
    per: "server",
    unit: "items",
    default: 100,
    least: 1,
    most: 10_000,
    meaning: "processes that share one name; a further one is refused",
  },
  connections: {
    per: "hub",
    unit: "items",
    default: 4_000,
    least: 16,
    most: 100_000,
    meaning:
      "connections of clients; idle ones make room, then new ones are refused, except for heartbeats, registrations and health, for which one in sixteen is kept",
  },
  eventStreams: {
    per: "hub",
    unit: "items",
    default: 2_000,
    least: 2,
    most: 50_000,
    meaning: "streams of events that stay open; a further one is refused",
  },
  eventsWaiting: {
    per: "stream",
    unit: "items",
    default: 1_000,
    least: 1,
    most: 100_000,
    meaning:
      "events of the hub's journal that wait in memory for one reader; one further behind is served from the journal",
  },
  sessions: {
    per: "hub",
    unit: "items",
    default: 4_000,
    least: 2,
    most: 100_000,
    meaning:
      "sessions of clients of the 2025 revisions; one never used makes room, then new ones are refused",
  },
  identityBytes: {
    per: "session",
    unit: "bytes",
    default: 16 * kib,
    least: kib,
    most: mib,
    meaning: "what a client says of itself when it opens a session; more is refused",
  },
  sessionRowBytes: {
    per: "session",
    unit: "bytes",
    default: 64 * kib,
    least: 4 * kib,
    most: 16 * mib,
    meaning:
      "what is stored of a session, so that it outlives the hub's process; of tasks and followed resources, the oldest are left out",
  },
  allSessionRowBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: 64 * kib,
    most: 4_096 * mib,
    meaning:
      "the same of all sessions; what finds no room is not stored, so that a new session ends with the hub's process",
  },
  questions: {
    per: "session",
    unit: "items",
    default: 100,
    least: 1,
    most: 10_000,
    meaning:
      "questions of servers that a client has not answered, half of them of one server; a further one is refused to it",
  },
  followedBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: 64 * kib,
    most: 4_096 * mib,
    meaning: "resources that clients follow; a further one is refused",
  },
  taskBytes: {
    per: "hub",
    unit: "bytes",
    default: 16 * mib,
    least: 64 * kib,
    most: 1024 * mib,
    meaning:
      "ids of tasks, kept to know which server runs each; those a session used longest ago make room",
  },
  heldCalls: {
    per: "hub",
    unit: "items",
    default: 2_000,
    least: 2,
    most: 100_000,
    meaning:
      "calls that wait for a client of the modern revision to come back with an answer; a further one is ended",
  },
  heldBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "what is kept of calls that wait for their clients, and of what comes for them meanwhile; one that needs more is ended",
  },
  callsInFlight: {
    per: "server",
    unit: "items",
    default: 32,
    least: 1,
    most: 10_000,
    meaning: "calls and handshakes under way at one instance; more wait",
  },
  callsWaiting: {
    per: "server",
    unit: "items",
    default: 2_000,
    least: 1,
    most: 100_000,
    meaning: "calls that wait for one instance; a further one is refused",
  },
  repliesWaiting: {
    per: "server",
    unit: "items",
    default: 1_000,
    least: 2,
    most: 100_000,
    meaning:
      "answers of the hub's own to what one instance asks, such as pings, that wait to be sent; a session with it that needs more is ended",
  },
  receivedBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "MCP messages of clients, as far as they do not come in one piece, until they are answered; a further one is refused",
  },
  aheadBytes: {
    per: "hub",
    unit: "bytes",
    default: 16 * mib,
    least: 64 * kib,
    most: 4_096 * mib,
    meaning:
      "heads of requests that clients sent before the answers to those before them; the connection with a further one is closed",
  },
  incomingBytes: {
    per: "hub",
    unit: "bytes",
    default: 16 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "long messages of servers that are not whole yet, where the hub must look at them; of those without room one is read on, the others later",
  },
  waitingBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "answers and events that clients have not read yet; above it, whoever keeps most for longest is cut off",
  },
  streamBytes: {
    per: "stream",
    unit: "bytes",
    default: 4 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "events that the client of one stream has not read yet; above it, it is cut off",
  },
  clientMessageBytes: {
    per: "message",
    unit: "bytes",
    default: 4 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "one MCP message of a client; a larger one is refused",
  },
  batchMessages: {
    per: "message",
    unit: "items",
    default: 100,
    least: 1,
    most: 10_000,
    meaning: "messages in one batch of a client of 2025-03-26; a longer one is refused",
  },
  batchBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "answers to messages of batches until they can be sent; one without room is replaced with an error",
  },
  serverMessageBytes: {
    per: "message",
    unit: "bytes",
    default: 16 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "one message of a server, where the hub must look at it; a larger one ends its call",
  },
  messageValues: {
    per: "message",
    unit: "items",
    default: 500_000,
    least: 10_000,
    most: 50_000_000,
    meaning:
      "objects, lists and their members in one JSON message, of a client or a server; one with more is refused before it is parsed; answers that are only handed on are not counted",
  },
  sessionHomeBytes: {
    per: "hub",
    unit: "bytes",
    default: 8 * mib,
    least: 64 * kib,
    most: 1024 * mib,
    meaning:
      "ids of servers' own sessions, kept to know which instance each lives at; those of a server used longest ago make room",
  },
  selectionNames: {
    per: "message",
    unit: "items",
    default: 256,
    least: 16,
    most: 10_000,
    meaning: "servers and tags that `?servers=` and `?tags=` name; a longer selection is refused",
  },
  viewBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: 64 * kib,
    most: 4_096 * mib,
    meaning: "what is kept ready for selections of the catalogue; the least used are made anew",
  },
  serverSearchWords: {
    per: "server",
    unit: "items",
    default: 100_000,
    least: 1_000,
    most: 10_000_000,
    meaning: "words of its tools that search finds them by; names come first, the rest is left out",
  },
  searchWords: {
    per: "hub",
    unit: "items",
    default: 600_000,
    least: 10_000,
    most: 100_000_000,
    meaning: "the same of all servers; those that have most give way",
  },
} as const satisfies Readonly<Record<string, BudgetRow>>;

export type BudgetName = keyof typeof budgetTable;

/** How much of each thing there is. */
export type Budgets = { readonly [Name in BudgetName]: number };

export const budgetNames = Object.keys(budgetTable) as readonly BudgetName[];

export function rowOf(name: BudgetName): BudgetRow {
  return budgetTable[name];
}

export const defaultBudgets: Budgets = Object.fromEntries(
  budgetNames.map((name) => [name, rowOf(name).default]),
  // Every name of the table is in it.
) as Budgets;

/** The environment variable that sets a budget: `MCP_HUB_MAX_SERVER_MESSAGE_BYTES`. */
export function settingOf(name: BudgetName): string {
  return `MCP_HUB_MAX_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
}
