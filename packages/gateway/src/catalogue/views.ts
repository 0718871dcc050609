import { BudgetBook, type Entry, type Now } from "@hub/core";
import { isHidden, shownProfile } from "@hub/core/shown";
import { mayCallWhole } from "./callable.js";
import { GracePeriod } from "./grace-period.js";
import { KeptViews } from "./kept-views.js";
import { type Selection, selects } from "./selection.js";
import { View } from "./view.js";

/** The catalogue as the gateway reads it: always from memory. Core's `Registry` is one. */
export interface CatalogueSource {
  /** Grows whenever something that lists show has changed. */
  readonly version: number;
  list(): readonly Entry[];
  get(serverId: string): Entry | undefined;
  now(): Now;
}

/** Views of the catalogue, kept until it changes. */
export class Views {
  readonly #source: CatalogueSource;
  readonly #gracePeriod: GracePeriod;
  readonly #onStale: (inMs: number) => void;
  readonly #kept: KeptViews;
  readonly #listeners = new Set<(serverIds: readonly string[]) => void>();
  /** What lists show of each server, by its id. */
  #shown: ReadonlyMap<string, Entry> = new Map();
  #version = -1;

  /** `onStale` is told when time alone will change the views: call `refresh` then. */
  constructor(
    source: CatalogueSource,
    graceMs: number,
    onStale: (inMs: number) => void,
    budgets: BudgetBook = new BudgetBook(),
  ) {
    this.#source = source;
    this.#gracePeriod = new GracePeriod(graceMs);
    this.#onStale = onStale;
    this.#kept = new KeptViews(budgets);
  }

  of(selection: Selection): View {
    this.follow();
    return this.#kept.of(selection.key, (onGrowth) => this.#make(selection, onGrowth));
  }

  /** A view that is made for one look and not kept: nobody asks for it again. */
  once(selection: Selection): View {
    this.follow();
    return this.#make(selection, () => {});
  }

  /** Whether a selection shows a server now. Costs the same however many there are. */
  shows(selection: Selection, serverId: string): boolean {
    this.follow();
    const entry = this.#shown.get(serverId);
    return entry !== undefined && selects(selection, entry);
  }

  /** Whether who follows a resource of a server is still told of it: what may be called can change. */
  mayFollow(selection: Selection, serverId: string): boolean {
    if (selection.policy === undefined) return true;
    const entry = this.#source.get(serverId);
    return entry !== undefined && mayCallWhole(selection, entry.record);
  }

  /** Calls `listener` with the servers whose part of lists may have changed, when that is noticed. Returns how to stop. */
  onChange(listener: (serverIds: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes note of what has changed since the last look. */
  follow(): void {
    if (this.#source.version !== this.#version) this.refresh();
  }

  refresh(): void {
    this.#version = this.#source.version;
    this.#kept.clear();
    const entries = this.#source.list();
    const inMs = this.#gracePeriod.update(entries, this.#source.now().hub);
    if (Number.isFinite(inMs)) this.#onStale(inMs);
    this.#compare(entries);
  }

  #compare(entries: readonly Entry[]): void {
    const { present } = this.#gracePeriod;
    const shown = new Map<string, Entry>();
    const changed: string[] = [];
    for (const entry of entries) {
      const { id } = entry.record;
      if (!present.has(id) || entry.snapshot === undefined) continue;
      shown.set(id, entry);
      if (!showsSame(this.#shown.get(id), entry)) changed.push(id);
    }
    for (const id of this.#shown.keys()) if (!shown.has(id)) changed.push(id);
    this.#shown = shown;
    if (changed.length > 0) for (const listener of this.#listeners) listener(changed);
  }

  #make(selection: Selection, onGrowth: (bytes: number) => void): View {
    return new View({
      selection,
      entries: this.#source.list(),
      present: this.#gracePeriod.present,
      now: this.#source.now(),
      onGrowth,
    });
  }
}

/** Whether lists have the same of both, and the same selections select them. */
function showsSame(before: Entry | undefined, after: Entry): boolean {
  if (before === undefined) return false;
  const [old, now] = [before.record, after.record];
  return (
    before.snapshot === after.snapshot &&
    old.createdAt === now.createdAt &&
    isHidden(old) === isHidden(now) &&
    ((old.profile === now.profile && old.edits === now.edits) || tagsOf(old) === tagsOf(now))
  );
}

const tagsOf = (record: Entry["record"]): string => JSON.stringify(shownProfile(record).tags ?? []);
