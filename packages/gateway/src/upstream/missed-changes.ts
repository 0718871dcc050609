export type MissedChangesOptions = {
  /** The server's own URIs that somebody follows now. */
  readonly uris: () => readonly string[];
  readonly onLists: () => void;
  readonly onResource: (uri: string) => void;
};

/** What may have changed while a server was not heard: its lists, and resources that somebody follows. */
export class MissedChanges {
  readonly #options: MissedChangesOptions;
  /** Whether it was heard before. Until then, its lists are as they were read. */
  #wasHeard = false;
  #lists = false;
  readonly #resources = new Set<string>();

  constructor(options: MissedChangesOptions) {
    this.#options = options;
    this.miss();
  }

  /** From now on, the server is not heard. */
  miss(): void {
    this.#lists = this.#wasHeard;
    for (const uri of this.#options.uris()) this.#resources.add(uri);
  }

  missResource(uri: string): void {
    this.#resources.add(uri);
  }

  /** Nobody has followed it until now, or does any more. */
  forget(uri: string): void {
    this.#resources.delete(uri);
  }

  /** The server is heard; of resources, it tells of those that it knows somebody to follow. */
  heard(knows: (uri: string) => boolean): void {
    this.#wasHeard = true;
    if (this.#lists) this.#options.onLists();
    this.#lists = false;
    for (const uri of [...this.#resources]) if (knows(uri)) this.heardOf(uri);
  }

  /** From now on, the server is heard of this resource. */
  heardOf(uri: string): void {
    if (this.#resources.delete(uri)) this.#options.onResource(uri);
  }
}
