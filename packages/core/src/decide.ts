import type { EntryRecord, InstanceRecord } from "./entry.js";
import { HubError } from "./errors.js";
import type { InstanceRef, NameConflict, Registered, RegistrationUpdated } from "./events.js";
import { sha256Hex } from "./hash.js";
import type { Now } from "./health.js";
import { canonicalJson } from "./json.js";
import { nameKey } from "./names.js";
import {
  endpointKey,
  isSameEndpoint,
  type Profile,
  profileOf,
  type Registration,
} from "./registration.js";

/** A registration with what the hub adds to it. Secrets are hashed already. */
export type RegistrationRequest = {
  readonly registration: Registration;
  readonly serviceKeyHash?: string | undefined;
  readonly lease?: { readonly hash: string; readonly ttlMs: number } | undefined;
  /** The address it came from. */
  readonly from?: string | undefined;
};

/** What is known when a registration is decided. */
export type RegistrationFacts = {
  /** The id the name has or would get. */
  readonly id: string;
  /** The entry as it is now, with all that was decided before in the same commit. */
  readonly record: EntryRecord | undefined;
  readonly wall: number;
  /** Whether this instance holds a lease that is alive. */
  readonly hasLiveLease: (instanceId: string) => boolean;
  /** Whether this instance has been found down. */
  readonly isDown: (instanceId: string) => boolean;
  /**
   * What came of asking instances whether they still answer. The key is the record that was read
   * then: an instance that registered again meanwhile has another, and must be asked again.
   */
  readonly answers: ReadonlyMap<InstanceRecord, boolean>;
};

export type RegistrationDecision =
  | {
      readonly kind: "accept";
      readonly record: EntryRecord;
      readonly instanceId: string;
      readonly isNewServer: boolean;
      readonly isNewInstance: boolean;
      /** It brought a service key that did not become the key of the name. */
      readonly isKeyIgnored: boolean;
      /** Missing when nothing that people see has changed. */
      readonly event: Registered | RegistrationUpdated | undefined;
    }
  | { readonly kind: "ask-holders"; readonly holders: readonly InstanceRecord[] }
  | { readonly kind: "refuse"; readonly error: HubError; readonly event: NameConflict };

export function refOf(record: InstanceRecord): InstanceRef {
  return { id: record.id, endpoint: record.endpoint, transport: record.transport };
}

/**
 * Who may have a name. The same endpoint is the same instance. The same service key is another
 * instance, and takes the places of those that are down. Anybody else gets the name only when none
 * of its holders answers. A name with a service key is never shared with a registration that does
 * not know the key, and a name without one gets none while a lease in it is alive.
 */
export function decideRegistration(
  request: RegistrationRequest,
  facts: RegistrationFacts,
): RegistrationDecision {
  const { registration, serviceKeyHash } = request;
  const { record } = facts;
  const known = record?.instances.find((instance) =>
    isSameEndpoint(instance.endpoint, registration.endpoint),
  );
  const isMember = record?.serviceKeyHash !== undefined && record.serviceKeyHash === serviceKeyHash;

  if (record === undefined || record.instances.length === 0)
    return accept(request, facts, [], undefined);
  if (isMember) {
    const moved = record.instances.find((instance) => instance.id === registration.instanceId);
    if (known !== undefined || moved !== undefined)
      return accept(request, facts, record.instances, known ?? moved);
    const kept = record.instances.filter((instance) => !facts.isDown(instance.id));
    return accept(request, facts, kept, undefined);
  }
  if (known !== undefined && record.serviceKeyHash === undefined) {
    // Who knows the endpoint of a living server must not lock its owner out with a key of their own.
    const isKeyIgnored =
      serviceKeyHash !== undefined &&
      record.instances.some((instance) => facts.hasLiveLease(instance.id));
    return accept(request, facts, record.instances, known, isKeyIgnored);
  }
  // From here on nothing but an empty house lets the newcomer in. At its own endpoint only a lease
  // tells whether the holder is alive: a probe would reach the newcomer itself.
  if (known !== undefined && facts.hasLiveLease(known.id))
    return refuse(request, facts, record, known);
  const holders = record.instances.filter((instance) => instance !== known);
  const alive = holders.find((instance) => facts.answers.get(instance) === true);
  if (alive !== undefined) return refuse(request, facts, record, alive);
  const unasked = holders.filter((instance) => !facts.answers.has(instance));
  if (unasked.length > 0) return { kind: "ask-holders", holders: unasked };
  return accept(request, facts, [], undefined);
}

