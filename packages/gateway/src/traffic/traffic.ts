import type { Now } from "@hub/core";
import {
  addCounts,
  type CallCounts,
  type CountedCalls,
  countCall,
  errorsOf,
  minuteMs,
  noCounts,
} from "@hub/core/past";
import { cutText } from "@hub/mcp";
import type { CallTraces } from "./call-trace.js";
import type { Called, OnCall, RunningCall } from "./counted-call.js";
import { type Durations, OperationDurations } from "./durations.js";
import { type Figures, figures } from "./figures.js";
import { type MinuteFigures, Minutes, Rate } from "./minutes.js";
import { type CallRecord, RecentCalls } from "./recent-calls.js";

/** What went to one tool, prompt or resource list of one server since the hub started. */
export type RowFigures = {
  readonly serverId: string;
  readonly method: string;
  readonly name?: string;
} & Figures;

/** The same of all that went to one server. */
export type ServerFigures = { readonly serverId: string } & Figures;

type Row = {
  readonly serverId: string;
  readonly method: string;
  readonly name: string | undefined;
  readonly counts: CallCounts;
  inFlight: number;
  readonly rate: Rate;
  /** Those of its server. */
  readonly minutes: Minutes;
  /** What was counted in one minute, until somebody takes it or the next minute comes. */
  fresh: CallCounts | undefined;
  /** Which minute since 1970 that is. */
  freshMinute: number;
};

/** How many calls to one row are under way. */
export type RunningCalls = Pick<RowFigures, "serverId" | "method" | "name" | "inFlight">;

export type TrafficOptions = {
  /** Default: nobody is told. */
  readonly onCall?: OnCall | undefined;
  /** Tell `onCall` what was asked for as well, which may hold secrets. Default: no. */
  readonly tellsParams?: boolean;
  /** How many of the last calls are kept. Default: 1,000. */
  readonly kept?: number;
  /** Keep what was asked for as well, which may hold secrets. Default: no. */
  readonly keepsParams?: boolean;
  /** Default: nobody traces calls. */
  readonly traces?: CallTraces | undefined;
};

const longestParams = 4_096;
const mostRows = 20_000;
/** What streams, and answers of clients, count as: they call nothing. */
const httpMethods = new Set(["GET", "POST", "DELETE"]);

const written = (params: unknown) =>
  params === undefined ? undefined : cutText(JSON.stringify(params), longestParams);

/** Counts calls by server and name, and keeps the last ones. */
export class Traffic {
  readonly #rows = new Map<string, Row>();
  /** What is under way at other hubs, by their ids and then by row. */
  readonly #elsewhere = new Map<string, ReadonlyMap<string, number>>();
  readonly #minutes = new Minutes();
  readonly #minutesOf = new Map<string, Minutes>();
  readonly #durations = new OperationDurations();
  readonly #recent: RecentCalls;
  /** Rows with calls that nobody has taken. */
  readonly #fresh = new Set<Row>();
  #drained: CountedCalls[] = [];
  readonly #keepsParams: boolean;
  readonly #tellsParams: boolean;
  readonly #onCall: OnCall | undefined;
  readonly #traces: CallTraces | undefined;
  readonly #now: () => Now;

  constructor(
    now: () => Now,
    { kept = 1_000, keepsParams = false, onCall, tellsParams = false, traces }: TrafficOptions = {},
  ) {
    this.#tellsParams = tellsParams;
    this.#now = now;
    this.#onCall = onCall;
    this.#traces = traces;
    this.#recent = new RecentCalls(kept);
    this.#keepsParams = keepsParams;
  }

