import { about } from "./about.js";
import type { BudgetBook } from "./budget-book.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { type Entry, type EntryRecord, type InstanceRecord, refOf } from "./entry.js";
import { type CapabilitiesChanged, summarize } from "./events.js";
import {
  afterReading,
  afterWord,
  type Flapping,
  type Found,
  flappingOf,
  quietPace,
} from "./flapping.js";
import type { Now } from "./health.js";
import { keepChanges } from "./history.js";
import type { HubShare } from "./hubs/hub-share.js";
import type { ProbeSuccess } from "./probe.js";
import type { HubSettings } from "./settings.js";
import {
  type CapabilitySnapshot,
  capabilityKinds,
  diffSnapshots,
  withKnownLists,
} from "./snapshot.js";
import { keyOf, noRoom, SnapshotRoom } from "./snapshot-room.js";
import type { WriteDraft } from "./write-draft.js";

export type OffersOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly budgets: BudgetBook;
  readonly settings: HubSettings;
  readonly now: () => Now;
  readonly share: HubShare;
};

/** What of an entry's snapshot the store does not know yet. */
type Unwritten = {
  readonly serverId: string;
  /** The snapshot that the store has. */
  readonly stored: CapabilitySnapshot | undefined;
  readonly speaker: InstanceRecord;
  readonly flapping?: CapabilitiesChanged["flapping"];
};

type Written = { readonly unwritten: Unwritten; readonly snapshot: CapabilitySnapshot };

/** One step of a history takes at most this part of the budget of its server. */
const shareOfStep = 1 / 4;
/** What a step takes besides its items, and what is held for one that waits for the store. */
const stepFrameBytes = 1_024;

/** Takes over what servers were found to offer, writes its differences down, and notices who flaps. */
export class Offers {
  readonly #options: OffersOptions;
  /** See `keyOf`. */
  readonly #unwritten = new Map<string, Unwritten>();
  /** Of these, those whose turn came while this hub did not decide about them. */
  readonly #left = new Set<string>();
  readonly #room: SnapshotRoom;

