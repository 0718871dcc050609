import type { Entry } from "@hub/core";
import { isJsonObject } from "@hub/core/json";
import type { UpstreamFailure } from "@hub/core/upstream";
import type { GatewayFailure } from "../errors.js";
import { busy, isNobodyThere, noInstanceLeft } from "./call-failures.js";
import type { GatewayContext } from "./context.js";
import type { LegacyIdentity } from "./initialize.js";
import type { UpstreamInstance } from "./instances.js";
import { type LegacyLink, openStreamableLink } from "./legacy-link.js";
import { LinkError } from "./link-error.js";
import { openSseLink } from "./sse-link.js";

/** How a 2025 client reaches a server: by a session, or by way of the modern revision. */
export type ServerSession =
  | { readonly kind: "legacy"; readonly link: LegacyLink }
  | { readonly kind: "modern" };

/** Thrown when no instance of a server can be reached. */
export class Unreachable extends Error {
  readonly failure: GatewayFailure;
  constructor(failure: GatewayFailure) {
    super(failure.cause);
    this.failure = failure;
  }
}

/** How an opening takes its place among what an instance works on. */
export type Opening = {
  /** What the hub says of the client. */
  readonly identity: LegacyIdentity;
  readonly via: string | undefined;
  /** Ends the opening: nobody wants it any more. */
  readonly signal: AbortSignal;
  /**
   * Waits until the instance has a place, before anything is sent there. Resolves with what is called
   * when the opening is over; with nothing when there will be none.
   */
  readonly reach: (instance: UpstreamInstance) => Promise<(() => void) | undefined>;
};

/**
 * Opens what a 2025 client needs with the best instance of a server. A server of both eras is called in the
 * client's own, unless it keeps no sessions there: then it could ask nothing, and the modern way can. One
 * that has tasks is called there always: the modern revision does not know them.
 * Goes to the next instance when one cannot be connected to. Rejects with Unreachable.
 */
export async function openSession(
  context: GatewayContext,
  entry: Entry,
  { identity, via, signal, reach }: Opening,
): Promise<ServerSession> {
  const hasTasks = isJsonObject(entry.snapshot?.capabilities.tasks);
  let last: UpstreamFailure | undefined;
  for (const instance of context.instances.candidates(entry)) {
    const isModern = instance.eraIn(entry) === "modern";
    const keepsNone = instance.legacySessions === "stateless" && !hasTasks;
    if (isModern && (instance.legacySessions === "none" || keepsNone)) return { kind: "modern" };
    // Whom it keeps no sessions for, nothing need be sent to.
    const opened = instance.greeting === undefined ? await reach(instance) : () => undefined;
    if (opened === undefined) throw new Unreachable(busy(context, entry));
    try {
      const open = instance.transport === "sse" ? openSseLink : openStreamableLink;
      const link = await open({
        dialer: context.dialer,
        instance,
        identity,
        handshakeMs: context.limits.handshakeMs,
        limits: context.serverMessages,
        via,
        signal,
      });
      if (isModern && !link.isStateful && !hasTasks) return { kind: "modern" };
      return { kind: "legacy", link };
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      // A client that needs a session of its own is not served by one that others share.
      if (error.kind === "no-room")
        throw new Unreachable({
          code: "SERVER_UNAVAILABLE",
          cause: `${error.failure.detail}.`,
          mayHaveRun: false,
        });
      if (isModern && !error.failure.neverSent) {
        // Anything else than its own word may pass; the modern way serves meanwhile.
        if (error.kind === "wrong-era") instance.legacySessions = "none";
        return { kind: "modern" };
      }
      last = error.failure;
      if (!error.failure.neverSent) break;
    } finally {
      opened();
    }
  }
  // Whatever failed was the opening: the call itself never went out.
  const failure = { ...noInstanceLeft(context, entry, last), mayHaveRun: false };
  throw new Unreachable(last === undefined ? failure : { ...failure, isAway: isNobodyThere(last) });
}
