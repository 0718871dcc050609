import type { Entry, Now } from "@hub/core";
import { Presence } from "./presence.js";
import type { Selection } from "./selection.js";
import { createView, type View } from "./view.js";

/** The catalogue as the gateway reads it: always from memory. Core's `Registry` is one. */
export interface CatalogueSource {
  /** Grows whenever something that lists show has changed. */
  readonly version: number;
  list(): readonly Entry[];
  get(serverId: string): Entry | undefined;
  now(): Now;
}

const mostViews = 200;

/** Views of the catalogue, kept until it changes. */
export class Views {
  readonly #source: CatalogueSource;
  readonly #presence: Presence;
  readonly #onStale: (inMs: number) => void;
  readonly #views = new Map<string, View>();
  #version = -1;

  /** `onStale` is told when time alone will change the views: call `refresh` then. */
  constructor(source: CatalogueSource, graceMs: number, onStale: (inMs: number) => void) {
    this.#source = source;
    this.#presence = new Presence(graceMs);
    this.#onStale = onStale;
  }

  of(selection: Selection): View {
    this.follow();
    const known = this.#views.get(selection.key);
    if (known !== undefined) return known;
    const view = this.#make(selection);
    if (this.#views.size >= mostViews) this.#views.delete(this.#views.keys().next().value ?? "");
    this.#views.set(selection.key, view);
    return view;
  }

  /** A view that is made for one look and not kept: nobody asks for it again. */
  once(selection: Selection): View {
    this.follow();
    return this.#make(selection);
  }

  #make(selection: Selection): View {
    return createView({
      selection,
      entries: this.#source.list(),
      present: this.#presence.present,
      now: this.#source.now(),
    });
  }

  /** Takes note of what has changed since the last look. */
  follow(): void {
    if (this.#source.version !== this.#version) this.refresh();
  }

  refresh(): void {
    this.#version = this.#source.version;
    this.#views.clear();
    const inMs = this.#presence.update(this.#source.list(), this.#source.now().hub);
    if (Number.isFinite(inMs)) this.#onStale(inMs);
  }
}
