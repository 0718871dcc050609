import type {
  UpstreamDialer,
  UpstreamExchange,
  UpstreamFailure,
  UpstreamReceiver,
  UpstreamRequest,
} from "@hub/core/upstream";
import type { Faults } from "../faults.js";

/** The code of an exchange that ended by a fault of the hub's own. */
export const hubFault = "HUB_FAULT";

const fault = (instance: string, neverSent: boolean): UpstreamFailure => ({
  neverSent,
  code: hubFault,
  detail: `the hub failed at this call; its log has it as ${instance}.`,
});

/**
 * Hears of each dial that failed, and, without a failure, of each server that let a request not in. `endpoint`
 * is what was dialled. Must not throw.
 */
export type OnTrouble = (endpoint: string, failure?: UpstreamFailure) => void;

/** Whether a server lets nobody in who brings no token; not all that answer 403 mean that. */
function isLockedOut(status: number): boolean {
  return status === 401 || status === 403 || status === 407;
}

/** Hears what a server answers in the name of who asked; what fails there ends this one exchange. */
export class ContainedReceiver implements UpstreamReceiver {
  readonly #receiver: UpstreamReceiver;
  readonly #faults: Faults;
  exchange: UpstreamExchange | undefined;
  readonly #endpoint: string;
  readonly #onTrouble: OnTrouble | undefined;
  #isOver = false;

  /** `onTrouble` hears of it when the dial to `endpoint` fails. Default: it is told elsewhere. */
  constructor(receiver: UpstreamReceiver, faults: Faults, endpoint: string, onTrouble?: OnTrouble) {
    this.#receiver = receiver;
    this.#faults = faults;
    this.#endpoint = endpoint;
    this.#onTrouble = onTrouble;
  }

  onHead(status: number, headers: Parameters<UpstreamReceiver["onHead"]>[1]): void {
    if (this.#isOver) return;
    try {
      if (isLockedOut(status)) this.#onTrouble?.(this.#endpoint);
      this.#receiver.onHead(status, headers);
    } catch (error) {
      this.fail(error, false);
    }
  }

  onData(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#receiver.onData(chunk);
    } catch (error) {
      this.fail(error, false);
    }
  }

  onEnd(): void {
    if (this.#isOver) return;
    try {
      this.#receiver.onEnd();
    } catch (error) {
      this.fail(error, false);
    }
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      // Before whoever asked hears of it, so that what they say is true by then.
      if (failure.code !== hubFault) this.#onTrouble?.(this.#endpoint, failure);
      this.#receiver.onFailure(failure);
    } catch (error) {
      // Who asked still has to answer somebody.
      const again = fault(this.#faults.report(error), false);
      this.#faults.contain(() => this.#receiver.onFailure(again));
    }
  }

  /** Ends the exchange by a fault, and tells who asked. */
  fail(error: unknown, neverSent: boolean): void {
    this.exchange?.abort();
    this.onFailure(fault(this.#faults.report(error), neverSent));
  }
}

const nothing: UpstreamExchange = { abort() {}, pause() {}, resume() {} };

/** A dialer behind which nothing throws: neither the dialing itself nor the hearing of an answer. */
export function containedDialer(
  dialer: UpstreamDialer,
  faults: Faults,
  onTrouble: OnTrouble,
): UpstreamDialer {
  return {
    send(url: string, request: UpstreamRequest, receiver: UpstreamReceiver): UpstreamExchange {
      const contained = new ContainedReceiver(receiver, faults, url, onTrouble);
      try {
        contained.exchange = dialer.send(url, request, contained);
        return contained.exchange;
      } catch (error) {
        // Who asked has what this returns before it hears of the failure.
        queueMicrotask(() => contained.fail(error, true));
        return nothing;
      }
    },
  };
}
