import type { Event } from "@hub/api";
import { eventKinds } from "@hub/core/events";
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { hubNow } from "./clock.js";

export type LiveState = {
  readonly status: "connecting" | "live" | "away";
  /** When that began, by the hub's clock, in milliseconds since 1970. */
  readonly since: number;
};

/** Many servers start at once; a list is read once for all of them. */
const gatherMs = 120;
const againMs = 2_000;
const restAfterMs = 30_000;

/** The key of the query that says who this browser is to the hub. */
export const whoKey = ["who"] as const;

let state: LiveState = { status: "connecting", since: hubNow() };
const stateListeners = new Set<() => void>();
const eventListeners = new Set<(event: Event) => void>();

function become(status: LiveState["status"]): void {
  if (state.status === status) return;
  state = { status, since: hubNow() };
  for (const listener of stateListeners) listener();
}

/** Has the queries of what events speak of read again: soon, but never while the last reading goes on. */
function createRefresher(queries: QueryClient): (serverId: string) => void {
  const stale = new Set<string>();
  let isBusy = false;
  const refresh = async () => {
    const ids = new Set(stale);
    stale.clear();
    await Promise.allSettled([
      queries.invalidateQueries({ queryKey: ["servers"] }),
      queries.invalidateQueries({ queryKey: ["pulse"] }),
      queries.invalidateQueries({ queryKey: ["tool-search"] }),
      queries.invalidateQueries({
        predicate: ({ queryKey: [kind, id] }) =>
          kind === "server" && typeof id === "string" && ids.has(id),
      }),
    ]);
    isBusy = false;
    if (stale.size > 0) schedule();
  };
  const schedule = () => {
    if (isBusy) return;
    isBusy = true;
    setTimeout(() => void refresh(), gatherMs);
  };
  return (serverId) => {
    stale.add(serverId);
    schedule();
  };
}

/**
 * Follows the hub's event stream for as long as the page is looked at, and has stale data read again; also who this
 * browser is, when the hub refuses the stream. Returns how to stop.
 */
export function startLive(queries: QueryClient): () => void {
  const refresh = createRefresher(queries);
  let source: EventSource | undefined;
  let resting: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let isFirst = true;

  const onEvent = (message: MessageEvent<string>) => {
    const event: Event = JSON.parse(message.data);
    refresh(event.serverId);
    for (const listener of eventListeners) listener(event);
  };
  const connect = () => {
    source?.close();
    // The browser names the last event it saw when it comes back, so that nothing is missed.
    const opened = new EventSource("/events");
    source = opened;
    let isOpen = false;
    opened.addEventListener("ready", () => {
      // What the hub observes is no event after its restart, and a new stream begins with what comes
      // next: everything is read again. The first time only the list can be older than the stream.
      if (state.status === "away" || (!isOpen && !isFirst)) void queries.invalidateQueries();
      else if (!isOpen) void queries.invalidateQueries({ queryKey: ["servers"] });
      isOpen = true;
      isFirst = false;
      become("live");
    });
    opened.addEventListener("reset", () => {
      void queries.invalidateQueries();
      become("live");
    });
    for (const kind of eventKinds) opened.addEventListener(kind, onEvent);
    opened.onerror = () => {
      become("away");
      // Nobody may be signed in here any more: the stream ends with what allowed it.
      void queries.invalidateQueries({ queryKey: whoKey });
      // After an answer that is no stream the browser gives up; the hub may only be starting.
      if (opened.readyState === EventSource.CLOSED) again = setTimeout(connect, againMs);
    };
  };
  const rest = () => {
    clearTimeout(again);
    source?.close();
    source = undefined;
  };
  const onVisibility = () => {
    clearTimeout(resting);
    // A browser has six connections to a hub; tabs that nobody looks at must not keep them.
    if (document.hidden) resting = setTimeout(rest, restAfterMs);
    else if (source === undefined) connect();
  };
  document.addEventListener("visibilitychange", onVisibility);
  connect();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(resting);
    rest();
    become("connecting");
  };
}

/** Whether the page has lost its connection to the hub. */
export const isAway = (): boolean => state.status === "away";

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
export function onHubEvent(listener: (event: Event) => void): () => void {
  eventListeners.add(listener);
  return () => eventListeners.delete(listener);
}
