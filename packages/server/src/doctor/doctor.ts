import { type Diagnosis, sentenceOf } from "@hub/api";
import {
  type Entry,
  type Instance,
  type JournalEvent,
  leadingInstance,
  leaseIsLost,
  type Registry,
  serverStatus,
  type Transport,
} from "@hub/core";
import { isAdmitted } from "@hub/core/access";
import { type ServerLogs, verdictOf } from "@hub/core/diagnosis";
import { endpointKey } from "@hub/core/probing";
import type { Gateway } from "@hub/gateway";
import type { Diagnose } from "@hub/probe";
import type { Counted } from "../api/seen-calls.js";
import { instant } from "../api/views.js";
import { masked } from "../credentials/mask.js";
import { busy, findServer } from "./find-server.js";
import { problemsOf } from "./problems-of.js";

/** What somebody asks about: a server by its id or name, or an endpoint. */
export type DoctorRequest = {
  readonly signal: AbortSignal;
  /** Whether whoever asks sees a server. Default: it sees all that were let in. */
  readonly sees?: ((entry: Entry) => boolean) | undefined;
  /** Whether it sees a call; the verdict is from those alone. Default: it sees all. */
  readonly seesCall?: ((call: Counted) => boolean) | undefined;
  /** Throws when whoever asks may not have the hub look at the server that was found. Default: it may. */
  readonly check?: ((entry: Entry) => void) | undefined;
} & (
  | { readonly server: string; readonly endpoint?: undefined }
  | {
      readonly server?: undefined;
      readonly endpoint: string;
      readonly transport?: Transport | undefined;
      readonly name?: string | undefined;
    }
);

export type DoctorDeps = {
  readonly registry: Registry;
  readonly logs: ServerLogs;
  readonly examine: Diagnose;
  /** The last calls of a server, newest first. */
  readonly recentCalls: Gateway["traffic"]["recent"];
  readonly probeNow: (serverId: string) => Promise<void>;
  /** What must not be shown of a server, though it may have said it: what the hub proves itself with there. */
  readonly secretsOf: (serverId: string) => readonly string[];
};

/** Diagnoses make the hub dial what a caller names; a flood of them must not. */
const mostAtOnce = 8;
const mostCalls = 20;
const mostChanges = 20;

/** Says why a server does not work, from a look at it and all that the hub knows of it. */
export class Doctor {
  readonly #deps: DoctorDeps;
  #running = 0;

  constructor(deps: DoctorDeps) {
    this.#deps = deps;
  }

  /** Takes about 3 s at most. Throws SERVER_NOT_FOUND and TOO_MANY_REQUESTS. */
  async ask(asked: DoctorRequest): Promise<Diagnosis> {
    if (this.#running >= mostAtOnce) throw busy(mostAtOnce);
    this.#running += 1;
    try {
      if (asked.endpoint === undefined)
        return await this.#aboutServer(findServer(this.#seen(asked), asked.server), asked);
      return await this.#aboutEndpoint(asked);
    } finally {
      this.#running -= 1;
    }
  }

  async #aboutEndpoint(asked: DoctorRequest & { readonly endpoint: string }): Promise<Diagnosis> {
    const { endpoint, transport, name, signal, check } = asked;
    const seen = new Set(this.#seen(asked));
    const there = this.#registeredAt(endpoint).filter(({ entry }) => seen.has(entry));
    const [only] = there;
    // Who says how it should be asked asks about the endpoint, and not about the server that has it.
    if (only !== undefined && there.length === 1 && transport === undefined && name === undefined)
      return this.#aboutServer(only.entry, asked, only.instance);
    // However it is asked, it is a request to them. Of those that are not seen nothing is said, and a look at
    // their endpoint is one at any: without credentials, as whoever may register makes the hub look anywhere.
    for (const { entry } of there) check?.(entry);
    const examined = await this.#deps.examine({ endpoint, transport, name, signal });
    return {
      ...examined,
      ...problemsOf(examined, there.length > 0),
      servers: there.map(({ entry }) => serverView(entry)),
      calls: [],
      changes: [],
      logs: [],
      isLogWanted: false,
    };
  }

  async #aboutServer(
    asked: Entry,
    { signal, sees = seesAdmitted, seesCall, check }: DoctorRequest,
    chosen: Instance | undefined = worstOf(asked.instances),
  ): Promise<Diagnosis> {
    check?.(asked);
    const { registry, logs, recentCalls, examine } = this.#deps;
    const { id, name } = asked.record;
    const isLogWanted = this.#wantLogs(asked);
    const place = placeToLook(asked, chosen);
    const [examined, changes] = await Promise.all([
      examine({
        ...place,
        serverId: id,
        name,
        registeredFrom: chosen?.record.registeredFrom,
        signal,
      }),
      this.#changesOf(asked),
    ]);
    // It may have left meanwhile; then what was known of it is still the best answer.
    const entry = registry.get(id) ?? asked;
    const calls = recentCalls(mostCalls, id, seesCall);
    const now = registry.now();
    const verdict = verdictOf({
      entry,
      now,
      neighbours: registry.neighbours(id).filter(sees),
      examined: {
        instanceId: chosen?.record.id,
        isReached: examined.ok,
        finding: examined.finding,
      },
      calls,
      changes,
      isRegistered: (endpoint) => this.#registeredAt(endpoint).length > 0,
    });
    this.#lookAgain(entry, chosen, examined.ok);
    const diagnosis: Diagnosis = {
      ...examined,
      ok: verdict.ok,
      summary: verdict.summary,
      problems: verdict.problems,
      servers: [serverView(entry)],
      calls: calls.map(({ params, at, ...call }) => ({ ...call, at: instant(at) })),
      changes: changes.map(changeView),
      logs: logs.of(id).map(({ instanceId, at, lines }) => ({
        instanceId,
        at: instant(at),
        ageMs: Math.max(0, now.wall - at),
        lines,
      })),
      isLogWanted,
    };
    return masked(diagnosis, this.#deps.secretsOf(id));
  }

  #seen({ sees = seesAdmitted }: Pick<DoctorRequest, "sees">) {
    return this.#deps.registry.list().filter(sees);
  }

