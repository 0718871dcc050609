import type { Entry } from "@hub/core";
import type { GatewayLimits } from "../limits.js";
import type { TimeOver } from "./call-timer.js";

/** Whose a limit is: the hub's own, or what an operator set for one server or one tool of it. */
export type LimitOwner = "hub" | "server" | "tool";

export type CallLimits = Pick<GatewayLimits, "callTimeoutMs" | "callCapMs"> & {
  /** How long it may wait in the hub. Default: as long as its server may be silent. */
  readonly waitMs?: number;
  /** Whose `callTimeoutMs` is. Default: the hub's. */
  readonly owner?: LimitOwner;
};

/** The times of one call: those of its tool, else of its server, else the hub's; never above the hub's cap. */
export function callLimits(
  limits: GatewayLimits,
  { record: { edits } }: Entry,
  method: string,
  name: string | undefined,
): CallLimits {
  if (edits === undefined) return limits;
  const { toolTimeoutsMs, callTimeoutMs } = edits;
  const isNamed =
    method === "tools/call" && name !== undefined && Object.hasOwn(toolTimeoutsMs ?? {}, name);
  const ofTool = isNamed ? toolTimeoutsMs?.[name] : undefined;
  const own = ofTool ?? callTimeoutMs;
  if (own === undefined) return limits;
  return {
    callTimeoutMs: Math.min(own, limits.callCapMs),
    callCapMs: limits.callCapMs,
    waitMs: Math.max(own, limits.callTimeoutMs),
    owner: ofTool === undefined ? "server" : "tool",
  };
}

/** Whether a silence says something about the whole server: one tool may have to be much quicker than that. */
export function isTelling({ afterMs }: TimeOver, { callTimeoutMs }: GatewayLimits): boolean {
  return afterMs >= callTimeoutMs;
}
