import type { Event } from "@hub/api";
import { sentenceOf } from "@hub/api/sentence";

/** What happened again and again on one day to one server, or once. */
export type EventGroup = {
  readonly kind: "events";
  /** The same for as long as it is the same group: its first event's number. */
  readonly key: string;
  /** Newest first, and never none. */
  readonly events: readonly [Event, ...Event[]];
};

/** A line of the list: the heading of a day, or what happened on it. */
export type Line = { readonly kind: "day"; readonly key: string; readonly at: number } | EventGroup;

/** Midnight before an instant, where whoever looks is. */
export function dayOf(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** A day as a heading, seen from `now`. */
export function dayName(day: number, now: number): string {
  const today = dayOf(now);
  if (day === today) return "Today";
  if (day === dayOf(today - 1)) return "Yesterday";
  const isThisYear = new Date(day).getFullYear() === new Date(now).getFullYear();
  return new Date(day).toLocaleDateString("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(isThisYear ? {} : { year: "numeric" }),
  });
}

/** `2026-11-27` of a day, as it stands in the URL. */
export function dayText(day: number): string {
  const date = new Date(day);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The midnight that such a text names; undefined for anything else. */
export function dayFrom(text: string): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const day = new Date(Number(year), Number(month) - 1, Number(date)).getTime();
  return Number.isFinite(day) && dayText(day) === text ? day : undefined;
}

/** Two events with the same key say the same. */
function sameness(event: Event): string {
  // A removal is told twice: that the instance left, and that the server is gone.
  if (event.kind === "deregistered" || event.kind === "forgotten") return "gone";
  return `${event.kind} ${sentenceOf(event).text}`;
}

/** How many of the first events go together: all alike, or two that take turns at least twice. */
function lengthOfRun(keys: readonly string[], from: number): number {
  const [one, two] = [keys[from], keys[from + 1]];
  const isTurning = two !== one && keys[from + 2] === one && keys[from + 3] === two;
  let length = 1;
  while (
    from + length < keys.length &&
    keys[from + length] === (isTurning && length % 2 === 1 ? two : one)
  )
    length += 1;
  return length;
}

/**
 * The lines of a list of events, newest first: a heading for each day, and under it what happened, with
 * what happened to a server again and again in one line, where the last of it stands.
 */
export function linesOf(events: readonly Event[]): readonly Line[] {
  const days = new Map<number, Event[]>();
  for (const event of events) {
    const day = dayOf(Date.parse(event.at));
    const those = days.get(day);
    if (those === undefined) days.set(day, [event]);
    else those.push(event);
  }
  return [...days].flatMap(([day, those]): Line[] => [
    { kind: "day", key: `day ${day}`, at: day },
    ...groupsOf(those),
  ]);
}

function groupsOf(events: readonly Event[]): readonly EventGroup[] {
  const byServer = new Map<string, Event[]>();
  for (const event of events) {
    const those = byServer.get(event.serverId);
    if (those === undefined) byServer.set(event.serverId, [event]);
    else those.push(event);
  }
  const groups = [...byServer.values()].flatMap((those) => {
    const keys = those.map(sameness);
    const runs: EventGroup[] = [];
    for (let at = 0; at < those.length; ) {
      const length = lengthOfRun(keys, at);
      const [first, ...rest] = those.slice(at, at + length);
      at += length;
      if (first === undefined) continue;
      runs.push({
        kind: "events",
        key: `event ${(rest.at(-1) ?? first).seq}`,
        events: [first, ...rest],
      });
    }
    return runs;
  });
  return groups.sort((a, b) => b.events[0].seq - a.events[0].seq);
}
