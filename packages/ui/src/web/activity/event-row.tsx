import type { Event } from "@hub/api";
import { sentenceOf } from "@hub/api/sentence";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Ago } from "../live/ago.js";
import { Code } from "../parts/panels.js";
import { EventMark, kindWord } from "./kinds.js";

/** One event as a sentence; its JSON is one click away. */
export function EventRow({
  event,
  isOpen,
  onToggle,
}: {
  readonly event: Event;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}) {
  const { text, fix, place } = sentenceOf(event);
  return (
    <article data-event={event.seq} className="border-b border-line px-3 py-3 sm:px-4">
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
          {fix !== undefined && (
            <p className="mt-0.5 text-sm break-words text-soft">
              <span className="font-medium text-ink">Fix:</span> {fix}
            </p>
          )}
          <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-soft">
            <span className="font-medium">{kindWord(event.kind)}</span>
            {place !== undefined && <span className="font-mono break-all">{place}</span>}
            <span className="sm:hidden">
              <Ago at={event.at} />
            </span>
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={onToggle}
              className="inline-flex min-h-6 items-center gap-0.5 rounded px-1 hover:bg-raised hover:text-ink"
            >
              <ChevronRight
                className={`size-3.5 motion-safe:transition-transform ${isOpen ? "rotate-90" : ""}`}
                aria-hidden="true"
              />
              JSON
              <span className="sr-only"> of event {event.seq}</span>
            </button>
          </div>
        </div>
        <span className="hidden w-20 shrink-0 text-right text-sm whitespace-nowrap text-soft sm:block">
          <Ago at={event.at} />
        </span>
      </div>
      {isOpen && (
        <Code
          text={JSON.stringify(event, null, 2)}
          what={`event ${event.seq}`}
          className="mt-2 sm:ml-11"
        />
      )}
    </article>
  );
}
