/** Requests about resources that are under way in one session at the same time. */
const mostAtOnce = 8;

export type ServerSubscriptionsOptions = {
  /** Whether somebody follows a resource now. */
  readonly isFollowed: (uri: string) => boolean;
  /** Tells the server. Resolves when it knows, or when it is not waited for any longer. Never rejects. */
  readonly ask: (
    method: "resources/subscribe" | "resources/unsubscribe",
    uri: string,
  ) => Promise<void>;
};

type Waiting = { readonly done: Promise<void>; readonly settle: () => void };

/**
 * What a server was told, in one session, of the resources that somebody follows. It is asked for a few at
 * a time; whatever was wished meanwhile, it hears what is wished when its turn has come, if that is news.
 */
export class ServerSubscriptions {
  readonly #options: ServerSubscriptionsOptions;
  readonly #told = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #asking = new Set<string>();

  constructor(options: ServerSubscriptionsOptions) {
    this.#options = options;
  }

  /** Somebody follows a resource, or nobody does any more. Resolves when the server knows. */
  settle(uri: string): Promise<void> {
    const known = this.#waiting.get(uri);
    if (this.#isNews(uri) || this.#asking.has(uri)) {
      const waiting = known ?? newWaiting();
      this.#waiting.set(uri, waiting);
      this.#next();
      return waiting.done;
    }
    this.#waiting.delete(uri);
    known?.settle();
    return Promise.resolve();
  }

  /** The session is over: nothing more is told. */
  end(): void {
    for (const { settle } of this.#waiting.values()) settle();
    this.#waiting.clear();
  }

  #isNews(uri: string): boolean {
    return this.#options.isFollowed(uri) !== this.#told.has(uri);
  }

  #next(): void {
    for (const [uri, { settle }] of this.#waiting) {
      if (this.#asking.size >= mostAtOnce) return;
      if (this.#asking.has(uri)) continue;
      this.#waiting.delete(uri);
      if (this.#isNews(uri)) void this.#tell(uri).then(settle);
      else settle();
    }
  }

  async #tell(uri: string): Promise<void> {
    const isFollowed = this.#options.isFollowed(uri);
    if (isFollowed) this.#told.add(uri);
    else this.#told.delete(uri);
    this.#asking.add(uri);
    await this.#options.ask(isFollowed ? "resources/subscribe" : "resources/unsubscribe", uri);
    this.#asking.delete(uri);
    this.#next();
  }
}

function newWaiting(): Waiting {
  let settle = () => {};
  const done = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { done, settle };
}
