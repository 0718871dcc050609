import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

/** One event of the hub's journal, as `/events` tells it. */
export type HubEvent = {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly serverId: string;
  readonly name: string;
  readonly [more: string]: unknown;
};

export type LiveState = {
  readonly status: "connecting" | "live" | "away";
  /** When that began, in milliseconds since 1970. */
  readonly since: number;
};

const kinds = [
  "registered",
  "registration-updated",
  "status-changed",
  "capabilities-changed",
  "deregistered",
  "forgotten",
  "name-conflict",
];
/** Many servers start at once; a list is read once for all of them. */
const gatherMs = 120;
const againMs = 2_000;

let state: LiveState = { status: "connecting", since: Date.now() };
const stateListeners = new Set<() => void>();
const eventListeners = new Set<(event: HubEvent) => void>();

function become(status: LiveState["status"]): void {
  if (state.status === status) return;
  state = { status, since: Date.now() };
  for (const listener of stateListeners) listener();
}

/** Follows the hub's event stream for as long as the page lives, and has stale data read again. */
export function startLive(queries: QueryClient): void {
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const stale = new Set<string>();

  const refresh = () => {
    gathering = undefined;
    void queries.invalidateQueries({ queryKey: ["servers"] });
    void queries.invalidateQueries({ queryKey: ["pulse"] });
    void queries.invalidateQueries({
      predicate: ({ queryKey: [kind, id] }) =>
        kind === "server" && typeof id === "string" && stale.has(id),
    });
    void queries.invalidateQueries({ queryKey: ["tool-search"] });
    stale.clear();
  };
  const onEvent = (message: MessageEvent<string>) => {
    const event: HubEvent = JSON.parse(message.data);
    stale.add(event.serverId);
    if (gathering === undefined) gathering = setTimeout(refresh, gatherMs);
    for (const listener of eventListeners) listener(event);
  };

  const connect = () => {
    // The browser names the last event it saw when it comes back, so that nothing is missed.
    const source = new EventSource("/events");
    source.addEventListener("ready", () => {
      // What the hub observes is no event after its restart, so everything is read again.
      if (state.status === "away") void queries.invalidateQueries();
      become("live");
    });
    source.addEventListener("reset", () => {
      void queries.invalidateQueries();
      become("live");
    });
    for (const kind of kinds) source.addEventListener(kind, onEvent);
    source.onerror = () => {
      become("away");
      // After an answer that is no stream the browser gives up; the hub may only be starting.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, againMs);
    };
  };
  connect();
}

/** How the page's connection to the hub is. */
export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    () => state,
  );
}

/** Hears of every event from now on. Returns how to stop. */
export function onHubEvent(listener: (event: HubEvent) => void): () => void {
  eventListeners.add(listener);
  return () => eventListeners.delete(listener);
}
