import type { UpstreamFailure } from "@hub/core/upstream";
import type { GatewayLog } from "../log.js";
import type { UpstreamInstance } from "./instances.js";

/** Why the hub ends a stream: what came was too large, too slow, too much to answer or no messages. */
const refusals = new Set(["TOO_LARGE", "TIMEOUT", "ANSWER_INVALID", "TOO_MANY_ASKED"]);

/** Says that the hub itself ended a stream of an instance: once, until there was a good one. */
export class StreamRefusals {
  readonly #log: GatewayLog;
  readonly #instance: UpstreamInstance;
  #hasWarned = false;

  constructor(log: GatewayLog, instance: UpstreamInstance) {
    this.#log = log;
    this.#instance = instance;
  }

  /** Whether the hub itself ended it, for what came on it. */
  isOne(failure: UpstreamFailure | undefined): boolean {
    if (failure === undefined || !refusals.has(failure.code)) return false;
    const { serverId, instanceId } = this.#instance;
    const level = this.#hasWarned ? "debug" : "warn";
    this.#hasWarned = true;
    this.#log[level]("list-stream-refused", {
      server: serverId,
      instance: instanceId,
      reason: failure.detail,
    });
    return true;
  }

  /** There was a good one. */
  forget(): void {
    this.#hasWarned = false;
  }
}
