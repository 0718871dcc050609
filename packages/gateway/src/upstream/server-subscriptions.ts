/** Requests about resources that are under way in one session at the same time. */
const mostAtOnce = 8;
/** How often a server that does not answer is asked to follow a resource, until somebody wishes it anew. */
const mostTries = 3;

export type SubscriptionMethod = "resources/subscribe" | "resources/unsubscribe";

/** What a server said: that it does so, that it does not, or nothing as long as it was waited for. */
export type SubscriptionAnswer = "done" | "refused" | "silent";

export type ServerSubscriptionsOptions = {
  /** Whether somebody follows a resource now. */
  readonly isFollowed: (uri: string) => boolean;
  /** Tells the server. Never rejects. */
  readonly ask: (method: SubscriptionMethod, uri: string) => Promise<SubscriptionAnswer>;
};

type Waiting = { readonly done: Promise<void>; readonly settle: () => void; tries: number };

/**
 * What a server was told, in one session, of the resources that somebody follows. It is asked for a few at
 * a time; whatever was wished meanwhile, it hears what is wished when its turn has come, if that is news.
 */
export class ServerSubscriptions {
  readonly #options: ServerSubscriptionsOptions;
  /** What it was asked to follow: "done" when it said that it does, and "silent" when it may. */
  readonly #told = new Map<string, "done" | "silent">();
  readonly #waiting = new Map<string, Waiting>();
  readonly #asking = new Set<string>();
  #isOver = false;

  constructor(options: ServerSubscriptionsOptions) {
    this.#options = options;
  }

  /** Somebody follows a resource, or nobody does any more. Resolves when the server knows, or will not. */
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

  /** Whether the server said that it follows a resource. */
  knows(uri: string): boolean {
    return this.#told.get(uri) === "done";
  }

  /** The session is over: nothing more is told. */
  end(): void {
    this.#isOver = true;
    for (const { settle } of this.#waiting.values()) settle();
    this.#waiting.clear();
  }

  #isNews(uri: string): boolean {
    return this.#options.isFollowed(uri) ? !this.knows(uri) : this.#told.has(uri);
  }

  #next(): void {
    for (const [uri, waiting] of this.#waiting) {
      if (this.#asking.size >= mostAtOnce) return;
      if (this.#asking.has(uri)) continue;
      this.#waiting.delete(uri);
      if (this.#isNews(uri)) void this.#tell(uri, waiting);
      else waiting.settle();
    }
  }

  async #tell(uri: string, waiting: Waiting): Promise<void> {
    const isFollowed = this.#options.isFollowed(uri);
    this.#asking.add(uri);
    waiting.tries += 1;
    const answer = await this.#options.ask(
      isFollowed ? "resources/subscribe" : "resources/unsubscribe",
      uri,
    );
    this.#asking.delete(uri);
    if (isFollowed && answer !== "refused") this.#told.set(uri, answer);
    else this.#told.delete(uri);
    const mayAsk = isFollowed && answer === "silent" && waiting.tries < mostTries && !this.#isOver;
    // Behind all others, as it may take as long again; whoever wished it meanwhile has it asked anyway.
    if (mayAsk && !this.#waiting.has(uri)) this.#waiting.set(uri, waiting);
    else waiting.settle();
    this.#next();
  }
}

function newWaiting(): Waiting {
  let settle = () => {};
  const done = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { done, settle, tries: 0 };
}
