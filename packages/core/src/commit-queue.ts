import type { BudgetBook } from "./budget-book.js";
import type { EntryRecord } from "./entry.js";
import { HubError } from "./errors.js";
import type { JournalEvent } from "./events.js";
import { Following, type NewsSink } from "./following.js";
import type { RegistryStore } from "./store.js";
import type { StoreOutage } from "./store-outage.js";
import { type Commit, WriteDraft } from "./write-draft.js";

/** A change to the catalogue. It may run again when another hub wrote first, so it only touches the draft. */
type Command<Result> = (draft: WriteDraft) => Result;

/** Something that was observed and is to be written down. */
export type Observation = {
  /**
   * What is observed later under the same key takes its place while it waits: what is written is how
   * things stand at that moment. Without one it is written for itself.
   */
  readonly key?: string;
  /** What is held for it while it waits. */
  readonly bytes: number;
  readonly run: Command<void>;
  /** Called when it is durable. */
  readonly onWritten?: () => void;
};

type Waiting = {
  readonly run: Command<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Observations are true whether or not they can be written; they wait for a store that works. */
  readonly observation?: Observation;
};

/** Where commits take effect. */
export interface CommitSink extends NewsSink {
  /** The record of an entry as it is now, which decisions are based on. */
  recordOf(id: string): EntryRecord | undefined;
  /** Takes over what was committed, by this hub or by another, before anybody is told of it. */
  take(commit: Commit): void;
  /** Tells of what happened, in the order of the journal. */
  publish(events: readonly JournalEvent[]): void;
}

export type CommitQueueOptions = {
  /** What waits for a store that does not work is held within `unwrittenBytes`. */
  readonly budgets: BudgetBook;
  readonly store: RegistryStore;
  readonly sink: CommitSink;
  /** Hears how the store does. Default: nobody does. */
  readonly outage?: Pick<StoreOutage, "worked" | "failed">;
  /** Runs a function a little later, after the requests that arrived together have been read. */
  readonly defer: (run: () => void) => void;
};

const mostAttempts = 5;

