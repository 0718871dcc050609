/** A store that fails for long would make them ever more. An older one may then be followed again. */
const mostLeaving = 100;

/** A resource that is followed here: see `Following` of the watchers. */
export type Followed = {
  readonly stop: () => void;
  /** Resolves when the server knows. */
  readonly isFollowed?: Promise<unknown> | undefined;
};

/**
 * The resources that a session follows, by the URIs they have here. Where other hubs have the same session, one of them
 * may begin to follow a resource, or end that: the store says which.
 */
export class FollowedResources {
  readonly #here = new Map<string, Followed>();
  /** Those that the store has, as far as that is known here. */
  readonly #stored = new Set<string>();
  /** Those that it has stopped to follow, until the store has that: what is read there meanwhile is older. */
  readonly #leaving = new Map<string, symbol>();

  /** How many it follows, also those that another hub follows for it, and this one could not yet. */
  get size(): number {
    return this.#here.size + this.missing.length;
  }

  /** Also what another hub follows for the session, and this one is about to. */
  get uris(): readonly string[] {
    return [...new Set([...this.#here.keys(), ...this.#stored])];
  }

  has(uri: string): boolean {
    return this.#here.has(uri);
  }

  /** Its client wants to follow it, or does not any more; in place of what was before. The store is to have that. */
  set(uri: string, followed: Followed | undefined): void {
    this.#end(uri);
    this.#leaving.delete(uri);
    if (followed !== undefined) {
      this.#here.set(uri, followed);
      return;
    }
    this.#leaving.set(uri, Symbol(uri));
    const [oldest] = this.#leaving.keys();
    if (this.#leaving.size > mostLeaving && oldest !== undefined) this.#leaving.delete(oldest);
  }

  /** What the store has is followed here, too: no wish of its client's that the store is to be told. */
  resume(uri: string, followed: Followed): void {
    this.#here.get(uri)?.stop();
    this.#here.set(uri, followed);
  }

  /** What the store has, and nobody follows here yet. */
  get missing(): readonly string[] {
    return [...this.#stored].filter((uri) => !this.#here.has(uri));
  }

  /** Resolves when the server knows of it; undefined where it is not followed here. */
  whenFollowed(uri: string): Promise<unknown> | undefined {
    return this.#here.get(uri)?.isFollowed;
  }

  /** Whether the store knows whether it is followed here. */
  isStored(uri: string): boolean {
    return this.#here.has(uri) ? this.#stored.has(uri) : !this.#leaving.has(uri);
  }

  /** What to call when the store has all of this as it is now. */
  whenStored(): () => void {
    const [here, leaving] = [[...this.#here], [...this.#leaving]];
    return () => {
      // What was stopped and begun again meanwhile is yet to be stored.
      for (const [uri, followed] of here)
        if (this.#here.get(uri) === followed) this.#stored.add(uri);
      for (const [uri, leave] of leaving)
        if (this.#leaving.get(uri) === leave) this.#leaving.delete(uri);
    };
  }

  /** The session goes on here with what the store has; who follows them again says so with `resume`. */
  takeOver(stored: readonly string[]): void {
    for (const uri of stored) this.#stored.add(uri);
  }

  /** Another hub changed what the store has. Returns the resources that are to be followed here, too. */
  join(stored: readonly string[]): readonly string[] {
    for (const uri of [...this.#stored]) if (!stored.includes(uri)) this.#end(uri);
    this.takeOver(stored.filter((uri) => !this.#leaving.has(uri)));
    return this.missing;
  }

  close(): void {
    for (const { stop } of this.#here.values()) stop();
  }

  #end(uri: string): void {
    this.#here.get(uri)?.stop();
    this.#here.delete(uri);
    this.#stored.delete(uri);
  }
}
