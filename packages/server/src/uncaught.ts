import type { EventEmitter } from "node:events";
import { newInstance } from "./api/problem.js";
import type { TellFault } from "./boundary.js";

/** Told in full within one period; of further ones only how many there were. */
const mostTold = 20;
const periodMs = 60_000;

/**
 * Takes what no boundary took: an exception of a timer or a stream, a promise that nobody waited for. It
 * is told, and the process lives on (decision record 12).
 */
export function takeUncaught(
  process: Pick<EventEmitter, "on">,
  tell: TellFault,
  now: () => number = () => performance.now(),
): void {
  let began = now();
  let inPeriod = 0;
  const take = (error: unknown) => {
    if (now() - began >= periodMs) {
      const untold = inPeriod - mostTold;
      began = now();
      inPeriod = 0;
      if (untold > 0)
        tell({ error: `${untold} more faults in the minute before`, instance: newInstance() });
    }
    inPeriod += 1;
    if (inPeriod <= mostTold) tell({ error, instance: newInstance() });
  };
  process.on("uncaughtException", take);
  process.on("unhandledRejection", take);
}