/**
 * One writer: decisions are made one after the other on a draft, and all that arrived together are
 * stored by one commit (group commit), so that many registrations share one wait for the disk.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #committing: readonly Waiting[] = [];
  #isScheduled = false;
  #running: Promise<void> | undefined;
  readonly #following: Following | undefined;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
    const { shared } = options.store;
    this.#following =
      shared === undefined ? undefined : new Following(shared, options.sink, options.outage);
    options.budgets.watch("unwrittenBytes", () => ({
      used: bytesHeld(this.#committing) + this.#waitingBytes,
    }));
  }

  /** Runs a command and resolves when what it decided is durable. */
  execute<Result>(run: Command<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      // The result is exactly what `run` returns, so the widening to unknown is undone by it.
      this.#add({ run, resolve: resolve as (result: unknown) => void, reject });
    });
  }

  /** Writes down what was observed, as soon as the store can. */
  note(observation: Observation): void {
    const resolve = () => observation.onWritten?.();
    this.#add({ run: observation.run, resolve, reject: () => {}, observation });
  }

  /** Resolves when everything that was added before has been tried. */
  async drain(): Promise<void> {
    while (this.#running !== undefined || this.#isScheduled) {
      if (this.#running === undefined) this.#start();
      await this.#running;
    }
  }

  /** Tries again what could not be written. */
  retry(): void {
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** Where this hub stands among the writes of a store that several hubs have open. */
  startFrom(write: number, lastSeq: number): void {
    this.#following?.startFrom(write, lastSeq);
  }

  /** Takes over what other hubs wrote, between two writes of this one. */
  follow(): void {
    if (this.#following === undefined) return;
    this.#following.expect();
    this.#schedule();
  }

  /** Resolves with whether what other hubs have written before is taken over: the store may not be read. Never rejects. */
  async catchUp(): Promise<boolean> {
    if (this.#following === undefined) return true;
    const said = this.#following.expect();
    this.#schedule();
    this.#start();
    await this.#running;
    // What was under way may have ended its reading before this was asked.
    this.#start();
    await this.#running;
    return this.#following.hasRead(said);
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    const { key, bytes = 0 } = waiting.observation ?? {};
    this.#waitingBytes += bytes;
    if (key !== undefined || this.#waitingBytes > this.#options.budgets.limit("unwrittenBytes"))
      this.#bound();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#running !== undefined) return;
    this.#isScheduled = true;
    this.#options.defer(() => this.#start());
  }

  #start(): void {
    if (!this.#isScheduled) return;
    this.#isScheduled = false;
    // What is added while a commit begins is looked after when that commit has ended.
    if (this.#running !== undefined) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#committing = batch;
    let hasFailed = false;
    let isRead = false;
    this.#running = this.#commit(batch)
      .then(() => this.#following?.read())
      .catch((error: unknown) => {
        hasFailed = true;
        this.#options.outage?.failed(error);
        for (const one of batch) if (one.observation === undefined) one.reject(error);
        const kept = batch.filter((one) => one.observation !== undefined);
        this.#waiting = [...kept, ...this.#waiting];
        this.#bound();
        return error;
      })
      .then((failure) => {
        isRead = failure === undefined;
        this.#refuseWaiting(failure);
      })
      .finally(() => {
        this.#running = undefined;
        this.#committing = [];
        // A store that just failed is tried again with the next command or sweep, not in a busy loop.
        const isWritable = this.#waiting.some((one) => !hasFailed || one.observation === undefined);
        if (isWritable || (isRead && this.#following?.isNewsExpected === true)) this.#schedule();
      });
  }

  /** Who came while the store did not answer is told now: to find it out once more would take as long again. */
  #refuseWaiting(failure: unknown): void {
    if (!HubError.is(failure) || failure.code !== "STORE_UNAVAILABLE") return;
    const [kept, refused] = [[] as Waiting[], [] as Waiting[]];
    for (const one of this.#waiting) (one.observation === undefined ? refused : kept).push(one);
    this.#waiting = kept;
    for (const one of refused) one.reject(failure);
  }

  /** Lets newer observations take the places of older ones, and drops the oldest over the budget. */
  #bound(): void {
    const { budgets } = this.#options;
    const kept: Waiting[] = [];
    const keys = new Set<string>();
    let left = budgets.limit("unwrittenBytes");
    for (const one of this.#waiting.toReversed()) {
      const { observation } = one;
      if (observation === undefined) {
        // Across a command the order counts: what stands before it may be about what it changes.
        keys.clear();
      } else {
        const { key, bytes } = observation;
        if (key !== undefined && keys.has(key)) continue;
        if (key !== undefined) keys.add(key);
        if (bytes > left) {
          left = 0;
          budgets.refused("unwrittenBytes");
          continue;
        }
        left -= bytes;
      }
      kept.push(one);
    }
    this.#waiting = kept.reverse();
    this.#waitingBytes = bytesHeld(this.#waiting);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { sink, store } = this.#options;
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const draft = new WriteDraft((id) => sink.recordOf(id));
      const settle = batch.map((one) => runOn(draft, one));
      if (!draft.isEmpty) {
        const write = draft.toWrite();
        const result = await store.commit(write);
        this.#options.outage?.worked();
        if (!result.ok) {
          sink.take({ changed: result.fresh, registered: new Map(), removed: new Set() });
          continue;
        }
        sink.take(draft);
        // The store numbers every event of a write, in order.
        const events = write.events.map(({ event }, index) => ({
          ...event,
          seq: result.seqs[index] ?? 0,
        }));
        if (this.#following?.wrote(result.write ?? 0, events) === "behind") {
          for (const done of settle) done();
          await this.#following.read();
          return;
        }
        for (const done of settle) done();
        sink.publish(events);
        return;
      }
      for (const done of settle) done();
      return;
    }
    throw new HubError(
      "REVISION_CONFLICT",
      `Another hub changed the same servers ${mostAttempts} times while this request was decided. Try again.`,
      { retryAfterMs: 1_000 },
    );
  }
}

/** Runs one command on the draft; a command that fails changes nothing and fails only its own caller. */
function runOn(draft: WriteDraft, one: Waiting): () => void {
  try {
    const result = one.run(draft);
    return () => one.resolve(result);
  } catch (error) {
    return () => one.reject(error);
  }
}

function bytesHeld(waiting: readonly Waiting[]): number {
  return waiting.reduce((sum, { observation }) => sum + (observation?.bytes ?? 0), 0);
}
