import type { KeptLink } from "../upstream/legacy-link.js";

/** What a session needs to live on in another process of the hub. */
export type SessionState = {
  /** Where it was opened: see `Selection`. */
  readonly endpoint: string;
  /** The id of whose it is. Default: that of whoever asks an open hub. */
  readonly principal?: string | undefined;
  readonly via?: string | undefined;
  readonly protocolVersion: string;
  readonly capabilities: unknown;
  readonly clientInfo: unknown;
  readonly logLevel?: string | undefined;
  /** Its own sessions with servers. */
  readonly links: readonly KeptLink[];
  /** URIs of resources that it follows, as it knows them. */
  readonly followed: readonly string[];
  /** Tasks and the servers that run them. */
  readonly tasks: readonly (readonly [taskId: string, serverId: string])[];
};

const lists = ["links", "followed", "tasks"] as const;

/**
 * The state as text of at most `mostBytes`: what comes first in its lists is left out where they are too
 * long. `text` is undefined when it has no room even without them.
 */
export function textOfState(
  state: SessionState,
  mostBytes: number,
): { readonly text: string | undefined; readonly isWhole: boolean } {
  const bare = { ...state, links: [], followed: [], tasks: [] };
  let left = mostBytes - Buffer.byteLength(JSON.stringify(bare));
  if (left < 0) return { text: undefined, isWhole: false };
  let isWhole = true;
  const kept = lists.map((name) => {
    const fitting = [...state[name]].reverse().filter((one) => {
      const bytes = Buffer.byteLength(JSON.stringify(one)) + 1;
      const isFitting = bytes <= left;
      if (isFitting) left -= bytes;
      else isWhole = false;
      return isFitting;
    });
    return [name, fitting.reverse()] as const;
  });
  return { text: JSON.stringify({ ...bare, ...Object.fromEntries(kept) }), isWhole };
}

/** Reads what `textOfState` wrote. */
export function stateIn(text: string): SessionState {
  // What was sealed is what a hub of this schema wrote.
  return JSON.parse(text) as SessionState;
}
