import type { Principal } from "@hub/core/access";
import type { CallOutcome } from "@hub/core/past";

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
  readonly outcome: CallOutcome;
  /** The parameters as JSON, cut to 4,096 characters; only where the operator asked for them. */
  readonly params?: string | undefined;
};

/** A record in its place, which the next call that comes there overwrites. */
export type RecordPlace = { -readonly [Field in keyof CallRecord]: CallRecord[Field] } & {
  /** It went through another hub. */
  isHeard: boolean;
};

/** The last calls, so many of them: a new one takes the place of the oldest. */
export class RecentCalls {
  /** Overwritten in turn: a record made anew for each call lives long enough to be collected late. */
  readonly #places: RecordPlace[] = [];
  readonly #kept: number;
  #next = 0;
  /** Those before it were taken. */
  #taken = 0;

  /** `kept`: how many. */
  constructor(kept: number) {
    this.#kept = kept;
  }

  /** Where the next record goes, every field of which is to be written: the oldest one's when all are taken. */
  next(): RecordPlace {
    const index = this.#next % this.#kept;
    this.#next += 1;
    const known = this.#places[index];
    if (known !== undefined) return known;
    // Doubles from the start, so that what is written later needs no new shape.
    const place: RecordPlace = {
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
      isHeard: false,
    };
    this.#places[index] = place;
    return place;
  }

  /** One that went through another hub. */
  hear(record: CallRecord): void {
    Object.assign(this.next(), unsaid, record, { isHeard: true });
  }

  /** The newest first; those that `isWanted` lets through. */
  list(
    limit: number,
    serverId: string | undefined,
    isWanted: (record: CallRecord) => boolean,
  ): CallRecord[] {
    const found: CallRecord[] = [];
    for (let back = 1; back <= this.#places.length && found.length < limit; back += 1) {
      const record = this.#places[(this.#next - back + this.#kept) % this.#kept];
      if (record === undefined || (serverId !== undefined && record.serverId !== serverId))
        continue;
      if (isWanted(record)) found.push(shownRecord(record));
    }
    return found;
  }

  /** Those through this hub that ended since this was asked last, as far as they are kept, the oldest first. */
  take(): CallRecord[] {
    const from = Math.max(this.#taken, this.#next - this.#kept);
    this.#taken = this.#next;
    const ended: CallRecord[] = [];
    for (let index = from; index < this.#next; index += 1) {
      const record = this.#places[index % this.#kept];
      if (record !== undefined && !record.isHeard) ended.push(shownRecord(record));
    }
    return ended;
  }
}

/** What a record may lack, so that nothing of the one before it in its place is left. */
const unsaid = {
  name: undefined,
  instanceId: undefined,
  client: undefined,
  principal: undefined,
  params: undefined,
} as const;

function shownRecord({ isHeard, ...record }: RecordPlace): CallRecord {
  return { ...record, ...principalOf(record) };
}

/** What is said of who called; what it may do is not. */
function principalOf({ principal }: CallRecord): Pick<CallRecord, "principal"> {
  if (principal === undefined) return {};
  const { id, name } = principal;
  return { principal: name === undefined ? { id } : { id, name } };
}