  begin(
    serverId: string,
    method: string,
    name: string | undefined,
    { client, principal, from, params, id = null, cameWith }: Called,
  ): RunningCall {
    const row = this.#row(serverId, short(method), name === undefined ? undefined : short(name));
    const { hub, wall } = this.#now();
    row.inFlight += 1;
    let isOver = false;
    const { method: asked, name: target } = row;
    const trace = httpMethods.has(method)
      ? undefined
      : this.#traces?.begin({ serverId, method: asked, name: target, id, params, cameWith, from });
    const running: RunningCall = {
      bytes: 0,
      trace,
      end: (outcome, error) => {
        if (isOver) return;
        isOver = true;
        trace?.end(outcome, error);
        const ended = this.#now();
        const durationMs = Math.round((ended.hub - hub) * 100) / 100;
        const isError = outcome !== "ok" && outcome !== "cancelled";
        row.inFlight -= 1;
        countCall(row.counts, outcome, durationMs, running.bytes);
        countCall(this.#freshOf(row, ended.wall), outcome, durationMs, running.bytes);
        this.#durations.count(row.method, outcome, durationMs);
        row.rate.count(ended.steady);
        row.minutes.count(ended.wall, isError);
        this.#minutes.count(ended.wall, isError);
        const place = this.#recent.next();
        place.at = wall;
        place.serverId = serverId;
        place.method = row.method;
        place.name = row.name;
        place.instanceId = running.instanceId;
        place.client = client;
        place.principal = principal.kind === "anonymous" ? undefined : principal;
        place.durationMs = durationMs;
        place.bytes = running.bytes;
        place.outcome = outcome;
        place.isHeard = false;
        place.params = this.#keepsParams ? written(params) : undefined;
        if (this.#onCall !== undefined && principal.kind !== "anonymous") {
          const { method, name } = place;
          const told = this.#tellsParams ? written(params) : undefined;
          this.#onCall(
            { at: wall, serverId, method, name, durationMs, outcome, from, params: told },
            principal,
          );
        }
      },
    };
    return running;
  }

  /** The last calls, newest first; those that `isWanted` lets through. Default: all. */
  recent(
    limit: number,
    serverId?: string,
    isWanted: (record: CallRecord) => boolean = () => true,
  ): CallRecord[] {
    return this.#recent.list(limit, serverId, isWanted);
  }

  /** The last calls through this hub that ended since this was asked last, the oldest first. */
  takeEnded(): CallRecord[] {
    return this.#recent.take();
  }

  /** Takes over what went through another hub of the same catalogue: all that was counted, and the last calls. */
  hear(counted: readonly CountedCalls[], ended: readonly CallRecord[]): void {
    const { steady } = this.#now();
    for (const { serverId, method, name, at, counts } of counted) {
      const row = this.#row(serverId, method, name);
      addCounts(row.counts, counts);
      row.rate.count(steady, counts.calls);
      row.minutes.add(at, counts.calls, errorsOf(counts));
      this.#minutes.add(at, counts.calls, errorsOf(counts));
    }
    for (const record of ended) this.#recent.hear(record);
  }

