type Look = {
  /** Never rejects. */
  readonly over: Promise<void>;
  /** The look that begins when this one is over. */
  next: Promise<void> | undefined;
};

/**
 * Looks at things that change elsewhere, one look at each of them at a time: what an older one found never comes after
 * what a younger one found. Whoever asks while one is under way shares the next.
 */
export class LatestLook {
  readonly #look: (id: string) => Promise<void>;
  readonly #underWay = new Map<string, Look>();

  constructor(look: (id: string) => Promise<void>) {
    this.#look = look;
  }

  /** Resolves when a look is over that began after this was called. Rejects as that look does. */
  at(id: string): Promise<void> {
    const current = this.#underWay.get(id);
    if (current === undefined) return this.#begin(id);
    current.next ??= current.over.then(() => this.#begin(id));
    return current.next;
  }

  #begin(id: string): Promise<void> {
    const found = this.#look(id);
    const look: Look = {
      next: undefined,
      over: found
        .catch(() => {})
        .then(() => {
          if (look.next === undefined) this.#underWay.delete(id);
        }),
    };
    this.#underWay.set(id, look);
    return found;
  }
}
