import type { ProbeScheduler } from "./scheduler.js";

/** A server may say as often as it likes that it changed; it is read no more often than this. */
const spacingMs = 200;

/**
 * Reads a server again when something says that it changed. What is said while a reading runs leads to
 * one more, so that the last change is always read.
 */
export function createRefresher(
  scheduler: Pick<ProbeScheduler, "probeAgain">,
): (serverId: string) => void {
  /** By server: whether something was said since its reading began. */
  const running = new Map<string, { isWanted: boolean }>();

  async function read(serverId: string, state: { isWanted: boolean }): Promise<void> {
    while (state.isWanted) {
      state.isWanted = false;
      try {
        await scheduler.probeAgain(serverId);
      } catch {
        // It is gone, or the hub is stopping.
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, spacingMs).unref());
    }
    running.delete(serverId);
  }

  return (serverId) => {
    const state = running.get(serverId);
    if (state !== undefined) {
      state.isWanted = true;
      return;
    }
    const begun = { isWanted: true };
    running.set(serverId, begun);
    void read(serverId, begun);
  };
}