/** `kept` are the instances that stay beside the newcomer; `known` is the one among them that it is. */
function accept(
  request: RegistrationRequest,
  facts: RegistrationFacts,
  kept: readonly InstanceRecord[],
  known: InstanceRecord | undefined,
  isKeyIgnored = false,
): RegistrationDecision {
  const { registration } = request;
  const serviceKeyHash = isKeyIgnored ? undefined : request.serviceKeyHash;
  const { record: previous, wall } = facts;
  const instance = instanceOf(request, facts, kept, known);
  const instances =
    known === undefined ? [...kept, instance] : kept.map((one) => (one === known ? instance : one));
  const profile = profileOf(registration);
  const changed =
    previous === undefined
      ? []
      : differences(previous, profile, registration.name, known, instance);
  const isNews = known === undefined || changed.length > 0;
  const record: EntryRecord = {
    id: facts.id,
    name: registration.name,
    profile,
    ...(serviceKeyHash === undefined ? {} : { serviceKeyHash }),
    createdAt: previous?.createdAt ?? wall,
    updatedAt: isNews ? wall : (previous?.updatedAt ?? wall),
    revision: (previous?.revision ?? 0) + (isNews ? 1 : 0),
    version: (previous?.version ?? 0) + 1,
    instances,
    lastEndpoint: instance.endpoint,
    lastTransport: instance.transport,
  };
  const about = {
    serverId: facts.id,
    name: registration.name,
    at: wall,
    instance: refOf(instance),
  };
  const event: Registered | RegistrationUpdated | undefined =
    known === undefined
      ? {
          kind: "registered",
          ...about,
          isNewServer: previous === undefined,
          replaced: (previous?.instances ?? []).filter((one) => !kept.includes(one)).map(refOf),
        }
      : isNews
        ? { kind: "registration-updated", ...about, changed }
        : undefined;
  return {
    kind: "accept",
    record,
    instanceId: instance.id,
    isNewServer: previous === undefined,
    isNewInstance: known === undefined,
    isKeyIgnored,
    event,
  };
}

function instanceOf(
  { registration, lease, from }: RegistrationRequest,
  { wall, hasLiveLease }: RegistrationFacts,
  kept: readonly InstanceRecord[],
  known: InstanceRecord | undefined,
): InstanceRecord {
  // Somebody who asks for no lease has no reason to end the one that is alive.
  const keepsLease = lease === undefined && known !== undefined && hasLiveLease(known.id);
  const id = known?.id ?? registration.instanceId ?? freeId(registration.endpoint, kept);
  return {
    id,
    endpoint: registration.endpoint,
    transport: registration.transport,
    candidates: registration.candidates ?? [],
    registeredAt: known?.registeredAt ?? wall,
    ...(from === undefined ? {} : { registeredFrom: from }),
    ...(lease === undefined ? {} : { leaseHash: lease.hash, ttlMs: lease.ttlMs }),
    ...(keepsLease && known.leaseHash !== undefined ? { leaseHash: known.leaseHash } : {}),
    ...(keepsLease && known.ttlMs !== undefined ? { ttlMs: known.ttlMs } : {}),
  };
}

/** The start of the endpoint's hash; longer when an instance beside it chose just that for its id. */
function freeId(endpoint: string, kept: readonly InstanceRecord[]): string {
  const hash = sha256Hex(endpointKey(endpoint));
  const short = hash.slice(0, 12);
  return kept.some((one) => one.id === short) ? hash : short;
}

/** The names of the fields in which a known instance now says something else. */
function differences(
  previous: EntryRecord,
  profile: Profile,
  name: string,
  known: InstanceRecord | undefined,
  instance: InstanceRecord,
): string[] {
  const before = { ...previous.profile, name: previous.name, ...said(known) };
  const after = { ...profile, name, ...said(instance) };
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<
    keyof typeof after
  >;
  return [...fields].filter((field) => !isSame(before[field], after[field])).sort();
}

function said(instance: InstanceRecord | undefined) {
  return instance === undefined
    ? {}
    : {
        endpoint: instance.endpoint,
        transport: instance.transport,
        candidates: instance.candidates,
      };
}

/** Whether two values are the same JSON, also with their keys in another order. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  const texts = [JSON.stringify(one), JSON.stringify(other)] as const;
  if (texts[0] === texts[1]) return true;
  return canonicalJson(JSON.parse(texts[0])) === canonicalJson(JSON.parse(texts[1]));
}

function refuse(
  { registration }: RegistrationRequest,
  facts: RegistrationFacts,
  record: EntryRecord,
  holder: InstanceRecord,
): RegistrationDecision {
  const isSpeltOtherwise =
    record.name !== registration.name && nameKey(record.name) === nameKey(registration.name);
  const event: NameConflict = {
    kind: "name-conflict",
    serverId: record.id,
    name: record.name,
    at: facts.wall,
    endpoint: registration.endpoint,
    holder: refOf(holder),
  };
  const error = new HubError(
    "NAME_TAKEN",
    `The name "${registration.name}" is held by a server that is alive at ${holder.endpoint}${
      isSpeltOtherwise ? ` (registered as "${record.name}", which counts as the same name)` : ""
    }. Choose another name, stop that server, or give all instances of one server the same serviceKey (MCP_HUB_SERVICE_KEY).`,
    { details: { holder: { serverId: record.id, name: record.name, ...refOf(holder) } } },
  );
  return { kind: "refuse", error, event };
}

/** What a deregistration leaves: the entry without this instance. */
export function withoutInstances(
  record: EntryRecord,
  ids: ReadonlySet<string>,
  now: Now,
): EntryRecord {
  const instances = record.instances.filter((instance) => !ids.has(instance.id));
  return {
    ...record,
    instances,
    updatedAt: now.wall,
    revision: record.revision + 1,
    version: record.version + 1,
    ...(instances.length === 0 ? { emptySince: now.steady } : {}),
  };
}

/** Remembers, or forgets, since when an instance is down. People see that in its status, not here. */
export function withDownSince(
  record: EntryRecord,
  instanceId: string,
  downSince: number | undefined,
): EntryRecord {
  return {
    ...record,
    version: record.version + 1,
    instances: record.instances.map((instance) => {
      if (instance.id !== instanceId) return instance;
      const { downSince: _, ...rest } = instance;
      return downSince === undefined ? rest : { ...rest, downSince };
    }),
  };
}
