import type { RegisteredStatus } from "../membership.js";

/**
 * `waiting` for its turn to start, `starting` until it answers, `up`, `failing` while what a relay stands before
 * is away or refuses, `restarting` after it ended or did not start, `disabled` or `wrong` as the file has it.
 */
export type ServerPhase =
  | "waiting"
  | "starting"
  | "up"
  | "failing"
  | "restarting"
  | "disabled"
  | "wrong";

/** What is known of one server of a file at a moment. */
export interface ServerState {
  readonly name: string;
  /** A command that is run, a URL that is only registered, or one that a relay stands before. */
  readonly kind: "command" | "url" | "relay" | "none";
  readonly phase: ServerPhase;
  /** Why it is not up, or what is wrong although it is; a sentence without a full stop and without secrets. */
  readonly trouble: string | undefined;
  /** Where it is served; without the parts of a URL that may be secrets. */
  readonly url: string | undefined;
  /** What became of its registration at the hub. */
  readonly hub: RegisteredStatus;
  /** How many tools it lists; `undefined` for a URL and until it is up. */
  readonly tools: number | undefined;
  /** How many processes of it run. */
  readonly processes: number;
  /** How often one of them ended although nobody had asked it to, or did not start. */
  readonly restarts: number;
}
