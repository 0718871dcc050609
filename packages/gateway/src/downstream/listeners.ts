import type { ListKind } from "@hub/mcp";
import type { Selection } from "../catalogue/selection.js";
import type { Digests } from "../catalogue/view.js";
import type { Views } from "../catalogue/views.js";
import { Turns, type TurnsOptions } from "../turns.js";
import { Notices } from "./notices.js";

/** A server said that a list of its changed. */
type Announcement = { readonly serverId: string; readonly kind: ListKind; readonly at: number };

const kinds = ["tools", "prompts", "resources"] as const;

/** Steps of a turn of the event loop: a few milliseconds of work. */
const stepsPerTurn = 2_000;
/** What writing to a client counts against looking at a server or an item. */
const stepsOfTelling = 20;

/** What no list has. */
const neverSeen: Digests = { tools: "", prompts: "", resources: "" };

type Listener = {
  readonly selection: () => Selection;
  readonly wants: ReadonlySet<ListKind>;
  /** False when the client could not be told now; it is told with the next look. */
  readonly tell: (kind: ListKind) => boolean;
  seen: Digests;
  /** Moments, which are counted and not timed: when it came, and when it was told of each kind last. */
  readonly addedAt: number;
  readonly toldAt: Map<ListKind, number>;
  /** How often it is still to be told of each kind, when every hub knows. */
  readonly owed: Map<ListKind, number>;
  isGone: boolean;
};

/** The listeners of one endpoint: they show the same, so that one look serves them all. */
type Group = {
  readonly listeners: Set<Listener>;
  /** What was compared last; the selection of a toolset may become another one. */
  selectionKey: string;
  /** What all of them have seen or were told of; undefined when some of them are ahead. */
  digests: Digests | undefined;
};

export type ListenersOptions = Partial<Omit<TurnsOptions, "work">> & {
  /** See `GatewayOptions`. Default: there is no other hub. */
  readonly knownToAll?: (() => Promise<void>) | undefined;
};

/** Where a listener is. */
type Place = { readonly key: string; readonly group: Group };

export type Listening = {
  /** Tells at once what this client could not be told before. */
  readonly look: () => void;
  readonly stop: () => void;
};

/**
 * Who is told when lists change. Each client's last list is remembered by its digest, so that it hears of
 * a change once, hears nothing of what ended up as it was, and misses nothing while it was not listening.
 * Only endpoints that a change concerns are looked at, and those in parts, so that nobody waits for all.
 */
export class Listeners {
  readonly #views: Views;
  readonly #groups = new Map<string, Group>();
  readonly #looking: Turns;
  /** Undefined where there is no other hub: what is known here is known. */
  readonly #notices: Notices | undefined;
  /** Servers whose change not every hub may know yet, and when it was noticed here. */
  readonly #spreading = new Map<string, number>();
  /** Servers whose lists changed since the last look began. */
  #changed = new Set<string>();
  /** By server and kind: when the last announcement was made whose list was read since. */
  #settled = new Map<string, Announcement>();
  #isAsked = false;
  #moment = 0;

  constructor(views: Views, { knownToAll, ...options }: ListenersOptions = {}) {
    this.#views = views;
    const turns = { unitsPerTurn: stepsPerTurn, ...options };
    this.#looking = new Turns({ ...turns, work: () => this.#work() });
    if (knownToAll !== undefined) {
      // Others read all that is stored: what changed and was not looked at here yet is noticed first.
      const known = () => {
        views.follow();
        return knownToAll();
      };
      this.#notices = new Notices({ ...turns, knownToAll: known });
    }
    views.onChange((serverIds) => {
      this.#spread(serverIds);
      // Who comes later sees what is there then.
      if (this.#groups.size > 0) for (const id of serverIds) this.#changed.add(id);
    });
  }

  /** `isBehind`: it has seen nothing of what is there now, or nobody knows. Default: it has seen all of it. */
  add(
    selection: () => Selection,
    wants: ReadonlySet<ListKind>,
    tell: (kind: ListKind) => boolean,
    { isBehind = false } = {},
  ): Listening {
    const now = selection();
    const { digests: current } = this.#views.of(now);
    // What it lists at a hub that does not know the change yet is not what is there.
    const isAhead = concerns(now, this.#spreading);
    const digests = isBehind || isAhead ? neverSeen : current;
    const listener: Listener = {
      selection,
      wants,
      tell,
      seen: digests,
      addedAt: this.#next(),
      toldAt: new Map(),
      owed: new Map(),
      isGone: false,
    };
    let place = this.#join(listener, now, digests);
    if (isAhead) this.#tell(listener, current);
    return {
      look: () => {
        const selected = selection();
        const { digests: current } = this.#views.of(selected);
        // Who may call something else now shows the same as others do.
        if (place.key !== groupKey(selected)) {
          this.#leave(listener, place);
          place = this.#join(listener, selected, listener.seen);
        }
        this.#tell(listener, current);
        goAhead(place.group, current);
      },
      stop: () => {
        listener.isGone = true;
        this.#leave(listener, place);
      },
    };
  }

  #join(listener: Listener, selection: Selection, digests: Digests): Place {
    const key = groupKey(selection);
    const group: Group = this.#groups.get(key) ?? {
      listeners: new Set(),
      selectionKey: selection.key,
      digests,
    };
    this.#groups.set(key, group);
    group.listeners.add(listener);
    goAhead(group, digests);
    return { key, group };
  }

