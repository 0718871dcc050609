import { type Entry, leadingInstance } from "@hub/core";
import type { UpstreamFailure } from "@hub/core/upstream";
import { errorText, type JsonRpcId } from "@hub/mcp";
import { whyNot } from "../catalogue/missing.js";
import { failureError, type GatewayFailure } from "../errors.js";
import type { CallLimits, LimitOwner } from "./call-limits.js";
import type { TimeOver } from "./call-timer.js";
import { hubFault } from "./contained-dialer.js";
import type { GatewayContext } from "./context.js";
import { notLetIn } from "./link-error.js";
import { mostInFlight } from "./most-in-flight.js";

/** The hub's failure as the answer to a request. It says what the server is now, not what it was when it was called. */
export function failureText(
  { catalogue }: Pick<GatewayContext, "catalogue">,
  id: JsonRpcId | null,
  failure: GatewayFailure,
  entry: Entry,
): string {
  return errorText(id, failureError(failure, catalogue.get(entry.record.id) ?? entry));
}

/** Codes of connections that nobody took, as with a server that restarts. */
const nobodyThere: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_SOCKET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "TIMEOUT",
]);

/** Whether a connection failed as it does when a server restarts. */
export function isNobodyThere({ code }: UpstreamFailure): boolean {
  return nobodyThere.has(code);
}

/** What a broken exchange means for a call. */
export function failureOf(failed: UpstreamFailure): GatewayFailure {
  const { neverSent, code, detail } = failed;
  if (code === "HUB_ITSELF") return { code: "HUB_LOOP", cause: detail, mayHaveRun: false };
  if (code === hubFault) return { code: "HUB_FAULT", cause: detail, mayHaveRun: !neverSent };
  if (code === "TOO_MANY_ASKED") return { code, cause: `${detail}.`, mayHaveRun: true };
  if (neverSent)
    return {
      code: "SERVER_UNAVAILABLE",
      cause: `it was not reached: ${detail}.`,
      mayHaveRun: false,
      isAway: isNobodyThere(failed),
    };
  if (code === notLetIn)
    return { code: "SERVER_UNAVAILABLE", cause: `${detail}.`, mayHaveRun: false };
  if (code === "TOO_LARGE" || code === "ANSWER_INVALID" || code === "ENCODED")
    return { code: "ANSWER_INVALID", cause: detail, mayHaveRun: true };
  if (code === "TIMEOUT") return { code: "CALL_TIMED_OUT", cause: detail, mayHaveRun: true };
  return { code: "CONNECTION_LOST", cause: detail, mayHaveRun: true };
}

/** What a fault of the hub's own means for the call it happened in. */
export function faultOf(context: GatewayContext, error: unknown): GatewayFailure {
  const cause = `the hub failed at this call; its log has it as ${context.faults.report(error)}.`;
  return { code: "HUB_FAULT", cause, mayHaveRun: true };
}

/** The failure of a call that got no place at its server, because too many other calls run or wait. */
export function busy({ budgets }: GatewayContext, entry: Entry): GatewayFailure {
  const hubsMost = budgets.limit("callsInFlight");
  const most = mostInFlight(entry, hubsMost);
  const isOwn = most < hubsMost;
  return {
    code: "SERVER_BUSY",
    cause: `too many calls already wait for it; each of its instances works on ${most} at a time, ${isOwn ? "the limit that was set for this server" : "the hub's limit"}.`,
    ...(isOwn
      ? {
          advice: `Try again in a moment, or raise its maxInFlight (PATCH /servers/${entry.record.id}).`,
        }
      : {}),
    mayHaveRun: false,
  };
}

/** The failure of a call that needs a session with its server first, which opens none in the time of the call. */
export function notOpened({ afterMs }: TimeOver): GatewayFailure {
  const cause = `it opened no session for the call within ${afterMs} ms, as long as a call may wait in the hub.`;
  return { code: "SERVER_UNAVAILABLE", cause, mayHaveRun: false };
}

const owners: Readonly<Record<LimitOwner, string>> = {
  hub: "the hub's limit",
  server: "the limit that was set for this server",
  tool: "the limit that was set for this tool",
};

export function timedOut(
  { afterMs, isSilent }: TimeOver,
  { owner = "hub" }: CallLimits,
  { record }: Entry,
): GatewayFailure {
  if (!isSilent) {
    const cause = `the call took longer than ${afterMs} ms in all, a limit that progress does not extend.`;
    return { code: "CALL_TIMED_OUT", cause, mayHaveRun: true };
  }
  const field = owner === "tool" ? "toolTimeoutsMs" : "callTimeoutMs";
  const ofHub = owner === "hub" ? " or MCP_HUB_CALL_TIMEOUT_MS" : "";
  return {
    code: "CALL_TIMED_OUT",
    cause: `it sent nothing for ${afterMs} ms, ${owners[owner]}.`,
    advice: `Try again later. If the call needs longer, make the server send progress, or raise ${field} (PATCH /servers/${record.id})${ofHub}.`,
    mayHaveRun: true,
  };
}

/**
 * The failure of a call for which no instance of its server is left, with the reason as far as the hub
 * knows it.
 */
export function noInstanceLeft(
  { catalogue }: Pick<GatewayContext, "catalogue">,
  entry: Entry,
  last: UpstreamFailure | undefined,
): GatewayFailure {
  if (last !== undefined) return failureOf(last);
  const current = catalogue.get(entry.record.id) ?? entry;
  const status = leadingInstance(current.instances)?.health.status;
  const isOut = status === undefined || status === "down" || status === "draining";
  // An instance in any other state was tried, unless calls to it timed out a moment ago.
  const cause = isOut
    ? whyNot(current, catalogue.now()).reason
    : "it did not answer another call a moment ago. The hub calls it again in a few seconds, or as soon as it answers a probe.";
  return { code: "SERVER_UNAVAILABLE", cause, mayHaveRun: false, isAway: isOut };
}
