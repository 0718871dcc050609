import type { ReportChannel } from "@hub/core/hubs";
import type { JsonValue } from "@hub/core/json";
import { type JsonObject, jsonOf } from "@hub/core/json";
import { type CountedCalls, packCounts, unpackCounts } from "@hub/core/past";
import type { Gateway } from "@hub/gateway";

type Traffic = Gateway["traffic"];
type CallRecord = ReturnType<Traffic["takeEnded"]>[number];
type Running = ReturnType<Traffic["running"]>;
type Said = {
  readonly counted: readonly (Omit<CountedCalls, "counts"> & { readonly counts: JsonObject })[];
  readonly ended: readonly CallRecord[];
  /** What is under way; absent when it is what was said before. */
  readonly running?: Running;
};

/** Calls through each hub, for all of them. What is counted is also kept for the history, which each hub writes itself. */
export class SharedTraffic implements ReportChannel {
  readonly #traffic: () => Traffic;
  #unwritten: CountedCalls[] = [];
  #saidRunning = "[]";

  constructor(traffic: () => Traffic) {
    this.#traffic = traffic;
  }

  /** What was counted since this was asked last, for whoever writes it down. */
  drain(): readonly CountedCalls[] {
    const drained = this.#unwritten;
    this.#unwritten = [];
    return drained;
  }

  /** Which hubs there are: what was under way at others is over. */
  retainHubs(hubIds: ReadonlySet<string>): void {
    this.#traffic().retainHubs(hubIds);
  }

  take(isFull: boolean): JsonValue | undefined {
    const counted = this.#traffic().drain();
    const ended = this.#traffic().takeEnded();
    this.#unwritten.push(...counted);
    const running = this.#traffic().running();
    const text = JSON.stringify(running);
    const isNew = isFull || text !== this.#saidRunning;
    this.#saidRunning = text;
    if (counted.length + ended.length === 0 && !isNew) return undefined;
    return jsonOf({
      counted: counted.map((one) => ({ ...one, counts: packCounts(one.counts) })),
      ended,
      ...(isNew ? { running } : {}),
    });
  }

  hear(said: JsonValue, _agoMs: number, hubId: string): void {
    // What hubs write is what they read.
    const { counted, ended, running } = said as unknown as Said;
    const unpacked = counted.map((one) => ({ ...one, counts: unpackCounts(one.counts) }));
    this.#traffic().hear(unpacked, ended);
    if (running !== undefined) this.#traffic().hearRunning(hubId, running);
  }
}
