import { CloudOff } from "lucide-react";
import { useNow } from "../live/clock.js";
import { useIsAnswering } from "../live/is-answering.js";
import { useLive } from "../live/live.js";

/** Shorter than this nobody needs to know. */
const unnoticedMs = 1_000;

/**
 * Says that what is shown may be old, for as long as the hub does not answer; or that it answers, and cannot say what
 * happens.
 */
export function LiveStrip() {
  const { status, since } = useLive();
  const now = useNow();
  const isAnswering = useIsAnswering();
  const isAway = status === "away" && now - since >= unnoticedMs;
  return (
    <div role="status">
      {isAway && (
        <div className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-2 text-sm font-medium text-warn">
          <CloudOff className="size-4" aria-hidden="true" />
          {isAnswering
            ? "The hub answers, but cannot say what happens."
            : "The hub does not answer."}{" "}
          What you see is from {new Date(since).toLocaleTimeString()}. Trying again.
        </div>
      )}
    </div>
  );
}