  #registeredAt(endpoint: string) {
    const key = endpointKey(endpoint);
    return this.#deps.registry.list().flatMap((entry) => {
      const instance = entry.instances.find(({ record }) => endpointKey(record.endpoint) === key);
      return instance === undefined ? [] : [{ entry, instance }];
    });
  }

  /** The next heartbeats are answered with the wish for their last lines. False when none will come. */
  #wantLogs({ record, instances }: Entry): boolean {
    const { hub } = this.#deps.registry.now();
    const beating = instances.filter(
      ({ health }) => health.lease !== undefined && !leaseIsLost(health, hub),
    );
    for (const one of beating) this.#deps.logs.want(record.id, one.record.id);
    return beating.length > 0;
  }

  /** A store that cannot be read takes nothing away but the changes. */
  async #changesOf({ record }: Entry): Promise<readonly JournalEvent[]> {
    const query = { order: "newest-first", limit: mostChanges, serverId: record.id } as const;
    const changes = await this.#deps.registry.journal(query).catch(() => []);
    // What is from before it was let in is for those who see it when it is not.
    return isAdmitted(record) ? changes.filter(({ isWithheld }) => isWithheld !== true) : changes;
  }

  /** When the look saw something else than the last probe, the hub probes before its time. */
  #lookAgain({ record }: Entry, chosen: Instance | undefined, isReached: boolean): void {
    if (chosen === undefined || isReached === (chosen.health.status === "up")) return;
    this.#deps.probeNow(record.id).catch(() => {
      // It is gone, or the hub stops: then there is nothing to look at.
    });
  }
}

/** Whoever says nothing of what it sees, sees what was let in. */
const seesAdmitted = ({ record }: Entry) => isAdmitted(record);

/** The first that is not up; when all are, the one that lists show. */
function worstOf(instances: readonly Instance[]): Instance | undefined {
  return instances.find(({ health }) => health.status !== "up") ?? leadingInstance(instances);
}

/** Where the server should answer: as it registered, or at the candidate that was found to. */
function placeToLook({ record }: Entry, instance: Instance | undefined) {
  if (instance === undefined)
    return { endpoint: record.lastEndpoint, transport: record.lastTransport };
  const { outcome } = instance.health;
  const isCandidate = outcome?.ok === true && instance.record.candidates.includes(outcome.endpoint);
  const { endpoint, transport } = isCandidate ? outcome : instance.record;
  return { endpoint, transport };
}

function serverView({ record, instances }: Entry): Diagnosis["servers"][number] {
  const leading = leadingInstance(instances);
  return {
    id: record.id,
    name: record.name,
    status: serverStatus(instances),
    ...(leading === undefined ? {} : { since: instant(leading.health.statusSinceWall) }),
    instances: instances.length,
  };
}

function changeView(event: JournalEvent): Diagnosis["changes"][number] {
  const { text, fix } = sentenceOf(event);
  return {
    at: instant(event.at),
    kind: event.kind,
    text,
    ...(fix === undefined ? {} : { fix }),
  };
}
