import { Link } from "@tanstack/react-router";
import { Minus, Pencil, Plus } from "lucide-react";
import { useMemo } from "react";
import { Badge } from "../parts/panels.js";
import { type Definition, textOf } from "./definition.js";
import { DifferenceView } from "./difference-view.js";
import { differencesOf } from "./differences.js";
import type { Folded } from "./fold.js";
import { meaningsOf } from "./meaning.js";
import { MeaningList } from "./meaning-list.js";
import { RawJson } from "./raw-json.js";

const looks = {
  added: { icon: Plus, text: "text-good" },
  removed: { icon: Minus, text: "text-bad" },
  changed: { icon: Pencil, text: "text-warn" },
} as const;

const kinds = {
  tools: { word: "tool", tab: "tools" },
  resources: { word: "resource", tab: "resources" },
  resourceTemplates: { word: "template", tab: "resources" },
  prompts: { word: "prompt", tab: "prompts" },
} as const;

/** Of so many that changed alike each is named. */
const mostNamed = 30;

/** What came, went or became different: one item, or several that became different in the same way. */
export function ChangedItemView({
  serverId,
  folded: { first, others },
}: {
  readonly serverId: string;
  readonly folded: Folded;
}) {
  const { change, kind, key, before, after, isCut } = first;
  const { icon: Icon, text } = looks[change];
  const { word, tab } = kinds[kind];
  const description = textOf((after ?? before)?.description);
  const meanings = useMemo(() => meaningsOf(first), [first]);
  const all = [first, ...others];
  return (
    <li data-changed={key} className="border-l-2 border-line pl-3">
      <div className="flex flex-wrap items-center gap-x-2 text-sm">
        <span className={`inline-flex items-center gap-1 font-medium ${text}`}>
          <Icon className="size-4" aria-hidden="true" />
          {change}
        </span>
        <Badge>{all.length === 1 ? word : `${all.length} ${word}s, all alike`}</Badge>
        {all.slice(0, mostNamed).map((item) =>
          change === "removed" ? (
            <code key={item.key} className="font-mono break-all">
              {item.key}
            </code>
          ) : (
            <Link
              key={item.key}
              to="/ui/servers/$id"
              params={{ id: serverId }}
              search={{ tab, item: item.key }}
              className="font-mono break-all text-accent hover:underline"
            >
              {item.key}
            </Link>
          ),
        )}
        {all.length > mostNamed && (
          <span className="text-soft">and {all.length - mostNamed} more</span>
        )}
        {change !== "changed" && description !== undefined && (
          <span className="line-clamp-1 min-w-0 text-soft">{description}</span>
        )}
      </div>
      {change !== "added" && <MeaningList meanings={meanings} />}
      {isCut === true && change !== "added" ? (
        <p className="mt-1 text-sm text-soft">
          Its definition was too large for the hub to keep: only that it was {change} is known.
        </p>
      ) : change === "changed" ? (
        <Differences before={before} after={after} />
      ) : (
        change === "removed" && (
          <div className="mt-1">
            <RawJson value={before} what={`what ${key} was`} summary="Previous definition" />
          </div>
        )
      )}
    </li>
  );
}

function Differences({
  before,
  after,
}: {
  readonly before: Definition | undefined;
  readonly after: Definition | undefined;
}) {
  const { differences, isCut } = useMemo(() => differencesOf(before, after), [before, after]);
  return (
    <>
      <dl className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-2">
        {differences.map((difference) => (
          <DifferenceView key={difference.path} difference={difference} />
        ))}
      </dl>
      {isCut && <p className="mt-1 text-sm text-soft">There are more differences.</p>}
      <div className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-1">
        <RawJson value={before} what="what differs, before" summary="Differences, before" />
        <RawJson value={after} what="what differs, after" summary="Differences, after" />
      </div>
    </>
  );
}
