import { setTimeout as sleep } from "node:timers/promises";
import type { HubPeers, PeerRequest } from "@hub/core/hubs";

/**
 * A hub that hangs must not keep the calls of others. One that does not may give a busy server two seconds itself, and
 * looks into the store before.
 */
const mostTellMs = 4_000;

/** Resolves when the hub that it is for has taken it, none would, or they were given their time. Never rejects. */
export async function tellHubs(peers: HubPeers | undefined, request: PeerRequest): Promise<void> {
  if (peers === undefined) return;
  const over = new AbortController();
  const { signal } = over;
  const pause = sleep(mostTellMs, undefined, { signal }).catch(() => undefined);
  await Promise.race([peers.tellAll(request), pause]);
  over.abort();
}
