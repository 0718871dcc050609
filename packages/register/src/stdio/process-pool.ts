/** What the pool counts. */
export interface PooledProcess {
  /** Whether it was told to end or ended: its place is free in a moment. */
  readonly isEnding: boolean;
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<unknown>;
}

/** Said to whoever wants a process when there are as many as there may be. */
export class TooManyProcesses extends Error {
  constructor(most: number) {
    super(
      `All ${most} processes of this server are in use. Try again when a client has left, or allow more of them with --max-processes`,
    );
    this.name = "TooManyProcesses";
  }
}

interface Place<Process> {
  /** `undefined` while it starts. */
  process: Process | undefined;
  readonly isFree: Promise<void>;
}

/** At most so many processes at a time, counted from before their start until all of them is gone. */
export class ProcessPool<Process extends PooledProcess> {
  readonly #most: number;
  readonly #makeRoom: () => boolean;
  readonly #places = new Set<Place<Process>>();

  /** `makeRoom` ends a process that nobody would miss; false when there is none. Default: there is none. */
  constructor(most: number, makeRoom: () => boolean = () => false) {
    this.#most = most;
    this.#makeRoom = makeRoom;
  }

  get size(): number {
    return this.#places.size;
  }

  /**
   * Starts a process. Waits when no place is free but one is about to be, or is made; rejects with
   * TooManyProcesses when all are in use, and as `start` does.
   */
  async open(start: () => Promise<Process>): Promise<Process> {
    while (this.#places.size >= this.#most) {
      const ending = [...this.#places].filter(({ process }) => process?.isEnding === true);
      if (ending.length === 0) {
        if (this.#makeRoom()) continue;
        throw new TooManyProcesses(this.#most);
      }
      await Promise.race(ending.map(({ isFree }) => isFree));
    }
    let free = () => {};
    const isFree = new Promise<void>((resolve) => {
      free = () => {
        this.#places.delete(place);
        resolve();
      };
    });
    const place: Place<Process> = { process: undefined, isFree };
    this.#places.add(place);
    try {
      const process = await start();
      place.process = process;
      process.gone.then(free, free);
      return process;
    } catch (error) {
      free();
      throw error;
    }
  }
}
