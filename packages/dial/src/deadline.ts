import { setMaxListeners } from "node:events";
import { TimeLimit } from "./dial-error.js";

/** A time limit that aborts, and that can be divided. */
export type Deadline = {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  remainingMs(): number;
  /** A shorter limit inside this one. */
  within(ms: number): Deadline;
  /** Takes the timer away. To be called when what it limits is over. */
  clear(): void;
};

/** Aborts after `ms`, or as soon as `parent` does. */
export function createDeadline(ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  // One limit holds for many requests at once; that is no leak.
  setMaxListeners(0, controller.signal);
  const limitMs = Math.max(0, ms);
  const endsAt = performance.now() + limitMs;
  const onParent = () => controller.abort(parent?.reason);
  const timer = setTimeout(() => controller.abort(new TimeLimit(Math.round(limitMs))), limitMs);
  if (parent?.aborted) onParent();
  else parent?.addEventListener("abort", onParent, { once: true });
  return {
    signal: controller.signal,
    limitMs,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    within: (shorter) =>
      createDeadline(Math.min(shorter, endsAt - performance.now()), controller.signal),
    clear: () => {
      clearTimeout(timer);
      parent?.removeEventListener("abort", onParent);
    },
  };
}
