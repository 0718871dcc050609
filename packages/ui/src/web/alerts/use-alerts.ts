import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { serversQuery } from "../api/queries.js";
import { isTrouble, stateOf } from "../parts/seriousness.js";
import { statusWord } from "../parts/status.js";
import { showTrouble } from "../shell/title.js";
import { choices } from "./choices.js";
import { playTone } from "./sound.js";
import { type Alert, alertsOf, type States, statesOf } from "./trouble.js";

/** A tab that nobody looks at has no event stream, so it asks. */
const hiddenEveryMs = 15_000;

const onVisibility = (listener: () => void) => {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
};

function notify({ serverId, name, state, cause }: Alert): void {
  if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
  const said = new Notification(`${name}: ${statusWord(state).toLowerCase()}`, {
    icon: "/ui/icon.svg",
    // The newest of a server takes the place of the one before.
    tag: `mcp-hub ${serverId}`,
    ...(cause === undefined ? {} : { body: cause }),
  });
  said.onclick = () => {
    focus();
    location.assign(`/ui/servers/${encodeURIComponent(serverId)}`);
  };
}

/** Shows trouble in the tab's title and icon, and tells of it in the ways that somebody chose. */
export function useAlerts(): void {
  const isHidden = useSyncExternalStore(onVisibility, () => document.hidden);
  const { data } = useQuery({
    ...serversQuery,
    refetchInterval: isHidden ? hiddenEveryMs : false,
    refetchIntervalInBackground: true,
  });
  const servers = data?.servers;
  const before = useRef<States>(undefined);
  useEffect(() => {
    if (servers === undefined) return;
    showTrouble(servers.filter((server) => isTrouble(stateOf(server))).length);
    const states = before.current;
    before.current = statesOf(servers, states);
    const { notifies, sounds, ...scope } = choices.get();
    // What was so when the page was opened is no news.
    if (states === undefined || !(notifies || sounds)) return;
    const alerts = alertsOf(states, servers, scope);
    if (notifies) for (const alert of alerts) notify(alert);
    if (sounds && alerts.length > 0) playTone(alerts.some(({ state }) => state !== "up"));
  }, [servers]);
}
