import type { Lease } from "./lease.js";
import type { Finding, ProbeOutcome } from "./probe.js";
import type { Era } from "./snapshot.js";

/** What an instance can be, as the hub observes it. */
export const instanceStatuses = [
  "pending",
  "up",
  "suspect",
  "needs-token",
  "unreachable",
  "draining",
  "down",
] as const;
/** One of them; the glossary says what each means. */
export type InstanceStatus = (typeof instanceStatuses)[number];

/**
 * A registration that has to wait for the lease at its endpoint. It takes effect when the same is asked
 * for once more; enough of it is kept to know it again.
 */
export type PendingRegistration = {
  /** SHA-256 of what it said. */
  readonly hash: string;
  /** The request it came with, which cannot be its own repetition. */
  readonly request: symbol;
  /** Hub time. */
  readonly at: number;
  readonly atWall: number;
};

/** What the hub observed of one instance. Never stored. Instants are hub time unless they say `Wall`. */
export type Health = {
  readonly status: InstanceStatus;
  readonly statusSince: number;
  readonly statusSinceWall: number;
  /** When this process or its registration was first seen, by this run of the hub. */
  readonly knownSince: number;
  /** The first registration since the last good probe: from here on it may still be starting. */
  readonly unansweredSince: number;
  /** The last sign of life: a registration that shows whose it is, a heartbeat or a good probe. */
  readonly aliveAt: number;
  readonly aliveAtWall: number;
  readonly lease?: Lease;
  readonly beatAtWall?: number;
  readonly isDraining: boolean;
  readonly failures: number;
  readonly failingSince?: number;
  readonly successes: number;
  /** It was seen up, lost, and has not registered again: one good probe is not enough. */
  readonly isRecovering: boolean;
  /** The last good probe of this registration; missing for a process that has never answered. */
  readonly answeredAt?: number;
  readonly probedAt?: number;
  readonly probedAtWall?: number;
  readonly outcome?: ProbeOutcome;
  /** The last dial that was refused or broke, of a probe or of anything else; gone with a good probe. */
  readonly doubt?: Finding;
  /** A call was let in by nobody since; probes ask whether that is so for all calls. Gone when it is not. */
  readonly isCallRefused?: boolean;
  readonly nextProbeAt: number;
  /** A probe is under way or waits for its turn. */
  readonly isBeingProbed: boolean;
  /** When all capabilities were last read from this instance. */
  readonly readAt?: number;
  /** What that reading found to mend; the quick probes in between cannot see it. */
  readonly readWarnings?: readonly string[];
  readonly capabilitiesHash?: string;
  /** What the server itself said of its capabilities in its last heartbeat; opaque. */
  readonly announcedHash?: string;
  readonly era?: Era;
  /** How long the last good probes took, oldest first. */
  readonly latenciesMs: readonly number[];
  /** Its holder left, giving its lease back, while another process asked for its place. */
  readonly isGivenUp?: boolean;
  /** The newest registration that came without proof while the lease was alive; see `pendingOf`. */
  readonly pending?: PendingRegistration;
};

/** One reading of the clocks, in milliseconds. */
export type Now = {
  /** Hub time: since the start of this process, without the time the hub was paused. */
  readonly hub: number;
  /** Since 1970, as the machine says now; whole. For people. */
  readonly wall: number;
  /** Since 1970, as the machine said at start plus hub time, whole: a clock that jumps does not move it. */
  readonly steady: number;
};
