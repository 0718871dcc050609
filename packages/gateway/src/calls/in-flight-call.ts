import type { IncomingHttpHeaders } from "node:http";
import type { Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { UpstreamExchange } from "@hub/core/upstream";
import { type Envelope, isUnauthorized, type JsonRpcId, outcomeOf } from "@hub/mcp";
import type { GatewayFailure } from "../errors.js";
import { type CallError, hubCallError, type TraceMeta } from "../traffic/call-trace.js";
import type { RunningCall } from "../traffic/counted-call.js";
import type { CallRecord } from "../traffic/recent-calls.js";
import { isAway } from "../upstream/away.js";
import { endSoon } from "../upstream/brief-exchange.js";
import { busy, notOpened, timedOut } from "../upstream/call-failures.js";
import { callLimits, isTelling } from "../upstream/call-limits.js";
import { CallTimer } from "../upstream/call-timer.js";
import type { GatewayContext } from "../upstream/context.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { CallPlace } from "./call-place.js";
import { type MayWait, mayBeUnreached } from "./may-wait.js";

export type InFlightCallOptions = MayWait & {
  readonly entry: Entry;
  readonly id: JsonRpcId;
  readonly method: string;
  readonly name: string | undefined;
  readonly client: string | undefined;
  readonly principal: Principal;
  /** The address that it was asked from. */
  readonly from: string | undefined;
  /** The headers of the HTTP request that it came in. */
  readonly cameWith: IncomingHttpHeaders | undefined;
  readonly params: unknown;
  /** Whose call it is: see `peerOf`. */
  readonly peer: string;
  /** Hears once that the call failed on the hub's side; it has ended then. */
  readonly onFailure: (failure: GatewayFailure) => void;
  /** Hears once that the call is over, however it ended. */
  readonly onOver?: () => void;
};

/** One call to a server, message by message: its place, its time, what it counts as. */
export class InFlightCall {
  readonly #context: GatewayContext;
  readonly #options: InFlightCallOptions;
  readonly #running: RunningCall;
  readonly #timer: CallTimer;
  readonly #place: CallPlace;
  readonly #beganAt: number;
  #instance: UpstreamInstance | undefined;
  #exchange: UpstreamExchange | undefined;
  /** When it went out, in hub time; undefined while it waits in the hub. */
  #sentAt: number | undefined;
  #stopEnding: (() => void) | undefined;
  #isOver = false;
  #hasHeard = false;

  constructor(context: GatewayContext, options: InFlightCallOptions) {
    this.#context = context;
    this.#options = options;
    this.#beganAt = context.catalogue.now().hub;
    const { entry, method, name } = options;
    this.#running =
      options.running ?? context.traffic.begin(entry.record.id, method, name, options);
    const limits = callLimits(context.limits, entry, method, name);
    this.#timer = new CallTimer(limits, (over) => {
      // It was never sent: that says nothing about the server.
      if (this.#sentAt === undefined)
        return this.fail(this.#place.isWaiting ? busy(context, entry) : notOpened(over));
      if (over.isSilent) {
        if (isTelling(over, context.limits))
          this.#instance?.timedOut(this.#sentAt, context.catalogue.now().hub);
        void context.refresh(entry.record.id);
      }
      this.fail(timedOut(over, limits, entry));
    });
    this.#place = new CallPlace(this.#timer, options.peer);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether an instance has been started again, or went away, since this began. */
  isRestarted({ serverId, instanceId }: UpstreamInstance): boolean {
    const { catalogue, instances } = this.#context;
    const entry = catalogue.get(serverId);
    const now = entry === undefined ? undefined : instances.get(entry, instanceId);
    return now === undefined || isAway(now.status) || now.knownSince >= this.#beganAt;
  }

  /**
   * Takes a place at an instance for what must be opened there before the call is sent; it counts as a
   * part of the call. False when the call is over before it has one, which `over` must tell.
   */
  reach(instance: UpstreamInstance, over: AbortSignal): Promise<boolean> {
    if (over.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      over.addEventListener("abort", () => resolve(false), { once: true });
      this.#enter(instance, () => resolve(true));
    });
  }

  /**
   * Sends it to an instance, as soon as that has a place. A second time after a first that did not run. `meta`:
   * what it says to its server of where it is traced.
   */
  send(instance: UpstreamInstance, start: (meta: TraceMeta | undefined) => UpstreamExchange): void {
    // What was sent before has served, even if its server has not ended it.
    this.#exchange?.abort();
    this.ended();
    this.#sentAt = undefined;
    this.#enter(instance, () => {
      if (this.#isOver) return;
      this.#timer.sent();
      this.#sentAt = this.#context.catalogue.now().hub;
      this.#exchange = start(this.#running.trace?.sent(instance));
    });
  }

  /** A message of the server came, or a piece of one. */
  heard(text: string | Buffer): void {
    this.#hasHeard = true;
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

  /** The hub has no room to read the answer on, or has it again: nobody's silence. */
  waitForRoom(hasRoom: boolean): void {
    if (hasRoom) this.#timer.resume();
    else this.#timer.pause();
  }

  /** The client does not read as fast as the server writes. */
  slowDown(onDrain: (listener: () => void) => void): void {
    const exchange = this.#exchange;
    exchange?.pause();
    this.#place.waitForClient();
    onDrain(() => {
      this.#place.goOn();
      exchange?.resume();
    });
  }

  #enter(instance: UpstreamInstance, start: () => void): void {
    if (this.#isOver) return;
    this.#instance = instance;
    this.#running.instanceId = instance.instanceId;
    const begin = () => {
      // Until now it waited in the hub.
      this.#timer.touch();
      start();
    };
    if (!this.#place.enter(instance.calls, begin))
      this.fail(busy(this.#context, this.#options.entry));
  }

  /** The server's answer is there, and with it the end of the call. */
  settle(envelope: Envelope): void {
    if (this.#isOver) return;
    const outcome = outcomeOf(envelope);
    const instance = this.#instance;
    const isTool = this.#options.method === "tools/call";
    if (outcome === "error" && isTool && instance !== undefined && isUnauthorized(envelope.error))
      this.#context.onRefused(instance.endpoint);
    this.finish(outcome, { code: envelope.error?.code });
  }

  /** The call has ended, however it did. `error`: how it failed, if it did. */
  finish(outcome: CallRecord["outcome"], error?: CallError): void {
    if (this.#isOver) return;
    this.#running.end(outcome, error);
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#timer.clear();
    this.#place.end();
    this.#options.onOver?.();
    this.answered();
  }

  /** What was sent has its answer. Its stream ends with it; one that stays open all the same is closed. */
  answered(): void {
    if (!this.#isOver) this.#running.trace?.answered();
    this.#stopEnding?.();
    this.#stopEnding = undefined;
    const exchange = this.#exchange;
    // Most end with the bytes that bring the answer.
    queueMicrotask(() => {
      if (exchange !== undefined && exchange === this.#exchange)
        this.#stopEnding ??= endSoon(() => exchange.abort());
    });
  }

  /** The stream of the answer has ended. */
  ended(): void {
    this.#stopEnding?.();
    this.#stopEnding = undefined;
    // What was read of it may be large, and the call may go on for long.
    this.#exchange = undefined;
  }

  /** What was sent never reached its instance, as `failure` says; another one may be sent it. */
  unreached({ code }: GatewayFailure): void {
    if (!this.#isOver) this.#running.trace?.failed(hubCallError(code));
  }

  fail(failure: GatewayFailure): void {
    if (this.#isOver) return;
    const error = hubCallError(failure.code);
    this.#running.trace?.failed(error);
    // What was heard before was an answer to something that was sent.
    const isUnheard = mayBeUnreached(failure) && !this.#hasHeard;
    if (isUnheard && this.#options.onUnreached?.(failure, this.#running) === true) {
      this.#end();
      this.ended();
      return;
    }
    this.finish("hub-error", error);
    this.#exchange?.abort();
    this.ended();
    this.#options.onFailure(failure);
  }

  /** The client wants no answer any more. */
  cancel(): void {
    if (this.#isOver) return;
    this.finish("cancelled");
    this.#exchange?.abort();
    this.ended();
  }
}
