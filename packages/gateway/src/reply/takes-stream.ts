import type { IncomingHttpHeaders } from "node:http";

/** Whether a client takes events for an answer. */
export function takesStream({ accept }: IncomingHttpHeaders): boolean {
  return accept?.includes("text/event-stream") === true;
}
