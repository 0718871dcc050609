import type { BudgetBook } from "./budget-book.js";
import { type BudgetName, settingOf } from "./budgets.js";
import type { Catalogue } from "./catalogue.js";
import type { Entry, EntryRecord } from "./entry.js";
import { flappingOf } from "./flapping.js";
import { givingWay, type Taker } from "./give-way.js";
import type { CapabilitySnapshot } from "./snapshot.js";

/** What the store has of an entry while memory has something else. */
type Earlier = { readonly serverId: string; readonly stored: CapabilitySnapshot | undefined };

export type SnapshotRoomOptions = {
  readonly catalogue: Catalogue;
  readonly budgets: BudgetBook;
  /** By `keyOf`. */
  readonly earlier: ReadonlyMap<string, Earlier>;
  /** Called when the snapshot of an entry was dropped. */
  readonly onGaveWay: (entry: Entry) => void;
};

/** The key of an entry. A later entry with the same id has another key. */
export const keyOf = ({ id, createdAt }: EntryRecord) => `${id}\n${createdAt}`;

/**
 * Keeps the snapshots of all servers within the budget `allSnapshotBytes`. The largest snapshot is dropped
 * first, so that a small server always finds room.
 */
export class SnapshotRoom {
  readonly #options: SnapshotRoomOptions;

  constructor(options: SnapshotRoomOptions) {
    this.#options = options;
    options.budgets.watch("allSnapshotBytes", () => ({ used: this.#total }));
  }

  /** Whether there is room for what a server offers. */
  has(serverId: string, snapshot: CapabilitySnapshot): boolean {
    return this.#roomFor(serverId, snapshot) !== undefined;
  }

  /** Makes room for what a server offers; false when there is none, and then nothing of it is kept. */
  admit(serverId: string, snapshot: CapabilitySnapshot): boolean {
    const going = this.#roomFor(serverId, snapshot);
    for (const id of going?.map((other) => other.id) ?? [serverId]) this.#giveWay(id);
    return going !== undefined;
  }

  get #total(): number {
    const { catalogue, earlier } = this.#options;
    let total = catalogue.snapshotBytes;
    for (const { serverId } of earlier.values())
      total += this.#earlierBytes(catalogue.get(serverId));
    return total;
  }

  /** What a flapping server offered before it flapped is kept for its history. */
  #earlierBytes(entry: Entry | undefined): number {
    if (entry === undefined || flappingOf(entry.pace) === undefined) return 0;
    const stored = this.#options.earlier.get(keyOf(entry.record))?.stored;
    return stored === undefined || stored === entry.snapshot ? 0 : stored.bytes;
  }

  /** Who gives way to what a server offers; missing when there is no room for it. */
  #roomFor(serverId: string, { bytes }: CapabilitySnapshot): readonly Taker[] | undefined {
    const { budgets, catalogue } = this.#options;
    const most = budgets.limit("allSnapshotBytes");
    const entry = catalogue.get(serverId);
    const [now, earlier] = [entry?.snapshot?.bytes ?? 0, this.#earlierBytes(entry)];
    const isFlapping = flappingOf(entry?.pace) !== undefined;
    // When a flapping server offers something else, its present snapshot becomes the earlier one.
    const wanted = bytes + (isFlapping && earlier === 0 ? now : earlier);
    // This is nearly always so, and then no other entry needs a look.
    if (this.#total - now - earlier + wanted <= most) return [];
    const others: Taker[] = [];
    for (const other of catalogue.entries()) {
      const taken = (other.snapshot?.bytes ?? 0) + this.#earlierBytes(other);
      if (other !== entry && taken > 0) others.push({ id: other.record.id, bytes: taken });
    }
    return givingWay(others, wanted, most);
  }

  /** What a server offers is not kept, which its warnings say until it is read again. */
  #giveWay(serverId: string): void {
    const { budgets, catalogue, onGaveWay } = this.#options;
    const entry = catalogue.get(serverId);
    if (entry === undefined) return;
    budgets.refused("allSnapshotBytes");
    onGaveWay(entry);
    catalogue.dropSnapshot(serverId);
    const warning = noRoom("allSnapshotBytes", budgets);
    for (const { record, health } of entry.instances) {
      const readWarnings = [...(health.readWarnings ?? []), warning];
      catalogue.setHealth(serverId, record.id, { ...health, readWarnings });
    }
  }
}

/** The warning that the hub did not take over what a server offers, with the budget and what to do. */
export function noRoom(name: BudgetName, budgets: BudgetBook): string {
  return `The hub does not take over what it offers, because it is more than the hub keeps (${name}, ${budgets.limit(name)}). Make it offer less, or raise ${settingOf(name)}.`;
}
