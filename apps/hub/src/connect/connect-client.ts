import type { Machine } from "./client-folders.js";
import type { FileFormat } from "./edit-text.js";
import type { Entry, Place } from "./entry.js";

export const scopes = ["user", "project"] as const;
/** `user`: for all folders of this person. `project`: for one folder, often shared with others. */
export type Scope = (typeof scopes)[number];

/** What a client is to be told. */
export type Wanted = {
  /** What the entry is called. */
  readonly name: string;
  /** The endpoint of the hub. */
  readonly url: string;
  /** The variable of the environment that holds the token; undefined for a hub without tokens. */
  readonly tokenVariable: string | undefined;
  /** Whether the bridge is told of a file that holds the token. */
  readonly hasTokenFile: boolean;
  /** Our bridge, for clients that only start commands. */
  readonly bridge: { readonly command: string; readonly args: readonly string[] };
};

/** A program whose file is edited. */
export type ConnectClient = {
  readonly id: string;
  readonly title: string;
  readonly format: FileFormat;
  /** The file of a scope; undefined where the client has none. */
  file(scope: Scope, machine: Machine): string | undefined;
  /** What goes into the file. */
  places(wanted: Wanted): readonly Place[];
  /** It starts our bridge, always or where the hub has tokens. Default: it connects by itself. */
  readonly startsBridge?: true;
  /** What a file begins with that is not there yet. Default: nothing. */
  readonly beginning?: string;
  /** What to do then, one sentence each. */
  readonly next: string;
  /** What to know when the hub has tokens. */
  tokenNote?(variable: string): string;
};

/** A member of the one object that has all servers of the file. */
export function memberPlace(container: string, { name }: Wanted, value: Entry): Place {
  return { kind: "member", path: [container, name], value };
}

/** The entry of a client that starts our bridge, which takes the token from its environment. */
export function bridgeEntry({ bridge }: Wanted): Entry {
  return { command: bridge.command, args: bridge.args };
}
