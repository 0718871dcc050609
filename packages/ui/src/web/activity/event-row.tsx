import type { Event } from "@hub/api";
import { sentenceOf } from "@hub/api/sentence";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Code } from "../parts/panels.js";
import type { EventGroup } from "./groups.js";
import { EventMark, kindWord } from "./kinds.js";
import { meaningOfEvent } from "./meaning.js";
import { deciderOf } from "./select.js";

const tones = { breaks: "text-bad", choice: "text-warn", fine: "text-soft" } as const;

/** When in its day something happened; the heading says the day. */
function Clock({ at }: { readonly at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={date.toLocaleString()} className="tabular-nums">
      {date.toLocaleTimeString("en-GB")}
    </time>
  );
}

/** What happened, once or again and again, as a sentence and what it means for callers; its JSON is one click away. */
export function EventRow({
  group,
  isOpen,
  onToggle,
  onWho,
}: {
  readonly group: EventGroup;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onWho: (who: string) => void;
}) {
  const { events } = group;
  const [event, ...before] = events;
  const { text, fix, place } = sentenceOf(event);
  const meaning = meaningOfEvent(event);
  const who = deciderOf(event)?.at(-1);
  const oldest = before.at(-1);
  const kinds = [...new Set(events.map(({ kind }) => kindWord(kind)))];
  return (
    <article data-event={event.seq} className="border-b border-line px-3 py-2.5 sm:px-4">
      <div className="flex gap-3">
        <EventMark event={event} />
        <div className="min-w-0 flex-1">
          <p className="break-words">
            <Link
              to="/ui/servers/$id"
              params={{ id: event.serverId }}
              className="font-semibold text-accent hover:underline"
            >
              {event.name}
            </Link>{" "}
            {text}
          </p>
          {meaning !== undefined && (
            <p data-meaning={meaning.level} className={`text-sm ${tones[meaning.level]}`}>
              {meaning.text}
            </p>
          )}
          {fix !== undefined && (
            <p className="text-sm break-words text-soft">
              <span className="font-medium text-ink">Fix:</span> {fix}
            </p>
          )}
          <div className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-soft">
            <span className="sm:hidden">
              <Clock at={event.at} />
            </span>
            <span className="font-medium">{kinds.join(" and ")}</span>
            {place !== undefined && <span className="font-mono break-all">{place}</span>}
            {who !== undefined && (
              <button
                type="button"
                onClick={() => onWho(who)}
                className="min-h-6 max-w-full truncate rounded-md px-1 hover:bg-raised hover:text-ink"
              >
                Only by {who}
              </button>
            )}
            {event.kind === "capabilities-changed" && event.previousHash !== undefined && (
              <Link
                to="/ui/servers/$id"
                params={{ id: event.serverId }}
                search={{ tab: "changes" }}
                className="inline-flex min-h-6 items-center text-accent hover:underline"
              >
                Its changes<span className="sr-only"> of {event.name}</span>
              </Link>
            )}
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={onToggle}
              className="inline-flex min-h-6 items-center gap-0.5 rounded-md px-1 hover:bg-raised hover:text-ink"
            >
              <ChevronRight
                className={`size-3.5 motion-safe:transition-transform ${isOpen ? "rotate-90" : ""}`}
                aria-hidden="true"
              />
              {oldest === undefined ? (
                "JSON"
              ) : (
                <>
                  {events.length} events since <Clock at={oldest.at} />
                </>
              )}
              <span className="sr-only"> of event {event.seq}</span>
            </button>
          </div>
        </div>
        <span className="hidden shrink-0 text-right text-sm whitespace-nowrap text-soft sm:block">
          <Clock at={event.at} />
        </span>
      </div>
      {isOpen &&
        (oldest === undefined ? (
          <Json event={event} />
        ) : (
          <ul
            aria-label={`Events of ${event.name}`}
            className="mt-1 grid grid-cols-1 gap-1 sm:ml-11"
          >
            {events.map((one) => (
              <li key={one.seq} className="text-sm break-words">
                <span className="mr-2 text-soft">
                  <Clock at={one.at} />
                </span>
                {sentenceOf(one).text}
              </li>
            ))}
          </ul>
        ))}
    </article>
  );
}

function Json({ event }: { readonly event: Event }) {
  return (
    <Code
      text={JSON.stringify(event, null, 2)}
      what={`event ${event.seq}`}
      className="mt-2 sm:ml-11"
    />
  );
}
