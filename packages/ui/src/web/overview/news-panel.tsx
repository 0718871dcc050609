import { Link } from "@tanstack/react-router";
import { Ago } from "../live/ago.js";
import { hubNow } from "../live/clock.js";
import { Loading, Panel } from "../parts/panels.js";
import { counted } from "../parts/units.js";
import { daysOf, type HappenedDay, type Happening } from "./digest.js";
import type { News } from "./use-news.js";

/** On each day. */
const mostShown = 5;
const mostArrived = 4;
/** The journal has the others. */
const mostDays = 3;

function dayName(from: number): string {
  const today = new Date(hubNow()).setHours(0, 0, 0, 0);
  if (from >= today) return "Today";
  const yesterday = new Date(today);
  yesterday.setDate(yesterday.getDate() - 1);
  if (from >= yesterday.getTime()) return "Yesterday";
  return new Date(from).toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
  });
}

function HappeningRow({ happening }: { readonly happening: Happening }) {
  const { serverId, name, text, at } = happening;
  return (
    <li data-happened={serverId} className="flex items-baseline gap-3">
      <p className="min-w-0 flex-1 break-words">
        <Link
          to="/ui/servers/$id"
          params={{ id: serverId }}
          className="font-medium hover:underline"
        >
          {name}
        </Link>{" "}
        <span className="text-soft">{text}</span>
      </p>
      <span className="shrink-0 text-xs text-soft">
        <Ago at={at} />
      </span>
    </li>
  );
}

/** Servers of which nothing is told but that they are new, in one line. */
function Arrived({ arrived }: { readonly arrived: readonly Happening[] }) {
  return (
    <p className="break-words text-soft">
      {arrived.slice(0, mostArrived).map(({ serverId, name }, index) => (
        <span key={serverId}>
          {index > 0 && ", "}
          <Link
            to="/ui/servers/$id"
            params={{ id: serverId }}
            className="font-medium text-ink hover:underline"
          >
            {name}
          </Link>
        </span>
      ))}
      {arrived.length > mostArrived && ` and ${arrived.length - mostArrived} more`}{" "}
      {arrived.length === 1 ? "is" : "are"} new
    </p>
  );
}

function DayNews({ day }: { readonly day: HappenedDay }) {
  const { from, happenings, arrived } = day;
  return (
    <section>
      <h3 className="mb-1 text-xs font-medium text-soft">{dayName(from)}</h3>
      <ul aria-label={dayName(from)} className="grid grid-cols-1 gap-2">
        {happenings.slice(0, mostShown).map((one) => (
          <HappeningRow key={one.serverId} happening={one} />
        ))}
        {happenings.length > mostShown && (
          <li className="text-soft">and {counted(happenings.length - mostShown, "more server")}</li>
        )}
        {arrived.length > 0 && (
          <li>
            <Arrived arrived={arrived} />
          </li>
        )}
      </ul>
    </section>
  );
}

/** What happened since somebody was here, day by day. */
export function NewsPanel({ news }: { readonly news: News | undefined }) {
  const days = news === undefined ? [] : daysOf(news.events).slice(0, mostDays);
  const title =
    news === undefined || news.isFirstVisit ? (
      "What happened"
    ) : (
      <>
        Since you were here, <Ago at={new Date(news.since).toISOString()} />
      </>
    );
  return (
    <Panel
      title={title}
      actions={
        <Link to="/ui/activity" className="text-accent hover:underline">
          Activity
        </Link>
      }
    >
      {news === undefined && <Loading what="what happened" rows={2} className="h-5" />}
      {news !== undefined && days.length === 0 && <p className="text-soft">Nothing happened.</p>}
      <div className="grid grid-cols-1 gap-3">
        {days.map((day) => (
          <DayNews key={day.from} day={day} />
        ))}
      </div>
    </Panel>
  );
}
