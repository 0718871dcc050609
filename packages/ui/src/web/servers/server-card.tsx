import type { Pulse, ServerSummary } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { GiveTokenLink } from "../credentials/give-token-link.js";
import { Ago } from "../live/ago.js";
import { Badge } from "../parts/panels.js";
import { stateOf } from "../parts/seriousness.js";
import { Sparkline } from "../parts/sparkline.js";
import { StatusMark } from "../parts/status.js";
import { CanDo } from "./can-do.js";
import { FavouriteButton } from "./favourite-button.js";
import { FlappingBadge } from "./flapping-badge.js";
import { OperatorBadges } from "./operator-badges.js";
import { SelectBox, type Selection } from "./selection.js";
import { ServerIcon } from "./server-icon.js";

export type ServerPulse = Pulse["servers"][string];

const transports = { "streamable-http": "HTTP", sse: "SSE" } as const;

export function transportName(transport: ServerSummary["transport"]): string {
  return transports[transport];
}

const mostTags = 2;

/** What may pass by itself, or is as its owner wants it. */
const amber: ReadonlySet<ServerSummary["status"]> = new Set(["suspect", "needs-token"]);

export function Latency({
  pulse,
  className,
}: {
  readonly pulse: ServerPulse | undefined;
  readonly className?: string;
}) {
  const last = pulse?.latenciesMs.at(-1);
  if (pulse === undefined || last === undefined) return null;
  const text = `${last < 10 ? last.toFixed(1) : Math.round(last)} ms`;
  return (
    <span className="inline-flex shrink-0 items-center gap-2 align-middle whitespace-nowrap">
      <Sparkline
        values={pulse.latenciesMs}
        label={`Latency of the last ${pulse.latenciesMs.length} probes, now ${text}`}
        className={className ?? "h-5 w-16 text-accent"}
      />
      <span className="text-xs text-soft tabular-nums">{text}</span>
    </span>
  );
}

/** What is wrong with a server, in a sentence; undefined when nothing is. */
function troubleOf({
  status,
  instances,
}: Pick<ServerSummary, "status" | "instances">): string | undefined {
  if (status === "up") return undefined;
  return instances.find(({ problem }) => problem !== undefined)?.problem?.cause;
}

/** One server at a glance. */
export function ServerCard({
  server,
  pulse,
  match,
  selection,
}: {
  readonly server: ServerSummary;
  readonly pulse: ServerPulse | undefined;
  readonly match: string | undefined;
  readonly selection: Selection | undefined;
}) {
  const { id, name, title, description, status, instances, tags, owner } = server;
  const trouble = troubleOf(server);
  const up = instances.filter((instance) => instance.status === "up").length;
  const shown = title ?? name;
  return (
    <article
      data-server={id}
      className="relative flex h-full flex-col rounded-xl border border-line bg-surface p-4 shadow-card motion-safe:transition-colors hover:border-line-strong"
    >
      <div className="flex items-start gap-3">
        {selection !== undefined && <SelectBox id={id} name={shown} selection={selection} />}
        <ServerIcon server={server} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold">
            <Link
              to="/ui/servers/$id"
              params={{ id }}
              className="after:absolute after:inset-0 after:rounded-xl"
            >
              {shown}
            </Link>
          </h2>
          <p className="truncate text-xs text-soft">
            {title === undefined ? id : name}
            {server.version !== undefined && ` · ${server.version}`}
            {owner !== undefined && ` · ${owner}`}
          </p>
        </div>
        <StatusMark status={stateOf(server)} />
      </div>
      <p className="mt-3 line-clamp-2 min-h-10 text-sm text-soft">
        {trouble === undefined ? (
          description
        ) : (
          <span className={amber.has(status) ? "text-warn" : "text-bad"}>{trouble}</span>
        )}
      </p>
      <div className="mt-2 flex min-h-6 pb-3 text-xs">
        {status === "needs-token" ? (
          <GiveTokenLink server={server} isOnCard />
        ) : trouble !== undefined && server.capabilities === null ? null : (
          <CanDo server={server} match={match} />
        )}
      </div>
      <div className="mt-auto flex items-center justify-between gap-3 border-t border-line pt-2 text-sm">
        {/* On one line: names are cut, counts are not. */}
        <div className="flex min-w-0 gap-1">
          {instances.length > 1 && (
            <Badge
              isWhole
              tone={up === instances.length ? "good" : "warn"}
              title={`${up} of ${instances.length} instances are up`}
            >
              {up} of {instances.length} up
            </Badge>
          )}
          <FlappingBadge server={server} />
          <OperatorBadges server={server} />
          {server.transport === "sse" && (
            <Badge isWhole title="It speaks the old HTTP+SSE transport">
              {transportName(server.transport)}
            </Badge>
          )}
          {tags.slice(0, mostTags).map((tag) => (
            <Badge key={tag} title={`#${tag}`}>
              #{tag}
            </Badge>
          ))}
          {tags.length > mostTags && (
            <Badge isWhole title={tags.slice(mostTags).join(", ")}>
              +{tags.length - mostTags}
            </Badge>
          )}
        </div>
        <div className="flex shrink-0 items-center gap-1">
          {status === "up" || pulse === undefined ? (
            <Latency pulse={pulse} />
          ) : (
            <span className="text-xs whitespace-nowrap text-soft">
              seen <Ago at={pulse.lastSeenAt} />
            </span>
          )}
          <FavouriteButton id={id} name={shown} />
        </div>
      </div>
    </article>
  );
}
