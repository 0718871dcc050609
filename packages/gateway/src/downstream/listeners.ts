import { type Selection, selects } from "../catalogue/selection.js";
import type { ChangeKind } from "../catalogue/view.js";
import type { Views } from "../catalogue/views.js";

const kinds = ["tools", "prompts", "resources"] as const;

type Listener = {
  readonly selection: () => Selection;
  readonly wants: ReadonlySet<ChangeKind>;
  /** False when the client could not be told now; it is told with the next look. */
  readonly tell: (kind: ChangeKind) => boolean;
  seen: Readonly<Record<ChangeKind, string>>;
  /** What a server said to have changed and this client has not heard of yet: "server kind". */
  readonly expected: Set<string>;
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
    const { digests: seen } = this.#views.of(selection());
    const listener: Listener = { selection, wants, tell, seen, expected: new Set() };
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
        if (!listener.tell(kind)) continue;
        seen[kind] = digests[kind];
        for (const one of listener.expected)
          if (one.endsWith(` ${kind}`)) listener.expected.delete(one);
      }
      listener.seen = seen;
    }
  }

  /** A server said that its list changed; who selects it hears so once, now or with `settle`. */
  expect(serverId: string, kind: ChangeKind): void {
    for (const listener of this.#listeners) {
      const { servers, selection } = this.#views.of(listener.selection());
      const isConcerned =
        listener.wants.has(kind) &&
        selection.mode !== "search" &&
        servers.some((entry) => entry.record.id === serverId && selects(selection, entry));
      if (isConcerned) listener.expected.add(`${serverId} ${kind}`);
    }
  }

  /** The list was read again: tells those whom no difference has told. */
  settle(serverId: string, kind: ChangeKind): void {
    for (const listener of this.#listeners)
      if (listener.expected.delete(`${serverId} ${kind}`)) listener.tell(kind);
  }
}
