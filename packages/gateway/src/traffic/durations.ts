import type { CallOutcome } from "@hub/core/past";

/** Upper ends in seconds, as the OpenTelemetry conventions for MCP advise them. */
export const durationBounds = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300,
] as const;

/** Methods of MCP that the gateway passes on. Clients may send any other, so those are counted together. */
const methods: ReadonlySet<string> = new Set([
  "tools/call",
  "tools/list",
  "resources/read",
  "resources/list",
  "resources/templates/list",
  "resources/subscribe",
  "resources/unsubscribe",
  "prompts/get",
  "prompts/list",
  "completion/complete",
  "logging/setLevel",
  "ping",
  "initialize",
  "server/discover",
  "subscriptions/listen",
]);

/** The name that OpenTelemetry gives to what is none of the known ones. */
const otherMethod = "_OTHER";

/** How long all calls of one method that ended in one way took. */
export type Durations = {
  readonly method: string;
  readonly outcome: CallOutcome;
  readonly count: number;
  readonly sumSeconds: number;
  /** How many took at most each of `durationBounds`. */
  readonly within: readonly number[];
};

type Counted = {
  readonly method: string;
  readonly outcome: CallOutcome;
  count: number;
  sumMs: number;
  /** How many took more than the bound before and at most this one; the last is for the rest. */
  readonly buckets: Uint32Array;
};

/** How long calls took since the hub started, by method and outcome: a few dozen rows, whatever clients send. */
export class OperationDurations {
  readonly #rows = new Map<string, Counted>();

  /** Allocates nothing once a method has been seen with this outcome. */
  count(method: string, outcome: CallOutcome, durationMs: number): void {
    const row = this.#row(methods.has(method) ? method : otherMethod, outcome);
    row.count += 1;
    row.sumMs += durationMs;
    let bucket = 0;
    for (const bound of durationBounds) {
      if (durationMs <= bound * 1_000) break;
      bucket += 1;
    }
    row.buckets[bucket] = (row.buckets[bucket] ?? 0) + 1;
  }

  list(): readonly Durations[] {
    return [...this.#rows.values()].map(({ method, outcome, count, sumMs, buckets }) => {
      let sum = 0;
      const within = durationBounds.map((_, bucket) => {
        sum += buckets[bucket] ?? 0;
        return sum;
      });
      return { method, outcome, count, sumSeconds: sumMs / 1_000, within };
    });
  }

  #row(method: string, outcome: CallOutcome): Counted {
    const key = `${method} ${outcome}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const buckets = new Uint32Array(durationBounds.length + 1);
    const row: Counted = { method, outcome, count: 0, sumMs: 0, buckets };
    this.#rows.set(key, row);
    return row;
  }
}
