import type { Now } from "@hub/core";
import { Minutes, Rate, type TrafficMinute } from "./minutes.js";

/** One call that went through the gateway. */
export type CallRecord = {
  readonly at: number;
  readonly serverId: string;
  readonly method: string;
  /** The tool, prompt or resource, as its server calls it. */
  readonly name?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly client?: string | undefined;
  readonly durationMs: number;
  readonly bytes: number;
  readonly outcome: "ok" | "tool-error" | "error" | "cancelled" | "hub-error";
  /** The parameters as JSON, cut to 4,096 characters; only where the operator asked for them. */
  readonly params?: string | undefined;
};

/** What went to one tool, prompt or resource list of one server since the hub started. */
export type TrafficRow = {
  readonly serverId: string;
  readonly method: string;
  readonly name?: string;
  readonly calls: number;
  /** Of the last 60 seconds. */
  readonly callsPerMinute: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
};

/** A call under way. */
export type RunningCall = {
  bytes: number;
  instanceId?: string | undefined;
  /** Ends it; only the first time counts. */
  end(outcome: CallRecord["outcome"]): void;
};

type Row = {
  readonly serverId: string;
  readonly method: string;
  readonly name: string | undefined;
  calls: number;
  errors: number;
  inFlight: number;
  bytes: number;
  maxMs: number;
  /** Calls by latency: a bucket holds what took up to 2^(n/4) times 0.25 ms. */
  readonly buckets: Uint32Array;
  readonly rate: Rate;
  /** Those of its server. */
  readonly minutes: Minutes;
};

export type TrafficOptions = {
  /** How many of the last calls are kept. Default: 1,000. */
  readonly kept?: number;
  /** Keep what was asked for as well, which may hold secrets. Default: no. */
  readonly keepsParams?: boolean;
};

const longestParams = 4_096;
const bucketCount = 80;
const mostRows = 20_000;

const bucketOf = (ms: number) =>
  Math.min(bucketCount - 1, Math.max(0, Math.ceil(4 * Math.log2(Math.max(ms, 0.25) / 0.25))));
const upperMs = (bucket: number) => 0.25 * 2 ** (bucket / 4);

/** Counts calls by server and name, and keeps the last ones. */
export class Traffic {
  readonly #rows = new Map<string, Row>();
  readonly #minutes = new Minutes();
  readonly #minutesOf = new Map<string, Minutes>();
  readonly #recent: CallRecord[] = [];
  readonly #kept: number;
  readonly #keepsParams: boolean;
  readonly #now: () => Now;
  #next = 0;

  constructor(now: () => Now, { kept = 1_000, keepsParams = false }: TrafficOptions = {}) {
    this.#now = now;
    this.#kept = kept;
    this.#keepsParams = keepsParams;
  }

  begin(
    serverId: string,
    method: string,
    name: string | undefined,
    client: string | undefined,
    params?: unknown,
  ): RunningCall {
    const row = this.#row(serverId, short(method), name === undefined ? undefined : short(name));
    const { hub, wall } = this.#now();
    row.inFlight += 1;
    let isOver = false;
    const running: RunningCall = {
      bytes: 0,
      end: (outcome) => {
        if (isOver) return;
        isOver = true;
        const ended = this.#now();
        const durationMs = Math.round((ended.hub - hub) * 100) / 100;
        const isError = outcome !== "ok" && outcome !== "cancelled";
        row.inFlight -= 1;
        row.calls += 1;
        row.bytes += running.bytes;
        if (isError) row.errors += 1;
        row.rate.count(ended.wall);
        row.minutes.count(ended.wall, isError);
        this.#minutes.count(ended.wall, isError);
        row.maxMs = Math.max(row.maxMs, durationMs);
        const bucket = bucketOf(durationMs);
        row.buckets[bucket] = (row.buckets[bucket] ?? 0) + 1;
        this.#recent[this.#next % this.#kept] = {
          at: wall,
          serverId,
          method: row.method,
          name: row.name,
          instanceId: running.instanceId,
          client,
          durationMs,
          bytes: running.bytes,
          outcome,
          ...(this.#keepsParams && params !== undefined
            ? { params: JSON.stringify(params).slice(0, longestParams) }
            : {}),
        };
        this.#next += 1;
      },
    };
    return running;
  }

  /** The last calls, newest first. */
  recent(limit: number, serverId?: string): CallRecord[] {
    const found: CallRecord[] = [];
    for (let back = 1; back <= this.#recent.length && found.length < limit; back += 1) {
      const record = this.#recent[(this.#next - back + this.#kept) % this.#kept];
      if (record !== undefined && (serverId === undefined || record.serverId === serverId))
        found.push(record);
    }
    return found;
  }

  /** Calls that ended in each minute of the last hour, the oldest first; of all servers, or of one. */
  minutes(serverId?: string): TrafficMinute[] {
    const minutes = serverId === undefined ? this.#minutes : this.#minutesOf.get(serverId);
    return (minutes ?? new Minutes()).list(this.#now().wall);
  }

  rows(serverId?: string): TrafficRow[] {
    const { wall } = this.#now();
    return [...this.#rows.values()]
      .filter((row) => serverId === undefined || row.serverId === serverId)
      .map((row) => ({
        serverId: row.serverId,
        method: row.method,
        ...(row.name === undefined ? {} : { name: row.name }),
        calls: row.calls,
        callsPerMinute: row.rate.perMinute(wall),
        errors: row.errors,
        inFlight: row.inFlight,
        bytes: row.bytes,
        p50Ms: quantile(row, 0.5),
        p95Ms: quantile(row, 0.95),
        maxMs: row.maxMs,
      }));
  }

  /** Forgets the counts of servers that are gone, unless something still runs there. */
  retain(serverIds: ReadonlySet<string>): void {
    const counted = new Set<string>();
    for (const [key, row] of this.#rows) {
      if (!serverIds.has(row.serverId) && row.inFlight === 0) this.#rows.delete(key);
      else counted.add(row.serverId);
    }
    for (const id of this.#minutesOf.keys()) if (!counted.has(id)) this.#minutesOf.delete(id);
  }

  #row(serverId: string, method: string, name: string | undefined): Row {
    const key = `${serverId} ${method} ${name ?? ""}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    // Clients name what they like; when there are too many names the rest is counted together.
    if (this.#rows.size >= mostRows && (name !== undefined || method !== other))
      return this.#row(serverId, name === undefined ? other : method, undefined);
    const row: Row = {
      serverId,
      method,
      name,
      calls: 0,
      errors: 0,
      inFlight: 0,
      bytes: 0,
      maxMs: 0,
      buckets: new Uint32Array(bucketCount),
      rate: new Rate(),
      minutes: this.#minutesOfServer(serverId),
    };
    this.#rows.set(key, row);
    return row;
  }

  #minutesOfServer(serverId: string): Minutes {
    const known = this.#minutesOf.get(serverId);
    if (known !== undefined) return known;
    const minutes = new Minutes();
    this.#minutesOf.set(serverId, minutes);
    return minutes;
  }
}

/** Names of clients' making are kept, so they are cut. */
const longestName = 128;
const other = "(other)";
const short = (text: string) => (text.length <= longestName ? text : text.slice(0, longestName));

function quantile(row: Row, share: number): number {
  const wanted = row.calls * share;
  let seen = 0;
  for (const [bucket, count] of row.buckets.entries()) {
    seen += count;
    if (seen >= wanted && count > 0)
      return Math.round(Math.min(upperMs(bucket), row.maxMs) * 100) / 100;
  }
  return 0;
}
