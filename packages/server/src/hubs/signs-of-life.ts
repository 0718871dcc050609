type Hub = {
  /** Ends the question that it has not answered yet. */
  stop: (() => void) | undefined;
  /** Whether it has answered since the last look. */
  hasAnswered: boolean;
  /** How many looks in a row found no answer. */
  unanswered: number;
};

/** So many of them that a hub which is only slow is not given up. */
const mostUnanswered = 3;

/**
 * Whether hubs that owe an answer are there: a network that drops everything says of itself nothing, and an answer
 * may take as long as a call. It counts looks, not time, so that a pause of this process accuses nobody.
 */
export class SignsOfLife {
  readonly #ask: (hubId: string, onOver: (isThere: boolean) => void) => () => void;
  readonly #hubs = new Map<string, Hub>();

  /** `ask` asks a hub whether it is there, and returns how to end that. */
  constructor(ask: (hubId: string, onOver: (isThere: boolean) => void) => () => void) {
    this.#ask = ask;
  }

  /** Asks the hubs that owe an answer now. Returns those of them that have given no sign of life in three looks. */
  look(hubIds: ReadonlySet<string>): readonly string[] {
    for (const hubId of [...this.#hubs.keys()]) if (!hubIds.has(hubId)) this.#forget(hubId);
    const silent: string[] = [];
    for (const hubId of hubIds) {
      const hub = this.#hubs.get(hubId) ?? this.#begin(hubId);
      hub.unanswered = hub.hasAnswered ? 0 : hub.unanswered + 1;
      hub.hasAnswered = false;
      if (hub.unanswered >= mostUnanswered) {
        silent.push(hubId);
        this.#forget(hubId);
      } else this.#question(hubId, hub);
    }
    return silent;
  }

  close(): void {
    for (const hubId of [...this.#hubs.keys()]) this.#forget(hubId);
  }

  /** Before it was asked for the first time, it owes no answer. */
  #begin(hubId: string): Hub {
    const hub: Hub = { stop: undefined, hasAnswered: true, unanswered: 0 };
    this.#hubs.set(hubId, hub);
    return hub;
  }

  #question(hubId: string, hub: Hub): void {
    if (hub.stop !== undefined) return;
    hub.stop = this.#ask(hubId, (isThere) => {
      hub.stop = undefined;
      hub.hasAnswered = isThere;
    });
  }

  #forget(hubId: string): void {
    this.#hubs.get(hubId)?.stop?.();
    this.#hubs.delete(hubId);
  }
}
