import type { Entry } from "@hub/core";
import type { GatewayFailure } from "../errors.js";
import type { CallRecord, RunningCall } from "../traffic.js";
import { CallTimer } from "../upstream/call-timer.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { UpstreamExchange } from "../upstream/port.js";
import { CallPlace } from "./call-place.js";
import { busy, type GatewayContext, timedOut } from "./context.js";

export type CallRunOptions = {
  readonly entry: Entry;
  readonly method: string;
  readonly name: string | undefined;
  readonly client: string | undefined;
  readonly params: unknown;
  /** Hears once that the call failed on the hub's side; it has ended then. */
  readonly onFailure: (failure: GatewayFailure) => void;
};

/** How long a stream may stay open after the answer. To close it at once would cost its connection. */
const mostTrailingMs = 1_000;

/** One call to a server, message by message: its place, its time, what it counts as. */
export class CallRun {
  readonly #context: GatewayContext;
  readonly #options: CallRunOptions;
  readonly #running: RunningCall;
  readonly #timer: CallTimer;
  readonly #began: number;
  #instance: UpstreamInstance | undefined;
  #exchange: UpstreamExchange | undefined;
  readonly #place: CallPlace;
  #closing: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(context: GatewayContext, options: CallRunOptions) {
    this.#context = context;
    this.#options = options;
    const { entry, method, name, client, params } = options;
    this.#running = context.traffic.begin(entry.record.id, method, name, client, params);
    this.#began = context.catalogue.now().hub;
    this.#timer = new CallTimer(context.limits, (afterMs) => {
      // It has never got a place: that says nothing about the server.
      if (this.#exchange === undefined && this.#instance !== undefined) return this.fail(busy);
      this.#instance?.timedOut(this.#began, context.catalogue.now().hub);
      void context.refresh(entry.record.id);
      this.fail(timedOut(afterMs));
    });
    this.#place = new CallPlace(this.#timer);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends it to an instance, as soon as that has a place. A second time after a first that did not run. */
  send(instance: UpstreamInstance, start: () => UpstreamExchange): void {
    this.#instance = instance;
    this.#running.instanceId = instance.instanceId;
    const hasRoom = this.#place.enter(instance.calls, () => {
      if (!this.#isOver) this.#exchange = start();
    });
    if (!hasRoom) this.fail(busy);
  }

  /** A message of the server came. */
  heard(text: string): void {
    this.#running.bytes += Buffer.byteLength(text);
    this.#timer.touch();
    this.#instance?.showLife(this.#context.catalogue.now().hub);
  }

  /** The server waits for somebody's answer. */
  waitForClient(): void {
    this.#place.waitForClient();
  }

  /** One answer of those it waits for has come. */
  goOn(): void {
    this.#place.goOn();
  }

  slowDown(onDrain: (listener: () => void) => void): void {
    const exchange = this.#exchange;
    exchange?.pause();
    onDrain(() => exchange?.resume());
  }

  /** The answer is there. Its stream ends with it; one that stays open all the same is closed. */
  finish(outcome: CallRecord["outcome"]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.clear();
    this.#place.end();
    this.#running.end(outcome);
    const exchange = this.#exchange;
    if (exchange !== undefined)
      this.#closing = setTimeout(() => exchange.abort(), mostTrailingMs).unref();
  }

  /** The stream of the answer has ended. */
  ended(): void {
    clearTimeout(this.#closing);
  }

  fail(failure: GatewayFailure): void {
    if (this.#isOver) return;
    this.finish("hub-error");
    this.#exchange?.abort();
    this.#options.onFailure(failure);
  }

  /** The client wants no answer any more. */
  cancel(): void {
    if (this.#isOver) return;
    this.finish("cancelled");
    this.#exchange?.abort();
  }
}