  /** The calls that are under way at this hub. */
  running(): RunningCalls[] {
    return [...this.#rows.values()]
      .filter(({ inFlight }) => inFlight > 0)
      .map(({ serverId, method, name, inFlight }) => ({
        serverId,
        method,
        ...(name === undefined ? {} : { name }),
        inFlight,
      }));
  }

  /** What is under way at another hub of the same catalogue, in place of what it said before. */
  hearRunning(hubId: string, running: readonly RunningCalls[]): void {
    const counts = new Map<string, number>();
    for (const { serverId, method, name, inFlight } of running) {
      // Where this hub has too many names, several of the other's are one here.
      const key = keyOf(this.#row(serverId, method, name));
      counts.set(key, (counts.get(key) ?? 0) + inFlight);
    }
    this.#elsewhere.set(hubId, counts);
  }

  /** Hubs that are not among these are gone, with what was under way there. */
  retainHubs(hubIds: ReadonlySet<string>): void {
    for (const id of this.#elsewhere.keys()) if (!hubIds.has(id)) this.#elsewhere.delete(id);
  }

  /** Calls that ended in each minute of the last hour, the oldest first; of all servers, or of one. */
  minutes(serverId?: string): MinuteFigures[] {
    const minutes = serverId === undefined ? this.#minutes : this.#minutesOf.get(serverId);
    return (minutes ?? new Minutes()).list(this.#now().wall);
  }

  /** How long calls took since the hub started, by method and outcome; of all servers, also of those that are gone. */
  durations(): readonly Durations[] {
    return this.#durations.list();
  }

  rows(serverId?: string): RowFigures[] {
    const { steady } = this.#now();
    return [...this.#rows.values()]
      .filter((row) => serverId === undefined || row.serverId === serverId)
      .map((row) => ({
        serverId: row.serverId,
        method: row.method,
        ...(row.name === undefined ? {} : { name: row.name }),
        ...figures(row.counts, this.#inFlight(row), row.rate.perMinute(steady)),
      }));
  }

  /** The rows of each server as one, with the latencies of all its calls. */
  servers(serverId?: string): ServerFigures[] {
    const { steady } = this.#now();
    const sums = new Map<string, { counts: CallCounts; inFlight: number; perMinute: number }>();
    for (const row of this.#rows.values()) {
      if (serverId !== undefined && row.serverId !== serverId) continue;
      let sum = sums.get(row.serverId);
      if (sum === undefined) {
        sum = { counts: noCounts(), inFlight: 0, perMinute: 0 };
        sums.set(row.serverId, sum);
      }
      addCounts(sum.counts, row.counts);
      sum.inFlight += this.#inFlight(row);
      sum.perMinute += row.rate.perMinute(steady);
    }
    return [...sums].map(([id, { counts, inFlight, perMinute }]) => ({
      serverId: id,
      ...figures(counts, inFlight, perMinute),
    }));
  }

  /** The calls that ended since this was asked last, by minute: whoever asks keeps them. */
  drain(): readonly CountedCalls[] {
    for (const row of this.#fresh) this.#setAside(row);
    this.#fresh.clear();
    const drained = this.#drained;
    this.#drained = [];
    return drained;
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

  /** At all hubs. */
  #inFlight(row: Row): number {
    let sum = row.inFlight;
    for (const counts of this.#elsewhere.values()) sum += counts.get(keyOf(row)) ?? 0;
    return sum;
  }

  #row(serverId: string, method: string, name: string | undefined): Row {
    const key = keyOf({ serverId, method, name });
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    // Clients name what they like; when there are too many names the rest is counted together.
    if (this.#rows.size >= mostRows && (name !== undefined || method !== other))
      return this.#row(serverId, name === undefined ? other : method, undefined);
    const row: Row = {
      serverId,
      method,
      name,
      counts: noCounts(),
      inFlight: 0,
      rate: new Rate(),
      minutes: this.#minutesOfServer(serverId),
      fresh: undefined,
      freshMinute: 0,
    };
    this.#rows.set(key, row);
    return row;
  }

  /** Where calls of this minute are counted until they are taken. */
  #freshOf(row: Row, wall: number): CallCounts {
    const minute = Math.floor(wall / minuteMs);
    if (row.fresh !== undefined && row.freshMinute === minute) return row.fresh;
    this.#setAside(row);
    const fresh = noCounts();
    row.fresh = fresh;
    row.freshMinute = minute;
    this.#fresh.add(row);
    return fresh;
  }

  #setAside(row: Row): void {
    const { serverId, method, name, fresh: counts, freshMinute } = row;
    if (counts === undefined) return;
    row.fresh = undefined;
    // Somebody who does not ask for them cannot make them grow.
    if (this.#drained.length < 2 * mostRows)
      this.#drained.push({ serverId, method, name, at: freshMinute * minuteMs, counts });
  }

  #minutesOfServer(serverId: string): Minutes {
    const known = this.#minutesOf.get(serverId);
    if (known !== undefined) return known;
    const minutes = new Minutes();
    this.#minutesOf.set(serverId, minutes);
    return minutes;
  }
}

const keyOf = ({ serverId, method, name }: Pick<Row, "serverId" | "method" | "name">) =>
  `${serverId} ${method} ${name ?? ""}`;

/** Names of clients' making are kept, so they are cut. */
const longestName = 128;
const other = "(other)";
const short = (text: string) => cutText(text, longestName);
