import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { onHubEvent } from "../live/live.js";

/** Calls `run` once for all calls of it within `everyMs`, at the end of them. */
export function gathered(run: () => void, everyMs: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    call: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        run();
      }, everyMs);
    },
    cancel: () => clearTimeout(timer),
  };
}

/** Has what begins with a key read again when something happens in the hub, once in `everyMs` at most. */
export function useFollowHub(queryKey: QueryKey, everyMs: number): void {
  const queries = useQueryClient();
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    const again = gathered(
      () => void queries.invalidateQueries({ queryKey: JSON.parse(key) }),
      everyMs,
    );
    const stop = onHubEvent(again.call);
    return () => {
      stop();
      again.cancel();
    };
  }, [queries, key, everyMs]);
}
