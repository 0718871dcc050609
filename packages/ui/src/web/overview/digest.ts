import type { Event } from "@hub/api";

/** What happened to one server, in words. */
export type Happening = {
  readonly serverId: string;
  readonly name: string;
  /** Goes on after the name. */
  readonly text: string;
  /** The last of it. */
  readonly at: string;
};

const isOut = (status: string) => status === "down" || status === "unreachable";

const isNew = "is new";

const times = (count: number) => (count === 1 ? "once" : `${count} times`);

const ways = ["added", "removed", "changed"] as const;
/** So many of what changed are named. */
const mostNamed = 2;

type Sum = {
  outages: number;
  isOut: boolean;
  readonly changed: Record<(typeof ways)[number], { count: number; readonly names: Set<string> }>;
  readonly words: Set<string>;
};

const said: Readonly<Partial<Record<Event["kind"], string>>> = {
  edited: "was edited",
  "credentials-changed": "got other credentials",
  admitted: "was let in",
  refused: "was refused",
  waiting: "waits to be let in",
  "name-conflict": "has a name that another server wants",
};

function add(sum: Sum, event: Event): void {
  switch (event.kind) {
    case "registered":
      if (event.isNewServer) sum.words.add(isNew);
      return;
    case "status-changed": {
      const isOutNow = isOut(event.serverStatus);
      if (isOutNow && !sum.isOut) sum.outages += 1;
      sum.isOut = isOutNow;
      return;
    }
    case "capabilities-changed":
      // What a server offers at first is no change of it.
      if (event.previousHash === undefined) return;
      for (const way of ways) sum.changed[way].count += event[way];
      for (const { change, key } of event.items) sum.changed[change].names.add(key);
      return;
    case "deregistered":
      sum.words.add(event.reason === "left" ? "left" : "was removed");
      return;
    case "forgotten":
      sum.words.add("was forgotten");
      return;
    default: {
      const word = said[event.kind];
      if (word !== undefined) sum.words.add(word);
    }
  }
}

function words({ outages, isOut: isStillOut, changed, words: others }: Sum): string {
  const offers = ways.flatMap((way) => {
    const { count, names } = changed[way];
    if (count === 0) return [];
    const named = [...names].slice(0, mostNamed).join(", ");
    const more = names.size > mostNamed ? ", …" : "";
    return [`${count} ${way}${named === "" ? "" : ` (${named}${more})`}`];
  });
  return [
    ...others,
    ...(outages === 0
      ? []
      : [
          isStillOut
            ? outages === 1
              ? "is out"
              : `was out ${times(outages)}, and is`
            : `was out ${times(outages)}`,
        ]),
    ...(offers.length === 0 ? [] : [`offers ${offers.join(", ")}`]),
  ].join(" · ");
}

/** What happened, a line for each server, the latest first. `events`: newest first. */
export function digestOf(events: readonly Event[]): readonly Happening[] {
  const sums = new Map<string, Sum>();
  for (const event of [...events].reverse()) {
    const sum = sums.get(event.serverId) ?? {
      outages: 0,
      isOut: false,
      changed: {
        added: { count: 0, names: new Set() },
        removed: { count: 0, names: new Set() },
        changed: { count: 0, names: new Set() },
      },
      words: new Set(),
    };
    add(sum, event);
    sums.set(event.serverId, sum);
  }
  const told = new Set<string>();
  return events.flatMap(({ serverId, name, at }) => {
    const sum = sums.get(serverId);
    if (sum === undefined || told.has(serverId)) return [];
    told.add(serverId);
    const text = words(sum);
    return text === "" ? [] : [{ serverId, name, text, at }];
  });
}

/** What happened on one day of the calendar. */
export type HappenedDay = {
  /** When it began, in milliseconds since 1970. */
  readonly from: number;
  readonly happenings: readonly Happening[];
  /** Servers of which nothing is to be told but that they are new. */
  readonly arrived: readonly Happening[];
};

const dayOf = (at: string) => new Date(at).setHours(0, 0, 0, 0);

/** The same day by day, the last day first; days on which nothing is to be told are left out. `events`: newest first. */
export function daysOf(events: readonly Event[]): readonly HappenedDay[] {
  const days = new Map<number, Event[]>();
  for (const event of events) {
    const from = dayOf(event.at);
    const ofDay = days.get(from);
    if (ofDay === undefined) days.set(from, [event]);
    else ofDay.push(event);
  }
  return [...days]
    .map(([from, ofDay]) => {
      const all = digestOf(ofDay);
      return {
        from,
        happenings: all.filter(({ text }) => text !== isNew),
        arrived: all.filter(({ text }) => text === isNew),
      };
    })
    .filter(({ happenings, arrived }) => happenings.length + arrived.length > 0);
}
