import { setTimeout as pause } from "node:timers/promises";
import type { Registry } from "@hub/core";
import type { ProbeScheduler } from "./scheduler.js";

/** A server may say as often as it likes that it changed; it is read no more often than this. */
const spacingMs = 200;

type Reading = { isWanted: boolean; readonly done: Promise<void> };

/**
 * Reads a server again when something says that it changed; resolves when that is recorded. What is said
 * while a reading runs leads to one more, so that the last change is always read. A server that flaps is
 * not read for what is said of it. Never rejects.
 */
export function createRefresher(
  scheduler: Pick<ProbeScheduler, "probeAgain">,
  registry: Pick<Registry, "saysItChanged">,
): (serverId: string) => Promise<void> {
  const running = new Map<string, Reading>();

  async function read(serverId: string): Promise<void> {
    for (;;) {
      const state = running.get(serverId);
      if (state?.isWanted !== true) break;
      state.isWanted = false;
      if (!registry.saysItChanged(serverId)) break;
      try {
        await scheduler.probeAgain(serverId);
      } catch {
        // It is gone, or the hub is stopping.
        break;
      }
      if (state.isWanted) await pause(spacingMs, undefined, { ref: false });
    }
    running.delete(serverId);
  }

  return (serverId) => {
    const state = running.get(serverId);
    if (state !== undefined) {
      state.isWanted = true;
      return state.done;
    }
    // The reading begins in a later turn, when it is in the map.
    const done = Promise.resolve().then(() => read(serverId));
    running.set(serverId, { isWanted: true, done });
    return done;
  };
}
