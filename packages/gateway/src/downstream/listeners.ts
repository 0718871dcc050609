import type { Selection } from "../catalogue/selection.js";
import type { ChangeKind } from "../catalogue/view.js";
import type { Views } from "../catalogue/views.js";

const kinds = ["tools", "prompts", "resources"] as const;

type Listener = {
  readonly selection: () => Selection;
  readonly wants: ReadonlySet<ChangeKind>;
  /** False when the client could not be told now; it is told with the next look. */
  readonly tell: (kind: ChangeKind) => boolean;
  seen: Readonly<Record<ChangeKind, string>>;
};

/**
 * Who is told when lists change. Each client's last list is remembered by its digest, so that it hears of
 * a change once, hears nothing of what ended up as it was, and misses nothing while it was not listening.
 */
export class Listeners {
  readonly #views: Views;
  readonly #listeners = new Set<Listener>();

  constructor(views: Views) {
    this.#views = views;
  }

  /** Returns how to stop. */
  add(
    selection: () => Selection,
    wants: ReadonlySet<ChangeKind>,
    tell: (kind: ChangeKind) => boolean,
  ): () => void {
    const listener = { selection, wants, tell, seen: this.#views.of(selection()).digests };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Compares what each client saw last with what is there now. */
  look(): void {
    for (const listener of this.#listeners) {
      const { digests } = this.#views.of(listener.selection());
      if (digests === listener.seen) continue;
      const seen = { ...listener.seen };
      for (const kind of kinds) {
        if (!listener.wants.has(kind) || digests[kind] === seen[kind]) continue;
        if (listener.tell(kind)) seen[kind] = digests[kind];
      }
      listener.seen = seen;
    }
  }
}
