import type { Era, Transport } from "@hub/core";
import type { Deadline } from "@hub/dial";
import { modernVersion } from "@hub/mcp";
import { type Fault, mostTelling, ProbeFault } from "./fault.js";
import { connectSse } from "./sse-wire.js";
import { type Connection, discover, initialize, type WireOptions } from "./wire.js";

/** The ways to greet a server. */
type HandshakeMethod = "discover" | "initialize" | "sse";

const greet = { discover, initialize, sse: connectSse } as const;

export type HandshakeResult =
  | {
      readonly kind: "connected";
      readonly connection: Connection;
      readonly transport: Transport;
      /** What went wrong before it went right. */
      readonly earlier: readonly Fault[];
    }
  /** It is there, and says nothing to strangers. */
  | { readonly kind: "token-needed"; readonly transport: Transport; readonly status?: number };

export type HandshakeOptions = {
  readonly wire: WireOptions;
  /** What is tried first. */
  readonly transport: Transport;
  readonly knownEra?: Era | undefined;
  readonly deadline: Deadline;
  /** Only the declared transport, and no second try at a path that does not exist. For exploring. */
  readonly isBrief?: boolean;
};

function waysFor({ transport, knownEra, isBrief }: HandshakeOptions): HandshakeMethod[] {
  const streamable: HandshakeMethod[] =
    knownEra === "legacy" ? ["initialize", "discover"] : ["discover", "initialize"];
  if (isBrief === true) return transport === "sse" ? ["sse"] : streamable;
  return transport === "sse" ? ["sse", ...streamable] : [...streamable, "sse"];
}

/** Whether another way may still work after this fault. */
function mayTryNext(fault: Fault, next: HandshakeMethod, isBrief: boolean): boolean {
  switch (fault.kind) {
    case "rpc-error":
    case "no-common-version":
    case "not-mcp":
      return true;
    case "token-needed":
      // Some let everybody greet them, in the one way that they know.
      return !isBrief && next !== "sse";
    case "status":
      if (isBrief && !fault.isRpc && (fault.status === 404 || fault.status === 405)) return false;
      // A server that fails has a stream to offer even less.
      return fault.status < 500 || next !== "sse";
    case "dial":
      // It was reached, and choked on or kept silent to one way of asking.
      return fault.error.step === "http" && fault.error.code !== "HUB_ITSELF" && next !== "sse";
    default:
      return false;
  }
}

/** The part of the time that a way gets which may hang while another would work. */
const shareOfKnownWay = 0.8;
const shareOfFirstWay = 0.5;

/** How long a server that kept silent to the newer greeting may take to answer it after all: at least so long. */
const secondHearingMs = 500;

const keptSilent = (fault: Fault | undefined) =>
  fault?.kind === "dial" && fault.error.code === "TIMEOUT";

/**
 * A server that was busy, as one is while it starts, looks like one that does not know `server/discover`, and would
 * be taken for one of 2025 until it is registered anew. It answers now: whoever knows the newer greeting answers
 * that as well, in about the time that `initialize` took it.
 */
async function heardAgain(
  { wire, deadline }: HandshakeOptions,
  legacy: Connection,
  tookMs: number,
): Promise<Connection> {
  const limit = deadline.within(Math.max(secondHearingMs, 2 * tookMs));
  try {
    const modern = await discover(wire, limit.signal);
    await legacy.wire.end();
    return modern;
  } catch (error) {
    if (error instanceof ProbeFault) return legacy;
    throw error;
  } finally {
    limit.clear();
  }
}

/**
 * Greets a server in the way it is known or declared to understand, else in the others. Throws
 * ProbeFault: of all that went wrong, what says most.
 */
export async function handshake(options: HandshakeOptions): Promise<HandshakeResult> {
  const { deadline, wire } = options;
  const ways = waysFor(options);
  const share = options.knownEra === undefined ? shareOfFirstWay : shareOfKnownWay;
  const faults: Fault[] = [];
  let isRepeated = false;
  for (const [index, way] of ways.entries()) {
    const next = ways[index + 1];
    // Nothing that hangs is asked for a stream, so the way before that needs to leave no time.
    const mayHang = next !== undefined && next !== "sse";
    const limit = mayHang ? deadline.within(deadline.remainingMs() * share) : deadline;
    const leftMs = deadline.remainingMs();
    try {
      let connection = await greet[way](wire, limit.signal);
      if (way === "initialize" && keptSilent(faults.at(-1)))
        connection = await heardAgain(options, connection, leftMs - deadline.remainingMs());
      return { kind: "connected", connection, transport: transportOf(way), earlier: faults };
    } catch (error) {
      if (!(error instanceof ProbeFault)) throw error;
      const { fault } = error;
      faults.push(fault);
      // It refuses the version it says it speaks: it may have meant another request than ours.
      const isMistaken =
        fault.kind === "no-common-version" && fault.offered.includes(modernVersion) && !isRepeated;
      if (isMistaken && way === "discover" && !deadline.signal.aborted) {
        isRepeated = true;
        ways.splice(index + 1, 0, way);
        continue;
      }
      const isOver = next === undefined || deadline.signal.aborted;
      if (isOver || !mayTryNext(fault, next, options.isBrief === true)) break;
    } finally {
      if (mayHang) limit.clear();
    }
  }
  const worst = mostTelling(faults);
  if (worst?.kind === "token-needed") return { ...worst, transport: options.transport };
  throw new ProbeFault(worst ?? { kind: "not-mcp", what: "nothing" });
}

function transportOf(way: HandshakeMethod): Transport {
  return way === "sse" ? "sse" : "streamable-http";
}
