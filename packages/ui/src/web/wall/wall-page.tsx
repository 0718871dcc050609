import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { CloudOff } from "lucide-react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { serversQuery } from "../api/queries.js";
import { ProtectionNote } from "../hubs/protection-note.js";
import { span } from "../live/ago.js";
import { useNow } from "../live/clock.js";
import { useIsAnswering } from "../live/is-answering.js";
import { useChanges } from "../live/since.js";
import { Button } from "../parts/controls.js";
import { Empty, Loading, Problem } from "../parts/panels.js";
import { isTrouble, stateOf } from "../parts/seriousness.js";
import { HubLine } from "../shell/foot.js";
import { useTitle } from "../shell/title.js";
import { FullScreenButton, useFullScreen } from "./full-screen.js";
import { chooseForWall, type WallSearch } from "./search.js";
import { useStaleSince } from "./stale.js";
import { WallGrid } from "./wall-grid.js";
import { WallHead } from "./wall-head.js";

/** Where the page begins under its head, which grows when it has something to say. */
function useTop(): number {
  const [top, setTop] = useState(56);
  useLayoutEffect(() => {
    const head = document.querySelector("header");
    if (head === null) return;
    const observer = new ResizeObserver(() => setTop(head.offsetHeight));
    observer.observe(head);
    return () => observer.disconnect();
  }, []);
  return top;
}

const notCurrent = (isAnswering: boolean) =>
  `Not current: the hub ${isAnswering ? "answers, but cannot say what happens" : "does not answer"}`;

/** In words as big as the wall, because a wall that shows the past must not be believed. */
function StaleBanner({
  since,
  isAnswering,
}: {
  readonly since: number;
  readonly isAnswering: boolean;
}) {
  const now = useNow();
  return (
    <p
      data-stale=""
      className="flex flex-wrap items-center justify-center gap-x-4 rounded-lg bg-ink px-4 py-3 text-center text-xl font-bold text-canvas lg:text-figure"
    >
      <CloudOff className="size-[1em]" aria-hidden="true" />
      <span>{notCurrent(isAnswering)}</span>
      <span className="font-semibold tabular-nums">
        since {new Date(since).toLocaleTimeString()} ({span(Math.max(0, now - since))})
      </span>
    </p>
  );
}

/** One screen for a wall. */
export function WallPage(): React.ReactNode {
  useTitle("Wallboard");
  const search = useSearch({ from: "/ui/wall" });
  const navigate = useNavigate();
  const change = (next: WallSearch) =>
    void navigate({ to: "/ui/wall", search: next, replace: true });
  const list = useQuery(serversQuery);
  const changes = useChanges();
  const staleSince = useStaleSince();
  const isStale = staleSince !== undefined;
  const isAnswering = useIsAnswering();
  const wall = useRef<HTMLDivElement>(null);
  const { isFull, toggle } = useFullScreen(wall);
  const top = useTop();
  const servers = list.data?.servers;
  const chosen = useMemo(() => chooseForWall(servers ?? [], search), [servers, search]);
  const trouble = (servers ?? []).filter((server) => isTrouble(stateOf(server))).length;
  return (
    <div
      ref={wall}
      data-wall=""
      style={{ top: isFull ? 0 : top }}
      className={`fixed inset-x-0 flex flex-col gap-3 bg-canvas p-3 text-ink ${isFull ? "bottom-0" : "bottom-14 md:bottom-0"}`}
    >
      <WallHead
        servers={servers ?? []}
        search={search}
        changes={changes}
        isStale={isStale}
        onChange={change}
      >
        <FullScreenButton isFull={isFull} onToggle={toggle} />
      </WallHead>
      <p role="status" className="sr-only">
        {isStale
          ? notCurrent(isAnswering)
          : trouble === 0
            ? "No server is in trouble"
            : `In trouble: ${trouble} of ${servers?.length}`}
      </p>
      {staleSince !== undefined && <StaleBanner since={staleSince} isAnswering={isAnswering} />}
      <ProtectionNote className="text-center" />
      {servers === undefined ? (
        list.isError ? (
          <Problem error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <Loading what="servers" rows={3} className="h-40" />
        )
      ) : chosen.length === 0 ? (
        <Empty title={servers.length === 0 ? "No server has registered yet" : "No matching server"}>
          {servers.length === 0 ? (
            "The first one appears here."
          ) : (
            <Button onClick={() => change({})}>Show all {servers.length}</Button>
          )}
        </Empty>
      ) : (
        <WallGrid servers={chosen} changes={changes} isStale={isStale} />
      )}
      <HubLine />
    </div>
  );
}
