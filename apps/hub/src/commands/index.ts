import type { Command, WorksOn } from "../command-line/command.js";

/** A command as it is listed. Its file is loaded when it is used. */
export interface CommandEntry {
  /** One word, or two: `toolset list`. */
  readonly name: string;
  /** What it does, in a few words that begin with a capital and end without a full stop. */
  readonly summary: string;
  /** In what it works. Commands that ask a hub take `--hub`. */
  readonly worksOn: readonly WorksOn[];
  /** For programs, not for people: it is in no list. */
  readonly isHidden?: true;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: "start",
    summary: "Run the hub until it is stopped",
    worksOn: ["files", "processes"],
    load: () => import("./start.js"),
  },
  {
    name: "list",
    summary: "List the servers",
    worksOn: ["hub"],
    load: () => import("./list.js"),
  },
  {
    name: "get",
    summary: "Show one server with its instances, and what is wrong with them",
    worksOn: ["hub"],
    load: () => import("./get.js"),
  },
  {
    name: "find",
    summary: "Find a tool on any server, in words",
    worksOn: ["hub"],
    load: () => import("./find.js"),
  },
  {
    name: "tools",
    summary: "List the tools of one server or of all, or show one tool",
    worksOn: ["hub"],
    load: () => import("./tools.js"),
  },
  {
    name: "call",
    summary: "Call a tool",
    worksOn: ["hub"],
    load: () => import("./call.js"),
  },
  {
    name: "read",
    summary: "Read a resource, or list those of a server",
    worksOn: ["hub"],
    load: () => import("./read.js"),
  },
  {
    name: "prompt",
    summary: "Get a prompt, or list those of a server",
    worksOn: ["hub"],
    load: () => import("./prompt.js"),
  },
  {
    name: "add",
    summary: "Register a server that is running",
    worksOn: ["hub"],
    load: () => import("./add.js"),
  },
  {
    name: "remove",
    summary: "Remove a server",
    worksOn: ["hub"],
    load: () => import("./remove.js"),
  },
  {
    name: "admit",
    summary: "Let a server in that waits, or refuse it; list those that wait",
    worksOn: ["hub"],
    load: () => import("./admit.js"),
  },
  {
    name: "watch",
    summary: "Show what happens, as it happens",
    worksOn: ["hub"],
    load: () => import("./watch.js"),
  },
  {
    name: "top",
    summary: "Show the calls through the hub, the busiest tools first",
    worksOn: ["hub"],
    load: () => import("./top.js"),
  },
  {
    name: "history",
    summary: "Show calls, errors, latency and uptime over time",
    worksOn: ["hub"],
    load: () => import("./history.js"),
  },
  {
    name: "toolset list",
    summary: "List the toolsets",
    worksOn: ["hub"],
    load: () => import("./toolset/list.js"),
  },
  {
    name: "toolset get",
    summary: "Show a toolset and what its clients see",
    worksOn: ["hub"],
    load: () => import("./toolset/get.js"),
  },
  {
    name: "toolset create",
    summary: "Create a toolset",
    worksOn: ["hub"],
    load: () => import("./toolset/create.js"),
  },
  {
    name: "toolset edit",
    summary: "Change what a toolset selects",
    worksOn: ["hub"],
    load: () => import("./toolset/edit.js"),
  },
  {
    name: "toolset remove",
    summary: "Remove a toolset",
    worksOn: ["hub"],
    load: () => import("./toolset/remove.js"),
  },
  {
    name: "credential list",
    summary: "List what the hub proves itself with to a server",
    worksOn: ["hub"],
    load: () => import("./credential/list.js"),
  },
  {
    name: "credential set",
    summary: "Give the hub a token, a header or an OAuth client for a server",
    worksOn: ["hub", "files"],
    load: () => import("./credential/set.js"),
  },
  {
    name: "credential remove",
    summary: "Make the hub forget what it proves itself with to a server",
    worksOn: ["hub"],
    load: () => import("./credential/remove.js"),
  },
  {
    name: "credential confirm",
    summary: "Let the hub send a server's credentials to where it is now",
    worksOn: ["hub"],
    load: () => import("./credential/confirm.js"),
  },
  {
    name: "audit",
    summary: "Show who did what to what, and what came of it",
    worksOn: ["hub"],
    load: () => import("./audit.js"),
  },
  {
    name: "token create",
    summary: "Make a token",
    worksOn: ["hub", "files"],
    load: () => import("./token/create.js"),
  },
  {
    name: "token list",
    summary: "List the tokens",
    worksOn: ["hub", "files"],
    load: () => import("./token/list.js"),
  },
  {
    name: "token revoke",
    summary: "Revoke a token",
    worksOn: ["hub", "files"],
    load: () => import("./token/revoke.js"),
  },
  {
    name: "hubs",
    summary: "List the hubs that share the catalogue",
    worksOn: ["hub"],
    load: () => import("./hubs.js"),
  },
  {
    name: "settings",
    summary: "List the settings of the hub as they are in force",
    worksOn: ["hub"],
    load: () => import("./settings.js"),
  },
  {
    name: "log-level",
    summary: "Change what the hub's log has, until it is restarted",
    worksOn: ["hub"],
    load: () => import("./log-level.js"),
  },
  {
    name: "config",
    summary: "Print ready configuration for a client or framework",
    worksOn: ["hub"],
    load: () => import("./config.js"),
  },
  {
    name: "export",
    summary: "Write servers, edits and toolsets to a file",
    worksOn: ["hub", "files"],
    load: () => import("./export.js"),
  },
  {
    name: "import",
    summary: "Take servers, edits and toolsets from a file",
    worksOn: ["hub", "files"],
    load: () => import("./import.js"),
  },
  {
    name: "doctor",
    summary: "Find out why a server or the hub does not work, and what to do",
    worksOn: ["hub"],
    load: () => import("./doctor.js"),
  },
  {
    name: "run",
    summary: "Serve and register every server in the file of an MCP client",
    worksOn: ["hub", "files", "processes"],
    load: () => import("./run.js"),
  },
  {
    name: "connect",
    summary: "Write the hub into the file of a client, such as Cursor or Codex",
    worksOn: ["hub", "files"],
    load: () => import("./connect.js"),
  },
  {
    name: "stdio",
    summary: "Be the hub for a client that only starts commands",
    worksOn: ["hub"],
    load: () => import("./stdio.js"),
  },
  {
    name: "import clients",
    summary: "Take servers over from the files of this machine's MCP clients",
    worksOn: ["hub", "files"],
    load: () => import("./import-clients.js"),
  },
  {
    name: "backup",
    summary: "Copy the data of a hub, also while it runs, and check the copy",
    worksOn: ["files"],
    load: () => import("./backup.js"),
  },
  {
    name: "restore",
    summary: "Fill an empty file or database with a backup, and compare",
    worksOn: ["files"],
    load: () => import("./restore.js"),
  },
  {
    name: "copy",
    summary: "Copy all that a hub keeps from a file to Postgres, or back, and compare",
    worksOn: ["files"],
    load: () => import("./copy.js"),
  },
  {
    name: "migrate",
    summary: "Bring the tables of the database up to date",
    worksOn: ["files"],
    load: () => import("./migrate.js"),
  },
  {
    name: "rekey",
    summary: "Give the hub another key, and seal credentials with it",
    worksOn: ["files"],
    load: () => import("./rekey.js"),
  },
  {
    name: "completion",
    summary: "Print the completion for a shell",
    worksOn: [],
    load: () => import("./completion.js"),
  },
  {
    name: "complete",
    summary: "Say what could stand at the cursor",
    worksOn: ["hub"],
    isHidden: true,
    load: () => import("./complete.js"),
  },
  {
    name: "help",
    summary: "Say what a command does",
    worksOn: [],
    load: () => import("./help.js"),
  },
];
