import type { Now } from "@hub/core";
import type { Principal } from "@hub/core/access";
import { cutText } from "@hub/mcp";
import { addCounts, addDuration, type Counts, type Figures, figures, noCounts } from "./figures.js";
import { type MinuteFigures, Minutes, Rate } from "./minutes.js";

/** One call that went through the gateway. */
export type CallRecord = {
  readonly at: number;
  readonly serverId: string;
  readonly method: string;
  /** The tool, prompt or resource, as its server calls it. */
  readonly name?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly client?: string | undefined;
  /** Who called; undefined for whoever calls an open hub. */
  readonly principal?: Pick<Principal, "id" | "name"> | undefined;
  readonly durationMs: number;
  readonly bytes: number;
  readonly outcome: "ok" | "tool-error" | "error" | "cancelled" | "hub-error";
  /** The parameters as JSON, cut to 4,096 characters; only where the operator asked for them. */
  readonly params?: string | undefined;
};

/** A record in its place, which the next call that comes there overwrites. */
type Place = { -readonly [Field in keyof CallRecord]: CallRecord[Field] };

/** What went to one tool, prompt or resource list of one server since the hub started. */
export type RowFigures = {
  readonly serverId: string;
  readonly method: string;
  readonly name?: string;
} & Figures;

/** The same of all that went to one server. */
export type ServerFigures = { readonly serverId: string } & Figures;

/** A call under way. */
export type RunningCall = {
  bytes: number;
  instanceId?: string | undefined;
  /** Ends it; only the first time counts. */
  end(outcome: CallRecord["outcome"]): void;
};

type Row = Counts & {
  readonly serverId: string;
  readonly method: string;
  readonly name: string | undefined;
  readonly rate: Rate;
  /** Those of its server. */
  readonly minutes: Minutes;
};

/** A call that has ended, for whoever keeps account of them. */
export type EndedCall = Pick<
  CallRecord,
  "at" | "serverId" | "method" | "name" | "durationMs" | "outcome" | "params"
>;

/** Told of each call of somebody the hub knows; nothing may wait for it. */
export type OnCall = (call: EndedCall, principal: Principal) => void;

export type TrafficOptions = {
  /** Default: nobody is told. */
  readonly onCall?: OnCall | undefined;
  /** Tell `onCall` what was asked for as well, which may hold secrets. Default: no. */
  readonly tellsParams?: boolean;
  /** How many of the last calls are kept. Default: 1,000. */
  readonly kept?: number;
  /** Keep what was asked for as well, which may hold secrets. Default: no. */
  readonly keepsParams?: boolean;
};

const longestParams = 4_096;
const mostRows = 20_000;

const written = (params: unknown) =>
  params === undefined ? undefined : cutText(JSON.stringify(params), longestParams);

/** Counts calls by server and name, and keeps the last ones. */
export class Traffic {
  readonly #rows = new Map<string, Row>();
  readonly #minutes = new Minutes();
  readonly #minutesOf = new Map<string, Minutes>();
  /** Overwritten in turn: a record made anew for each call lives long enough to be collected late. */
  readonly #recent: Place[] = [];
  readonly #kept: number;
  readonly #keepsParams: boolean;
  readonly #tellsParams: boolean;
  readonly #onCall: OnCall | undefined;
  readonly #now: () => Now;
  #next = 0;

  constructor(
    now: () => Now,
    { kept = 1_000, keepsParams = false, onCall, tellsParams = false }: TrafficOptions = {},
  ) {
    this.#tellsParams = tellsParams;
    this.#now = now;
    this.#onCall = onCall;
    this.#kept = kept;
    this.#keepsParams = keepsParams;
  }

  begin(
    serverId: string,
    method: string,
    name: string | undefined,
    client: string | undefined,
    principal: Principal,
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
        row.rate.count(ended.steady);
        row.minutes.count(ended.wall, isError);
        this.#minutes.count(ended.wall, isError);
        addDuration(row, durationMs);
        const place = this.#place();
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
        place.params = this.#keepsParams ? written(params) : undefined;
        if (this.#onCall !== undefined && principal.kind !== "anonymous") {
          const { method, name } = place;
          const told = this.#tellsParams ? written(params) : undefined;
          this.#onCall(
            { at: wall, serverId, method, name, durationMs, outcome, params: told },
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
    const found: CallRecord[] = [];
    for (let back = 1; back <= this.#recent.length && found.length < limit; back += 1) {
      const record = this.#recent[(this.#next - back + this.#kept) % this.#kept];
      if (record === undefined || (serverId !== undefined && record.serverId !== serverId))
        continue;
      if (isWanted(record)) found.push({ ...record, ...principalOf(record) });
    }
    return found;
  }

  /** Calls that ended in each minute of the last hour, the oldest first; of all servers, or of one. */
  minutes(serverId?: string): MinuteFigures[] {
    const minutes = serverId === undefined ? this.#minutes : this.#minutesOf.get(serverId);
    return (minutes ?? new Minutes()).list(this.#now().wall);
  }

  rows(serverId?: string): RowFigures[] {
    const { steady } = this.#now();
    return [...this.#rows.values()]
      .filter((row) => serverId === undefined || row.serverId === serverId)
      .map((row) => ({
        serverId: row.serverId,
        method: row.method,
        ...(row.name === undefined ? {} : { name: row.name }),
        ...figures(row, row.rate.perMinute(steady)),
      }));
  }

  /** The rows of each server as one, with the latencies of all its calls. */
  servers(serverId?: string): ServerFigures[] {
    const { steady } = this.#now();
    const sums = new Map<string, Counts & { perMinute: number }>();
    for (const row of this.#rows.values()) {
      if (serverId !== undefined && row.serverId !== serverId) continue;
      let sum = sums.get(row.serverId);
      if (sum === undefined) {
        sum = { ...noCounts(), perMinute: 0 };
        sums.set(row.serverId, sum);
      }
      addCounts(sum, row);
      sum.perMinute += row.rate.perMinute(steady);
    }
    return [...sums].map(([id, sum]) => ({ serverId: id, ...figures(sum, sum.perMinute) }));
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

  /** Where the next record goes: the place of the oldest one when all are taken. */
  #place(): Place {
    const index = this.#next % this.#kept;
    this.#next += 1;
    const known = this.#recent[index];
    if (known !== undefined) return known;
    // Doubles from the start, so that what is written later needs no new shape.
    const place: Place = {
      at: 0.5,
      serverId: "",
      method: "",
      name: undefined,
      instanceId: undefined,
      client: undefined,
      principal: undefined,
      durationMs: 0.5,
      bytes: 0,
      outcome: "ok",
      params: undefined,
    };
    this.#recent[index] = place;
    return place;
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
      ...noCounts(),
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

/** What is said of who called; what it may do is not. */
function principalOf({ principal }: CallRecord): Pick<CallRecord, "principal"> {
  if (principal === undefined) return {};
  const { id, name } = principal;
  return { principal: name === undefined ? { id } : { id, name } };
}

/** Names of clients' making are kept, so they are cut. */
const longestName = 128;
const other = "(other)";
const short = (text: string) => cutText(text, longestName);
