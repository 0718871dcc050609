import type { HubClient, ServerSummary } from "@hub/client";

const lookMs = 3_000;

/** What the hub sees of a server: its status there, and how many tools it lists. */
export interface SeenByHub {
  readonly status: string;
  readonly tools: number | undefined;
}

/**
 * Asks the hub from time to time what it sees of all servers. Calls back when that changed, with nothing
 * while the hub is away. Returns the way to stop.
 */
export function watchHub(
  client: HubClient,
  onChange: (seen: ReadonlyMap<string, SeenByHub>) => void,
): () => void {
  const stop = new AbortController();
  let last = "";
  const look = async () => {
    const seen = await client
      .everyServer({}, stop.signal)
      .catch((): readonly ServerSummary[] => []);
    if (stop.signal.aborted) return;
    const view = new Map(
      seen.map(({ name, status, capabilities }) => [name, { status, tools: capabilities?.tools }]),
    );
    const text = JSON.stringify([...view]);
    if (text !== last) onChange(view);
    last = text;
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, lookMs);
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}