  constructor(options: OffersOptions) {
    this.#options = options;
    const { budgets, catalogue } = options;
    const most = (amount: (snapshot: CapabilitySnapshot) => number) => {
      let most: { used: number; by?: string } = { used: 0 };
      for (const { record, snapshot } of catalogue.entries())
        if (snapshot !== undefined && amount(snapshot) > most.used)
          most = { used: amount(snapshot), by: record.id };
      return most;
    };
    this.#room = new SnapshotRoom({
      budgets,
      catalogue,
      earlier: this.#unwritten,
      onGaveWay: (entry) => this.forget(entry.record),
    });
    budgets.watch("snapshotBytes", () => most(({ bytes }) => bytes));
    budgets.watch("snapshotItems", () => most(itemsIn));
  }

  /** Takes over what the store has of an entry, where there is room for it. */
  restore(serverId: string, snapshot: CapabilitySnapshot): void {
    const { catalogue } = this.#options;
    if (this.#room.admit(serverId, snapshot)) catalogue.setSnapshot(serverId, snapshot);
    // What this hub did not get to write down is no longer the next step.
    const record = catalogue.get(serverId)?.record;
    if (record !== undefined) this.#unwritten.delete(keyOf(record));
  }

  /** This hub decides about an entry from now on: what it could not write down before is written. */
  claim(serverId: string, now: Now): void {
    const entry = this.#options.catalogue.get(serverId);
    if (entry === undefined) return;
    const key = keyOf(entry.record);
    if (this.#unwritten.has(key)) this.#note(key, entry, now);
  }

  /** Writes what this hub did not decide about when its turn came, such as while it had no contact for a moment. */
  resume(now: Now): void {
    for (const key of this.#left) {
      const unwritten = this.#unwritten.get(key);
      const entry = unwritten && this.#options.catalogue.get(unwritten.serverId);
      if (entry !== undefined && !this.#options.share.owns(entry.record.id)) continue;
      this.#left.delete(key);
      if (entry !== undefined) this.#note(key, entry, now);
    }
  }

  /** An entry goes, and with it what was not written of it. */
  forget(record: EntryRecord): void {
    this.#unwritten.delete(keyOf(record));
  }

  /** See `Registry.saysItChanged`. */
  saysItChanged(serverId: string): boolean {
    const { catalogue, now } = this.#options;
    const entry = catalogue.get(serverId);
    if (entry === undefined) return false;
    const pace = afterWord(entry.pace ?? quietPace, now());
    catalogue.setPace(serverId, pace);
    return flappingOf(pace) === undefined;
  }

  /**
   * The outcome as it is taken over: lists that could not be read are as they were known, and a snapshot
   * that there is no room for is missing, which a warning says.
   */
  kept(entry: Entry, outcome: ProbeSuccess): ProbeSuccess {
    const { snapshot: read, ...rest } = outcome;
    if (read === undefined) return outcome;
    const { unread = [] } = rest;
    const snapshot = withKnownLists(read, unread, entry.snapshot);
    if (this.#room.has(entry.record.id, snapshot)) return { ...rest, snapshot };
    const { budgets } = this.#options;
    budgets.refused("allSnapshotBytes");
    return {
      ...rest,
      isOverBudget: true,
      warnings: [...outcome.warnings, noRoom("allSnapshotBytes", budgets)],
    };
  }

  /**
   * An instance was read, or should have been. The youngest that is up speaks for the name, so that a
   * rolling restart changes it once.
   */
  take(entry: Entry, instanceId: string, snapshot: CapabilitySnapshot | undefined, now: Now): void {
    const { catalogue, settings } = this.#options;
    const serverId = entry.record.id;
    const speaker = entry.instances.find((one) => one.record.id === instanceId);
    if (speaker === undefined || !speaksFor(entry, instanceId)) return;
    const found = compare(entry.snapshot, snapshot);
    const { pace = quietPace } = entry;
    const next = afterReading(pace, found, now, settings.snapshotMs);
    catalogue.setPace(serverId, next);
    if (snapshot !== undefined && found === "other") {
      // It began to flap just now, and what it offered before is kept besides.
      if (!this.#room.admit(serverId, snapshot)) return;
      catalogue.setSnapshot(serverId, snapshot);
    }
    const [was, is] = [flappingOf(pace), flappingOf(next)];
    const flapping = turn(was, is);
    if (found !== "other" && flapping === undefined) return;
    const key = keyOf(entry.record);
    this.#remember(key, entry, speaker.record, flapping);
    // What it offers while it flaps is observed and not written down.
    if (is === undefined || flapping !== undefined) this.#note(key, entry, now);
  }

  #remember(
    key: string,
    entry: Entry,
    speaker: InstanceRecord,
    flapping: CapabilitiesChanged["flapping"],
  ): void {
    const known = this.#unwritten.get(key);
    const told = flapping ?? known?.flapping;
    this.#unwritten.set(key, {
      serverId: entry.record.id,
      stored: known === undefined ? entry.snapshot : known.stored,
      speaker,
      ...(told === undefined ? {} : { flapping: told }),
    });
  }

  #note(key: string, entry: Entry, now: Now): void {
    let written: Written | undefined;
    let isOwn = true;
    this.#options.queue.note({
      key: `offers\n${key}`,
      bytes: stepFrameBytes,
      run: (draft) => {
        isOwn = this.#options.share.owns(entry.record.id);
        if (isOwn) written = this.#write(draft, entry, key, now);
      },
      onWritten: () => {
        if (isOwn) this.#wasWritten(key, written);
        else this.#left.add(key);
      },
    });
  }

  /** Puts what memory has now into the draft. Nothing when the entry is gone. */
  #write(
    draft: WriteDraft,
    { record: { id, createdAt } }: Entry,
    key: string,
    now: Now,
  ): Written | undefined {
    const { budgets, catalogue } = this.#options;
    const unwritten = this.#unwritten.get(key);
    const entry = catalogue.get(id);
    const record = draft.get(id);
    const snapshot = entry?.snapshot;
    if (unwritten === undefined || snapshot === undefined) return undefined;
    // It was removed meanwhile; a successor under its id is another server.
    if (record?.createdAt !== createdAt || entry?.record.createdAt !== createdAt) return undefined;
    const { stored, speaker, flapping } = unwritten;
    draft.keepSnapshot(id, snapshot);
    const isNews = stored?.hash !== snapshot.hash;
    if (!isNews && flapping === undefined) return { unwritten, snapshot };
    const changes = isNews ? diffSnapshots(stored, snapshot) : [];
    if (isNews)
      draft.put({
        ...record,
        revision: record.revision + 1,
        version: record.version + 1,
        updatedAt: now.wall,
      });
    const room = budgets.limit("historyBytes") * shareOfStep - stepFrameBytes;
    draft.tell({
      event: {
        kind: "capabilities-changed",
        ...about(record, now),
        instance: refOf(speaker),
        hash: snapshot.hash,
        ...(stored === undefined ? {} : { previousHash: stored.hash }),
        ...summarize(changes),
        ...(flapping === undefined ? {} : { flapping }),
      },
      ...(isNews ? { changes: keepChanges(changes, room) } : {}),
    });
    return { unwritten, snapshot };
  }

  #wasWritten(key: string, written: Written | undefined): void {
    const known = this.#unwritten.get(key);
    if (known === undefined) return;
    // Nothing came meanwhile, or the entry is gone.
    if (written === undefined || known === written.unwritten) this.#unwritten.delete(key);
    else {
      const { flapping, ...rest } = known;
      const isTold = flapping === written.unwritten.flapping;
      this.#unwritten.set(key, {
        ...rest,
        stored: written.snapshot,
        ...(flapping === undefined || isTold ? {} : { flapping }),
      });
    }
  }
}

function turn(
  was: Flapping | undefined,
  is: Flapping | undefined,
): CapabilitiesChanged["flapping"] {
  if (was === undefined) return is === undefined ? undefined : { ...is, state: "began" };
  return is === undefined ? { ...was, state: "ended" } : undefined;
}

function speaksFor(entry: Entry, instanceId: string): boolean {
  const youngest = entry.instances
    .filter((one) => one.health.status === "up")
    .sort(
      (a, b) =>
        b.record.registeredAt - a.record.registeredAt || (a.record.id < b.record.id ? -1 : 1),
    )[0];
  return youngest === undefined || youngest.record.id === instanceId;
}

const itemsIn = (snapshot: CapabilitySnapshot) =>
  capabilityKinds.reduce((sum, kind) => sum + snapshot[kind].length, 0);

function compare(
  before: CapabilitySnapshot | undefined,
  after: CapabilitySnapshot | undefined,
): Found {
  if (after === undefined) return "nothing";
  return before !== undefined && saysTheSame(before, after) ? "same" : "other";
}

function saysTheSame(before: CapabilitySnapshot, after: CapabilitySnapshot): boolean {
  const said = (snapshot: CapabilitySnapshot) =>
    JSON.stringify([
      snapshot.hash,
      snapshot.protocolVersion,
      snapshot.serverInfo,
      snapshot.capabilities,
      snapshot.instructions,
      snapshot.keepsSessions,
      snapshot.caching,
    ]);
  return said(before) === said(after);
}
