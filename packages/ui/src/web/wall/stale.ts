import { useQuery } from "@tanstack/react-query";
import { pulseQuery } from "../api/queries.js";
import { useNow } from "../live/clock.js";
import { useLive } from "../live/live.js";

/** Shorter than this nobody needs to know. */
const unnoticedMs = 1_000;
/** A connection may be dead without anybody being told; then the pulse, read every 5 s, is missing. */
const longestSilenceMs = 20_000;

/** Since when nothing on the wall is sure, by the hub's clock, in milliseconds since 1970; undefined while it is. */
export function useStaleSince(): number | undefined {
  const { status, since } = useLive();
  const now = useNow();
  const pulse = useQuery({ ...pulseQuery, refetchIntervalInBackground: true });
  if (status !== "live" && now - since >= unnoticedMs) return since;
  // By this browser's clock, as the query has it.
  const silentMs = Date.now() - pulse.dataUpdatedAt;
  return pulse.dataUpdatedAt > 0 && silentMs > longestSilenceMs ? now - silentMs : undefined;
}
