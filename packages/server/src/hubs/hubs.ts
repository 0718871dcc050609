import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@hub/core";
import { type HubShare, Membership, type ReportChannel } from "@hub/core/hubs";
import type { JsonValue } from "@hub/core/json";
import {
  type HubIdentity,
  type HubReport,
  hubTimes,
  type Pulsed,
  type SharedWrites,
} from "@hub/core/storage";

export type HubsOptions = {
  readonly shared: Pick<SharedWrites, "hubs" | "onNews">;
  readonly hub: HubIdentity;
  readonly clock: Clock;
  /** Told when what another hub reports cannot be understood, or a channel fails. */
  readonly onError: (error: unknown) => void;
  /** Told when contact to the store was lost, and when it is back. */
  readonly onContact: (isInContact: boolean) => void;
};

type Report = {
  /** This hub knows nothing of what others saw. */
  readonly wantsAll?: true;
  readonly said: Readonly<Record<string, JsonValue>>;
};

/** Pulses out of turn are so far apart at least. */
const hurrySpacingMs = 50;
/** After a pulse that failed. */
const againMs = 500;
/** How long a new hub waits for what the others know before it serves. */
const introductionMs = 2_500;
/** What is no longer needed is removed once in so many pulses. */
const pulsesPerTidying = 30;

/** This hub among others on the same store: it says that it lives and what it saw, and hears the same of them. */
export class Hubs implements HubShare {
  readonly isShared = true;
  readonly #options: HubsOptions;
  readonly #membership: Membership;
  readonly #channels = new Map<string, ReportChannel>();
  readonly #listeners = new Set<(isBack: boolean) => void>();
  /** The newest report of each hub that was read. */
  readonly #read = new Map<string, number>();
  /** Since when each of those hubs is not seen any more. */
  readonly #goneSince = new Map<string, number>();
  #unsent: { readonly number: number; readonly text: string; readonly at: number } | undefined;
  #reports = 0;
  #isUrgent = false;
  #wantsAll = true;
  #isAllWanted = false;
  #members = "";
  #hasJoined = false;
  #heardAt = 0;
  #wasInContact = true;
  /** The clock of the store ahead of the monotonic one. */
  #wallAhead: number | undefined;
  #pulses = 0;
  #running: Promise<void> | undefined;
  #pulsedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isStarted = false;
  #isStopping = false;
  #stopListening = () => {};

  constructor(options: HubsOptions) {
    this.#options = options;
    this.#membership = new Membership(options.hub.id);
  }

  /** Before `start`: one kind of what hubs tell each other. All hubs know it by the same name. */
  addChannel(name: string, channel: ReportChannel): void {
    this.#channels.set(name, channel);
  }

  /** Calls `listener` when the hubs that share the work are others. `isBack`: after the store could not be asked. */
  onShareChanged(listener: (isBack: boolean) => void): void {
    this.#listeners.add(listener);
  }

