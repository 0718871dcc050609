/** One row of the table of budgets: how much of one thing clients and servers may use. */
export type BudgetRow = {
  /**
   * Each of these has this much: every server, client, session, message or stream. `hub` means all
   * together.
   */
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
 * Everything that clients and servers can make the hub keep or do, with its limit. Each row is a setting
 * (`settingOf`), is shown with its use in `GET /healthz?verbose`, and has a refusal of its own in the
 * errors page. Defaults are several times what 44 real servers with 1,404 tools and 3.9 MB of definitions,
 * 1,000 sessions and a browser with ten tabs need.
 */
const budgetTable = {
  servers: {
    per: "hub",
    unit: "items",
    default: 2_000,
    least: 1,
    most: 1_000_000,
    meaning: "names that the hub keeps; the hub refuses a further one",
  },
  snapshotBytes: {
    per: "server",
    unit: "bytes",
    default: 16 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning:
      "what a server answers when the hub reads its tools, resources and prompts; if it is more, the hub takes over none of it",
  },
  snapshotItems: {
    per: "server",
    unit: "items",
    default: 10_000,
    least: 1,
    most: 1_000_000,
    meaning:
      "tools, resources, templates and prompts of a server; if there are more, the hub takes over none of them",
  },
  allSnapshotBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 4096 * mib,
    meaning:
      "tools, resources and prompts of all servers; beyond it, the hub takes over nothing from the servers that have the most",
  },
  historyBytes: {
    per: "server",
    unit: "bytes",
    default: mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "the history of what a server offers; the oldest changes are deleted",
  },
  historyItems: {
    per: "server",
    unit: "items",
    default: 200,
    least: 1,
    most: 1_000_000,
    meaning: "changes in the history of what a server offers; the oldest are deleted",
  },
  allHistoryBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 4096 * mib,
    meaning: "the histories of all servers; the oldest changes of the longest one are deleted",
  },
  journalItems: {
    per: "hub",
    unit: "items",
    default: 100_000,
    least: 1,
    most: 100_000_000,
    meaning: "events of the journal; every ten minutes, the oldest are deleted",
  },
  journalBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 4096 * mib,
    meaning: "the journal of events; the oldest are deleted",
  },
  logBytes: {
    per: "server",
    unit: "bytes",
    default: 64 * kib,
    least: kib,
    most: mib,
    meaning:
      "the last lines that a server's process sent to be read when something is wrong; the oldest lines are left out",
  },
  allLogBytes: {
    per: "hub",
    unit: "bytes",
    default: 8 * mib,
    least: 16 * kib,
    most: 1024 * mib,
    meaning: "the same of all processes, in memory; what was sent longest ago is deleted",
  },
  unwrittenBytes: {
    per: "hub",
    unit: "bytes",
    default: 8 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "observations that wait while the store cannot write; the oldest are dropped",
  },
  answerBytes: {
    per: "message",
    unit: "bytes",
    default: 8 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "one page of a list in the REST API; the next page has the rest",
  },
  instances: {
    per: "server",
    unit: "items",
    default: 100,
    least: 1,
    most: 10_000,
    meaning: "processes that share one name; the hub refuses a further one",
  },
  ownedServers: {
    per: "client",
    unit: "items",
    default: 500,
    least: 1,
    most: 1_000_000,
    meaning:
      "names that one token, person or workload registers; a grant may say less, and the hub refuses a further one",
  },
  callerRequests: {
    per: "client",
    unit: "items",
    default: 120_000,
    least: 10,
    most: 100_000_000,
    meaning:
      "requests of one token, person or workload in a minute; the hub refuses further ones. Heartbeats, registrations and health are counted apart",
  },
  strangerRequests: {
    per: "client",
    unit: "items",
    default: 12_000,
    least: 10,
    most: 100_000_000,
    meaning: "the same for one address that does not say who it is, on a hub that asks for it",
  },
  wrongCredentials: {
    per: "client",
    unit: "items",
    default: 600,
    least: 10,
    most: 1_000_000,
    meaning:
      "credentials of one address in a minute that are not valid; further ones have to wait. One that is valid is always accepted",
  },
  callerCalls: {
    per: "client",
    unit: "items",
    default: 1_000,
    least: 1,
    most: 100_000,
    meaning:
      "MCP requests of one token, person or workload that the hub is answering; it refuses a further one",
  },
  auditBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 1_048_576 * mib,
    meaning: "the audit without calls; the oldest lines are deleted",
  },
  auditCallBytes: {
    per: "hub",
    unit: "bytes",
    default: 256 * mib,
    least: 64 * kib,
    most: 1_048_576 * mib,
    meaning: "calls in the audit; the oldest are deleted",
  },
  auditCallsWaiting: {
    per: "hub",
    unit: "items",
    default: 10_000,
    least: 1,
    most: 1_000_000,
    meaning:
      "calls that wait until the store can write them into the audit; further ones are only counted",
  },
  callMinuteBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 65_536 * mib,
    meaning: "calls of servers by minute, of the last day; the oldest minutes are deleted",
  },
  callHourBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 65_536 * mib,
    meaning: "calls of servers by hour, of the last 30 days; the oldest hours are deleted",
  },
  callItemBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 65_536 * mib,
    meaning:
      "calls of tools, prompts and other requests by hour, of the last 30 days; the oldest hours are deleted",
  },
  statusBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: 64 * kib,
    most: 65_536 * mib,
    meaning: "statuses of servers, of the last 90 days; the oldest are deleted",
  },
  countsWaiting: {
    per: "hub",
    unit: "items",
    default: 50_000,
    least: 100,
    most: 1_000_000,
    meaning:
      "minutes and hours with calls that wait until the store can write them; calls of further ones are not kept",
  },
  connections: {
    per: "hub",
    unit: "items",
    default: 4_000,
    least: 16,
    most: 100_000,
    meaning:
      "connections of clients; the hub closes idle ones to make room, then refuses new ones. One in sixteen is kept for heartbeats, registrations and health",
  },
  eventStreams: {
    per: "hub",
    unit: "items",
    default: 2_000,
    least: 2,
    most: 50_000,
    meaning: "event streams that are open; the hub refuses a further one",
  },
  eventsWaiting: {
    per: "stream",
    unit: "items",
    default: 1_000,
    least: 1,
    most: 100_000,
    meaning:
      "events that wait in memory for one reader; a reader that is further behind gets them from the journal",
  },
  sessions: {
    per: "hub",
    unit: "items",
    default: 4_000,
    least: 2,
    most: 100_000,
    meaning:
      "sessions of clients of the 2025 revisions; the hub ends one that was never used to make room, then refuses new ones",
  },
  principalSessions: {
    per: "client",
    unit: "items",
    default: 1_000,
    least: 1,
    most: 100_000,
    meaning:
      "sessions of one token, person or workload; the hub ends one of its own that was never used to make room, then refuses new ones",
  },
  identityBytes: {
    per: "session",
    unit: "bytes",
    default: 16 * kib,
    least: kib,
    most: mib,
    meaning: "what a client says about itself when it opens a session; the hub refuses more",
  },
  sessionRowBytes: {
    per: "session",
    unit: "bytes",
    default: 64 * kib,
    least: 4 * kib,
    most: 16 * mib,
    meaning:
      "what the hub stores of a session so that it survives a restart; the oldest tasks and followed resources are left out",
  },
  allSessionRowBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: 64 * kib,
    most: 4_096 * mib,
    meaning:
      "the same for all sessions; a new session for which there is no room is not stored, and ends when the hub stops",
  },
  questions: {
    per: "session",
    unit: "items",
    default: 100,
    least: 1,
    most: 10_000,
    meaning:
      "questions of servers that a client has not answered; one server may ask half of them, and the hub refuses a further one",
  },
  followedBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: 64 * kib,
    most: 4_096 * mib,
    meaning: "resources that clients follow; the hub refuses a further one",
  },
  taskBytes: {
    per: "hub",
    unit: "bytes",
    default: 16 * mib,
    least: 64 * kib,
    most: 1024 * mib,
    meaning:
      "ids of tasks, which tell the hub what server runs each; the hub forgets the ones that a session used longest ago",
  },
  heldCalls: {
    per: "hub",
    unit: "items",
    default: 2_000,
    least: 2,
    most: 100_000,
    meaning:
      "calls that wait for a 2026-07-28 client to send an answer; the hub ends a further one",
  },
  heldBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "calls that wait for their clients, and messages that arrive for them meanwhile; the hub ends a call that needs more",
  },
  callsInFlight: {
    per: "server",
    unit: "items",
    default: 32,
    least: 1,
    most: 10_000,
    meaning: "calls and handshakes that one instance works on at a time; further ones wait",
  },
  callsWaiting: {
    per: "server",
    unit: "items",
    default: 2_000,
    least: 1,
    most: 100_000,
    meaning: "calls that wait for one instance; the hub refuses a further one",
  },
  restartCalls: {
    per: "server",
    unit: "items",
    default: 1_000,
    least: 1,
    most: 100_000,
    meaning:
      "calls that wait for one server that restarts; a further one fails at once, as all do without the wait",
  },
  allRestartCalls: {
    per: "hub",
    unit: "items",
    default: 2_000,
    least: 2,
    most: 100_000,
    meaning: "the same for all servers",
  },
  restartBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning: "what the hub keeps of these calls; one that needs more fails at once",
  },
  repliesWaiting: {
    per: "server",
    unit: "items",
    default: 1_000,
    least: 2,
    most: 100_000,
    meaning:
      "replies of the hub to one instance, such as those to pings, that wait to be sent; the hub ends a session that needs more",
  },
  receivedBytes: {
    per: "hub",
    unit: "bytes",
    default: 64 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "MCP messages of clients that did not arrive in one piece, until they are answered; the hub refuses a further one",
  },
  aheadBytes: {
    per: "hub",
    unit: "bytes",
    default: 16 * mib,
    least: 64 * kib,
    most: 4_096 * mib,
    meaning:
      "heads of requests that clients send before their earlier requests are answered; the hub closes the connection with a further one",
  },
  incomingBytes: {
    per: "hub",
    unit: "bytes",
    default: 16 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "long messages of servers that have not arrived completely, where the hub must look at them; those that exceed it are read one at a time",
  },
  waitingBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "answers and events that clients have not read yet; beyond it, the hub disconnects the client that has kept the most waiting for longest",
  },
  streamBytes: {
    per: "stream",
    unit: "bytes",
    default: 4 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning:
      "events that the client of one stream has not read yet; beyond it, the hub disconnects the client",
  },
  clientMessageBytes: {
    per: "message",
    unit: "bytes",
    default: 4 * mib,
    least: 64 * kib,
    most: 256 * mib,
    meaning: "one MCP message of a client; the hub refuses a larger one",
  },
  batchMessages: {
    per: "message",
    unit: "items",
    default: 100,
    least: 1,
    most: 10_000,
    meaning: "messages in one batch of a 2025-03-26 client; the hub refuses a longer one",
  },
  batchBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: mib,
    most: 4_096 * mib,
    meaning:
      "answers to messages of batches, until they are sent; the hub replaces an answer that has no room with an error",
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
      "objects, lists and their members in one JSON message of a client or a server; the hub refuses a message with more before it parses it. Answers that it only passes on are not counted",
  },
  sessionHomeBytes: {
    per: "hub",
    unit: "bytes",
    default: 8 * mib,
    least: 64 * kib,
    most: 1024 * mib,
    meaning:
      "ids of servers' own sessions, which tell the hub what instance and what caller each belongs to; the hub forgets the ones of a server or a caller that were used longest ago",
  },
  selectionNames: {
    per: "message",
    unit: "items",
    default: 256,
    least: 16,
    most: 10_000,
    meaning:
      "servers and tags that `?servers=` and `?tags=` name; the hub refuses a longer selection",
  },
  viewBytes: {
    per: "hub",
    unit: "bytes",
    default: 32 * mib,
    least: 64 * kib,
    most: 4_096 * mib,
    meaning:
      "lists that the hub keeps ready for selections of the catalogue; it makes the least used ones again when they are needed",
  },
  serverSearchWords: {
    per: "server",
    unit: "items",
    default: 100_000,
    least: 1_000,
    most: 10_000_000,
    meaning:
      "words that the search knows of one server's tools; names come first, and the rest is left out",
  },
  searchWords: {
    per: "hub",
    unit: "items",
    default: 600_000,
    least: 10_000,
    most: 100_000_000,
    meaning: "the same for all servers; words of the servers that have the most are left out",
  },
} as const satisfies Readonly<Record<string, BudgetRow>>;

/** Names a limit. */
export type BudgetName = keyof typeof budgetTable;

/** How much of each thing there is. */
export type Budgets = { readonly [Name in BudgetName]: number };

/** All limits, in the order of the reference. */
export const budgetNames = Object.keys(budgetTable) as readonly BudgetName[];

/** What the table says of a limit. */
export function rowOf(name: BudgetName): BudgetRow {
  return budgetTable[name];
}

/** The limits that hold when nobody sets others. */
export const defaultBudgets: Budgets = Object.fromEntries(
  budgetNames.map((name) => [name, rowOf(name).default]),
  // Every name of the table is in it.
) as Budgets;

/** The environment variable that sets a budget: `MCP_HUB_MAX_SERVER_MESSAGE_BYTES`. */
export function settingOf(name: BudgetName): string {
  return `MCP_HUB_MAX_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
}