  #leave(listener: Listener, { key, group }: Place): void {
    group.listeners.delete(listener);
    if (group.listeners.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
  }

  /** Compares what clients saw last with what is there now. A look that runs is followed by another. */
  look(): void {
    this.#isAsked = true;
    this.#looking.start();
  }

  close(): void {
    this.#looking.stop();
    this.#notices?.close();
  }

  /**
   * A server said that its list changed; who selects it hears so once, with a look that finds it changed
   * or, when the list was read again, with the look after the returned function was called.
   */
  announced(serverId: string, kind: ListKind): () => void {
    const at = this.#next();
    return () => void this.#settled.set(`${serverId} ${kind}`, { serverId, kind, at });
  }

  *#work(): Generator<number, void> {
    while (this.#isAsked) {
      this.#isAsked = false;
      this.#views.follow();
      const [changed, settled] = [this.#changed, [...this.#settled.values()]];
      this.#changed = new Set();
      this.#settled = new Map();
      for (const group of [...this.#groups.values()]) {
        const [first] = group.listeners;
        if (first === undefined) continue;
        const selection = first.selection();
        yield* this.#compare(group, selection, changed);
        for (const announcement of settled) yield* this.#settle(group, selection, announcement);
      }
    }
  }

  *#compare(
    group: Group,
    selection: Selection,
    changed: ReadonlySet<string>,
  ): Generator<number, void> {
    yield 1 + (selection.servers === undefined ? 0 : changed.size);
    if (selection.key === group.selectionKey && !concerns(selection, changed)) return;
    const { digests, work } = this.#views.of(selection);
    const isSame = areSame(digests, group.digests);
    group.selectionKey = selection.key;
    if (!isSame) {
      group.digests = undefined;
      for (const listener of group.listeners) {
        // Between two of them the list may have become another one: each is told of the last.
        const current = this.#views.of(selection);
        yield this.#tell(listener, current.digests) +
          (current.digests === digests ? 0 : current.work);
      }
      if (this.#views.of(selection).digests === digests) group.digests = digests;
    }
    yield work;
  }

  /** Tells those whom no difference has told since. */
  *#settle(
    { listeners }: Group,
    selection: Selection,
    { serverId, kind, at }: Announcement,
  ): Generator<number, void> {
    yield 1;
    if (selection.mode === "search" || !this.#views.shows(selection, serverId)) return;
    // Of who may call some of its tools alone, only a difference says whether these are meant.
    if (!this.#views.mayFollow(selection, serverId)) return;
    for (const listener of listeners) {
      const { addedAt, toldAt, wants } = listener;
      const isOwed = wants.has(kind) && addedAt < at && (toldAt.get(kind) ?? 0) < at;
      if (!isOwed) continue;
      if (this.#send(listener, kind)) toldAt.set(kind, this.#next());
      yield stepsOfTelling;
    }
  }

  /** Returns the steps it took. */
  #tell(listener: Listener, digests: Digests): number {
    const { seen, wants } = listener;
    const different = kinds.filter((kind) => wants.has(kind) && digests[kind] !== seen[kind]);
    const untold = different.filter((kind) => !this.#send(listener, kind));
    for (const kind of different)
      if (!untold.includes(kind)) listener.toldAt.set(kind, this.#next());
    const before = Object.fromEntries(untold.map((kind) => [kind, seen[kind]]));
    listener.seen = untold.length === 0 ? digests : { ...digests, ...before };
    return 1 + different.length * stepsOfTelling;
  }

  /** False when the client cannot be told now. */
  #send(listener: Listener, kind: ListKind): boolean {
    if (this.#notices === undefined) return listener.tell(kind);
    listener.owed.set(kind, (listener.owed.get(kind) ?? 0) + 1);
    this.#notices.add(() => {
      const owed = (listener.owed.get(kind) ?? 1) - 1;
      listener.owed.set(kind, owed);
      if (listener.isGone) return;
      if (listener.tell(kind)) {
        // What it reads at another hub may be a list in between, also where this one came back to the list of before.
        if (owed === 0 && concerns(listener.selection(), this.#spreading))
          this.#send(listener, kind);
        return;
      }
      // What it saw then may be what is there when it listens again, and was another list in between.
      listener.seen = { ...listener.seen, [kind]: neverSeen[kind] };
    });
    return true;
  }

  #spread(serverIds: readonly string[]): void {
    if (this.#notices === undefined) return;
    const at = this.#next();
    for (const id of serverIds) this.#spreading.set(id, at);
    this.#notices.add(() => {
      for (const id of serverIds) if (this.#spreading.get(id) === at) this.#spreading.delete(id);
    });
  }

  #next(): number {
    this.#moment += 1;
    return this.#moment;
  }
}

function groupKey({ endpoint, directOnly, policy }: Selection): string {
  return `${endpoint} ${directOnly} ${policy?.key ?? ""}`;
}

/** Whether one of these may be shown by a selection, or was. */
function concerns(
  { servers }: Selection,
  changed: ReadonlySet<string> | ReadonlyMap<string, unknown>,
): boolean {
  if (servers === undefined) return changed.size > 0;
  for (const id of changed.keys()) if (servers.has(id)) return true;
  return false;
}

const areSame = (one: Digests, other: Digests | undefined): boolean =>
  other !== undefined && kinds.every((kind) => one[kind] === other[kind]);

/** One of a group has seen this; the next look must not stop at what the group had in common. */
function goAhead(group: Group, seen: Digests): void {
  if (!areSame(seen, group.digests)) group.digests = undefined;
}
