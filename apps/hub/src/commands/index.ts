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
    name: "backup",
    summary: "Copy the data of a hub, also while it runs, and check the copy",
    worksOn: ["files"],
    load: () => import("./backup.js"),
  },
  {
    name: "help",
    summary: "Say what a command does",
    worksOn: [],
    load: () => import("./help.js"),
  },
];
