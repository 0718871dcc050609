import { randomUUID } from "node:crypto";

/** Hears of a fault of the gateway's own; `instance` is the URN that its caller was told. */
export type OnFault = (error: unknown, instance: string) => void;

/**
 * Where faults of the gateway's own end: each is told once, with a URN, and costs only what it happened
 * in. Every entry into the gateway runs behind it: requests, answers of servers, timers, events.
 */
export class Faults {
  readonly #onFault: OnFault;

  constructor(onFault: OnFault = () => {}) {
    this.#onFault = onFault;
  }

  /** Tells of a fault. Returns the URN that names it. */
  report(error: unknown): string {
    const instance = `urn:uuid:${randomUUID()}`;
    this.#onFault(error, instance);
    return instance;
  }

  /** Runs what nobody waits for. */
  contain(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.report(error);
    }
  }
}
