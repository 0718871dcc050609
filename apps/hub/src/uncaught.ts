import { randomUUID } from "node:crypto";
import type { EventEmitter } from "node:events";
import { describeError, type Log } from "@hub/server";

/** Told in full within one period; of further ones only how many there were. */
const mostTold = 20;
const periodMs = 60_000;

/**
 * Takes what no boundary took: an exception of a timer or a stream, a promise that nobody waited for. It
 * is logged, and the process lives on (decision record 12).
 */
export function takeUncaught(process: Pick<EventEmitter, "on">, log: Pick<Log, "error">): void {
  let began = performance.now();
  let inPeriod = 0;
  const tell = (error: unknown) =>
    log.error("fault", { instance: `urn:uuid:${randomUUID()}`, error: describeError(error) });
  const take = (error: unknown) => {
    if (performance.now() - began >= periodMs) {
      const untold = inPeriod - mostTold;
      began = performance.now();
      inPeriod = 0;
      if (untold > 0) tell(`${untold} more faults in the minute before`);
    }
    inPeriod += 1;
    if (inPeriod <= mostTold) tell(error);
  };
  process.on("uncaughtException", take);
  process.on("unhandledRejection", take);
}
