import { setTimeout as sleep } from "node:timers/promises";
import type { HubPeers, PeerRequest } from "@hub/core/hubs";

/**
 * A hub that hangs must not keep the calls of others. One that does not may look into the store first, and wait two
 * seconds for a server that is to know what it follows (see `Watcher`).
 */
const mostTellMs = 4_000;

/**
 * Resolves when the hub that it is for has taken it, none would, or they were given their time. Never rejects.
 * `serverMs`: how much longer the hub that takes it may wait for a server; one that gives no sign of life meanwhile is
 * given up by `peers`. Default: no longer than those two seconds.
 */
export async function tellHubs(
  peers: HubPeers | undefined,
  request: PeerRequest,
  serverMs = 0,
): Promise<void> {
  if (peers === undefined) return;
  const over = new AbortController();
  const { signal } = over;
  const pause = sleep(mostTellMs + serverMs, undefined, { signal }).catch(() => undefined);
  await Promise.race([peers.tellAll(request), pause]);
  over.abort();
}
