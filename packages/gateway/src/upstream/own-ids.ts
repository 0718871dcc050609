import { randomInt } from "node:crypto";

/** Above what clients count to, and within what servers take that read ids into 32 bits. */
const first = 1_000_000_000;

/** Other hubs, and the process before, may ask in the same session. */
let last = first + randomInt(first);

/**
 * An id for a request of the hub's own. A number, since some servers take nothing else, and none that a
 * client uses in the same session.
 */
export function ownRequestId(): number {
  last = last >= 2 * first ? first : last + 1;
  return last;
}
