import type { Pulse, ServerSummary } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { FileText, MessageSquareText, Wrench } from "lucide-react";
import { Ago } from "../live/ago.js";
import { Badge } from "../parts/panels.js";
import { Sparkline } from "../parts/sparkline.js";
import { StatusMark } from "../parts/status.js";
import { FlappingBadge } from "./flapping-badge.js";
import { OperatorBadges } from "./operator-badges.js";
import { ServerIcon } from "./server-icon.js";

export type ServerPulse = Pulse["servers"][string];

const transports = { "streamable-http": "HTTP", sse: "SSE" } as const;

export function transportName(transport: ServerSummary["transport"]): string {
  return transports[transport];
}

const mostTags = 2;

/** What may pass by itself, or is as its owner wants it. */
const amber: ReadonlySet<ServerSummary["status"]> = new Set(["suspect", "needs-token"]);

function Count({
  icon: Icon,
  count,
  one,
  many,
}: {
  readonly icon: typeof Wrench;
  readonly count: number;
  readonly one: string;
  readonly many: string;
}) {
  return (
    <span className="inline-flex items-center gap-1 tabular-nums" title={`${count} ${many}`}>
      <Icon className="size-3.5" aria-hidden="true" />
      {count}
      <span className="sr-only">{count === 1 ? one : many}</span>
    </span>
  );
}

export function Counts({ server }: { readonly server: ServerSummary }) {
  const { capabilities } = server;
  if (capabilities === null)
    return (
      <span className="text-soft">
        {server.status === "needs-token" ? "not shown to the hub" : "not read yet"}
      </span>
    );
  const resources = capabilities.resources + capabilities.resourceTemplates;
  return (
    <span className="inline-flex shrink-0 gap-3">
      <Count icon={Wrench} count={capabilities.tools} one="tool" many="tools" />
      {resources > 0 && <Count icon={FileText} count={resources} one="resource" many="resources" />}
      {capabilities.prompts > 0 && (
        <Count icon={MessageSquareText} count={capabilities.prompts} one="prompt" many="prompts" />
      )}
    </span>
  );
}

export function Latency({
  pulse,
  className,
}: {
  readonly pulse: ServerPulse | undefined;
  readonly className?: string;
}) {
  const last = pulse?.latenciesMs.at(-1);
  if (pulse === undefined || last === undefined) return <span className="text-soft">–</span>;
  const text = `${last < 10 ? last.toFixed(1) : Math.round(last)} ms`;
  return (
    <span className="inline-flex shrink-0 items-center gap-2 whitespace-nowrap">
      <Sparkline
        values={pulse.latenciesMs}
        label={`Latency of the last ${pulse.latenciesMs.length} probes, now ${text}`}
        className={className ?? "h-5 w-16 text-accent"}
      />
      <span className="text-xs text-soft tabular-nums">{text}</span>
    </span>
  );
}

/** One server at a glance. */
export function ServerCard({
  server,
  pulse,
  match,
}: {
  readonly server: ServerSummary;
  readonly pulse: ServerPulse | undefined;
  readonly match: string | undefined;
}) {
  const { id, name, title, description, status, instances, tags, owner } = server;
  const problem = instances.find((instance) => instance.problem !== undefined)?.problem;
  const up = instances.filter((instance) => instance.status === "up").length;
  return (
    <article
      data-server={id}
      className="relative flex h-full flex-col rounded-xl border border-line bg-surface p-4 shadow-card motion-safe:transition-colors hover:border-line-strong"
    >
      <div className="flex items-start gap-3">
        <ServerIcon server={server} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">
            <Link
              to="/ui/servers/$id"
              params={{ id }}
              className="after:absolute after:inset-0 after:rounded-xl"
            >
              {title ?? name}
            </Link>
          </h2>
          <p className="truncate text-xs text-soft">
            {title === undefined ? id : name}
            {server.version !== undefined && ` · ${server.version}`}
            {owner !== undefined && ` · ${owner}`}
          </p>
        </div>
        <StatusMark status={status} />
      </div>
      <p className="mt-3 line-clamp-2 min-h-10 text-sm leading-5 text-soft">
        {problem !== undefined && status !== "up" ? (
          <span className={amber.has(status) ? "text-warn" : "text-bad"}>{problem.cause}</span>
        ) : (
          (description ?? <span className="font-mono text-xs break-all">{server.endpoint}</span>)
        )}
      </p>
      {/* On one line: names are cut, counts are not. */}
      <div className="mt-2 flex min-h-5 gap-1">
        {match !== undefined && <Badge tone="accent">has {match}</Badge>}
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
      <div className="mt-auto flex items-center justify-between gap-3 border-t border-line pt-2 text-sm">
        <Counts server={server} />
        <Latency pulse={pulse} />
        <span className="truncate text-xs text-soft">
          {pulse === undefined ? (
            "–"
          ) : (
            <>
              seen <Ago at={pulse.lastSeenAt} />
            </>
          )}
        </span>
      </div>
    </article>
  );
}