  /** Joins the others. Rejects with STORE_UNAVAILABLE. */
  async start(): Promise<void> {
    this.#stopListening = this.#options.shared.onNews("hubs", () => this.#soon());
    await this.#pulse();
    // So that its first lists say what the others know. One that was killed just now tells nothing any more.
    const connected = await this.#options.shared.hubs.connected();
    const others = this.list().filter(
      ({ id, isMember }) => isMember && id !== this.#options.hub.id && connected.has(id),
    );
    const begunAt = this.#now();
    const isHeard = () => others.every(({ id, reports }) => (this.#read.get(id) ?? 0) > reports);
    while (!isHeard() && this.#now() - begunAt < introductionMs) {
      await sleep(hurrySpacingMs);
      await this.#pulse();
    }
    this.#isStarted = true;
    this.#next(hubTimes.pulse);
  }

  /** Hands its work to the others. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#stopListening();
    await this.#running?.catch(() => {});
    try {
      // What it saw last.
      this.#isUrgent = true;
      await this.#pulse();
      this.#membership.leave();
      await this.#options.shared.hubs.leave(this.#options.hub.id);
    } catch {
      // They notice by themselves.
    }
  }

  get isCutOff(): boolean {
    return this.#hasJoined && !this.#membership.isInContact(this.#now());
  }

  /** While it is cut off: when it last heard of the others, in milliseconds since 1970. */
  get cutOffSince(): number | undefined {
    return this.isCutOff ? this.#heardAt : undefined;
  }

  owns(key: string): boolean {
    return this.#membership.owns(key, this.#now());
  }

  looksAfter(key: string): boolean {
    return this.#membership.looksAfter(key, this.#now());
  }

  /** The time, in milliseconds since 1970, by a clock that all hubs on the store agree on. */
  wall(): number {
    return this.#wallAhead === undefined
      ? this.#options.clock.wall()
      : this.#wallAhead + this.#now();
  }

  /** Which hub decides about a key, as this one sees it. */
  ownerOf(key: string): string | undefined {
    return this.#membership.ownerOf(key, this.#now());
  }

  /** Every hub that was seen lately. */
  list() {
    return this.#membership.hubs(this.#now());
  }

  /** Whether this hub has another key than the one that is noted at the store. */
  get hasAnotherKey(): boolean {
    return this.list().some(
      ({ id, hasAnotherKey }) => id === this.#options.hub.id && hasAnotherKey === true,
    );
  }

  /** The ids of those that live, as far as anybody knows, also of one that has no part of the work yet. */
  present(): readonly string[] {
    return this.list().flatMap(({ id, seenAgoMs }) => (seenAgoMs <= hubTimes.gone ? [id] : []));
  }

  /** Something is to be told at once. */
  hurry(): void {
    this.#isUrgent = true;
    this.#soon();
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #soon(): void {
    if (this.#running !== undefined || !this.#isStarted) return;
    this.#next(Math.max(0, this.#pulsedAt + hurrySpacingMs - this.#now()));
  }

  #next(afterMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopping) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#pulse()
        .then(
          () => (this.#isUrgent ? hurrySpacingMs : hubTimes.pulse),
          () => againMs,
        )
        .then((waitMs) => {
          this.#running = undefined;
          this.#tellContact();
          this.#next(waitMs);
        });
    }, afterMs).unref();
  }

  async #pulse(): Promise<void> {
    const { shared, hub } = this.#options;
    const askedAt = this.#now();
    this.#pulsedAt = askedAt;
    const isUrgent = this.#isUrgent;
    this.#isUrgent = false;
    this.#unsent ??= this.#collect();
    const report = this.#unsent;
    const wasInContact = this.#membership.isInContact(askedAt);
    let pulsed: Pulsed;
    try {
      pulsed = await shared.hubs.pulse({
        hub,
        isJoining: !wasInContact,
        report: report && { ...report, agoMs: askedAt - report.at },
        isUrgent,
        read: this.#read,
      });
    } catch (error) {
      this.#isUrgent ||= isUrgent;
      throw error;
    }
    this.#unsent = undefined;
    this.#wallAhead = pulsed.wall - this.#now();
    this.#membership.take(pulsed, { askedAt, answeredAt: this.#now() });
    const isBack = pulsed.joined !== undefined && this.#hasJoined;
    if (pulsed.joined !== undefined) {
      // What they told before is worth less than all that they know now.
      this.#wantsAll ||= isBack;
      for (const other of pulsed.hubs) this.#read.set(other.id, other.reports);
    } else for (const one of pulsed.reports) this.#hear(one);
    this.#forgetGone(pulsed);
    this.#hasJoined = true;
    this.#heardAt = this.#options.clock.wall();
    this.#tellContact();
    const members = this.#membership.members(this.#now()).join(" ");
    if (members !== this.#members || isBack) {
      this.#members = members;
      for (const listener of this.#listeners) this.#guarded(() => listener(isBack));
    }
    this.#pulses += 1;
    if (this.#pulses % pulsesPerTidying === 0 && this.owns(tidying)) void this.#tidy();
  }

  /** Nothing of a hub that is gone comes any more when its reports are too old. */
  #forgetGone({ hubs }: Pulsed): void {
    const now = this.#now();
    const seen = new Set(hubs.map(({ id }) => id));
    for (const id of [...this.#read.keys()]) {
      const since = seen.has(id) ? undefined : (this.#goneSince.get(id) ?? now);
      if (since !== undefined && now - since <= hubTimes.kept) this.#goneSince.set(id, since);
      else this.#goneSince.delete(id);
      if (since !== undefined && now - since > hubTimes.kept) this.#read.delete(id);
    }
  }

  #tellContact(): void {
    const isInContact = this.#membership.isInContact(this.#now());
    if (isInContact === this.#wasInContact) return;
    this.#wasInContact = isInContact;
    this.#options.onContact(isInContact);
  }

  async #tidy(): Promise<void> {
    await this.#options.shared.hubs.tidy().catch(() => {});
  }

  /** Everything that is to be told. Nothing is lost when it cannot be sent: it is sent again. */
  #collect() {
    const said: Record<string, JsonValue> = {};
    const isAllWanted = this.#isAllWanted;
    for (const [name, channel] of this.#channels)
      this.#guarded(() => {
        const one = channel.take(isAllWanted);
        if (one !== undefined) said[name] = one;
      });
    const report: Report = { said, ...(this.#wantsAll ? { wantsAll: true } : {}) };
    this.#isAllWanted = false;
    if (!this.#wantsAll && !isAllWanted && Object.keys(said).length === 0) return undefined;
    this.#wantsAll = false;
    this.#reports += 1;
    return { number: this.#reports, text: JSON.stringify(report), at: this.#now() };
  }

  #hear({ hubId, number, agoMs, text }: HubReport): void {
    if (number !== (this.#read.get(hubId) ?? 0) + 1) this.#wantsAll = true;
    this.#read.set(hubId, number);
    this.#guarded(() => {
      // What hubs write is what they read; a newer one may say more.
      const { wantsAll, said } = JSON.parse(text) as Report;
      if (wantsAll === true) {
        this.#isAllWanted = true;
        this.#isUrgent = true;
      }
      for (const [name, channel] of this.#channels) {
        const one = said[name];
        if (one !== undefined) this.#guarded(() => channel.hear(one, agoMs, hubId));
      }
    });
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

/** Whoever owns this key does what one hub does for all. */
export const tidying = "\u0000tidying";
