import { setTimeout as sleep } from "node:timers/promises";
import type { HubStore } from "@hub/core";
import type { NewsTopic } from "@hub/core/storage";
import { describeError } from "./describe-error.js";
import type { Log } from "./log.js";

type Reloaded = { reload(): Promise<void> };

type Pause = (ms: number, stopping: AbortSignal) => Promise<void>;

const pauseFor: Pause = (ms, signal) =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => {});

/**
 * A token that was revoked elsewhere must not live on here because the store could not answer once. A store that is
 * away for long is asked more and more rarely, since all hubs ask it.
 */
const [againMs, mostAgainMs] = [200, 5_000];

/**
 * Keeps what a hub has in memory as other hubs on the same store leave it, and as they left it while this one
 * started. What cannot be read is read again until it can. The catalogue does that for itself. `pause` waits for so
 * many milliseconds, or until the hub stops, and never rejects; default: by the clock of the process.
 */
export function followNews(
  { shared }: Pick<HubStore, "shared">,
  parts: Readonly<Record<Exclude<NewsTopic, "catalogue" | "hubs">, Reloaded>>,
  log: Pick<Log, "warn">,
  stopping: AbortSignal,
  pause: Pause = pauseFor,
): void {
  if (shared === undefined) return;
  for (const topic of ["tokens", "sign-ins", "toolsets", "credentials"] as const) {
    // News that come while one is read are read once, after it.
    let [isRunning, isAgain] = [false, false];
    const read = async () => {
      for (let failures = 0; !stopping.aborted; failures += 1) {
        try {
          return await parts[topic].reload();
        } catch (error) {
          if (failures === 0) log.warn("news-not-read", { topic, error: describeError(error) });
        }
        await pause(Math.min(againMs * 2 ** failures, mostAgainMs), stopping);
      }
    };
    const reload = async () => {
      isAgain = isRunning;
      if (isRunning) return;
      isRunning = true;
      do {
        isAgain = false;
        await read();
      } while (isAgain);
      isRunning = false;
    };
    shared.onNews(topic, () => void reload());
    void reload();
  }
}
