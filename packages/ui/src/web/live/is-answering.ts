import { useQuery } from "@tanstack/react-query";
import { pulseQuery } from "../api/queries.js";
import { useNow } from "./clock.js";
import { useLive } from "./live.js";

/** Whether the hub answers though it cannot say what happens, as while its store is away. */
export function useIsAnswering(): boolean {
  const { status, since } = useLive();
  const now = useNow();
  const isAway = status === "away";
  const pulse = useQuery({ ...pulseQuery, enabled: isAway });
  // It was asked after the stream ended. By this browser's clock, as the query has it.
  const isAsked = pulse.dataUpdatedAt - Date.now() > since - now;
  return isAway && pulse.isSuccess && pulse.failureCount === 0 && isAsked;
}
