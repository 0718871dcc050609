import { createDeadline, type Dialer } from "@hub/dial";
import type { Knock } from "@hub/gateway";

const knockMs = 1_000;

/** Looks whether a server that calls wait for is back, by connecting to it. */
export function createKnock(dialer: Dialer): Knock {
  return async (endpoint) => {
    const deadline = createDeadline(knockMs);
    try {
      return (await dialer.checkPort(endpoint, deadline)) === "accepted";
    } finally {
      deadline.clear();
    }
  };
}
