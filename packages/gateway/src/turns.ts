export type TurnsOptions = {
  /** The work itself, begun anew with each `start`; what it yields is how much it did, in units of its own. */
  readonly work: () => Iterator<number, void>;
  /** Units done before everything else has its turn. One step more may be done, never a second. */
  readonly unitsPerTurn: number;
  /** Told what the work threw; that run of it is over. */
  readonly onFault?: ((error: unknown) => void) | undefined;
  /** Runs a task after what has come in meanwhile was served. Default: `setImmediate`. */
  readonly later?: (task: () => void) => void;
};

/** Does long work in parts, one a turn of the event loop, so that nobody waits for the whole of it. */
export class Turns {
  readonly #options: TurnsOptions;
  #running: Iterator<number, void> | undefined;
  /** Of the part that is to come; another one means that it was stopped. */
  #next = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Begins, with a first part now, unless it runs already. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#options.work();
    this.#turn();
  }

  /** Begins after what has come in was served. */
  startLater(): void {
    const { later = setImmediate } = this.#options;
    if (this.#running === undefined) later(() => this.start());
  }

  /** Does a part now, of work that runs or of one that begins: for who asks for what it makes. */
  advance(): void {
    if (this.#running === undefined) this.start();
    else this.#part();
  }

  stop(): void {
    this.#running = undefined;
    this.#next += 1;
  }

  #turn(): void {
    this.#part();
    if (this.#running === undefined) return;
    const { later = setImmediate } = this.#options;
    this.#next += 1;
    const expected = this.#next;
    later(() => {
      if (this.#next === expected) this.#turn();
    });
  }

  #part(): void {
    const run = this.#running;
    if (run === undefined) return;
    const { unitsPerTurn, onFault } = this.#options;
    try {
      for (let done = 0; done < unitsPerTurn; ) {
        const step = run.next();
        if (step.done === true) {
          this.#running = undefined;
          return;
        }
        done += step.value;
      }
    } catch (error) {
      this.#running = undefined;
      if (onFault === undefined) throw error;
      onFault(error);
    }
  }
}
