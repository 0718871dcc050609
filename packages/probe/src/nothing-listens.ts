import type { NothingListens, ProbeTarget } from "@hub/core";
import { createDeadline, type Dialer } from "@hub/dial";
import { isLoopbackElsewhere } from "./findings-network.js";

/** Looks whether a server is gone, by connecting to where it was registered. */
export function createNothingListens(dialer: Dialer): NothingListens {
  return async (target, timeoutMs) => {
    // What listens on the hub's own loopback says nothing about a server on another machine.
    if (!isMeantHere(target, target.endpoint)) return false;
    const deadline = createDeadline(timeoutMs);
    try {
      const urls = [
        target.endpoint,
        ...target.candidates.filter((url) => isMeantHere(target, url)),
      ];
      const [atEndpoint, ...elsewhere] = await Promise.all(
        urls.map((url) => dialer.checkPort(url, deadline)),
      );
      return (
        atEndpoint === "refused" && elsewhere.every((one) => one === "refused" || one === "nowhere")
      );
    } finally {
      deadline.clear();
    }
  };
}

const isMeantHere = (target: ProbeTarget, endpoint: string) =>
  !isLoopbackElsewhere({ ...target, endpoint });
