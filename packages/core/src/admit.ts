import { endpointKey, isSameEndpoint } from "./endpoint.js";
import { type EntryRecord, type InstanceRecord, refOf } from "./entry.js";
import type { Registered, RegistrationUpdated } from "./events.js";
import { sha256Hex } from "./hash.js";
import { canonicalJson } from "./json.js";
import { type Profile, profileAfter } from "./profile.js";
import type {
  RegistrationDecision,
  RegistrationFacts,
  RegistrationRequest,
} from "./registration-decision.js";

/**
 * What a registration may change. `owner`: everything. `successor`: everything, the service key too,
 * because nobody holds the name any more; whoever was there before may come back with its lease.
 * `unproven`: what people read, and nothing by which calls are sent or ownership is proven, because the
 * server that was there before may be alive.
 */
type Terms = "owner" | "successor" | "unproven";

export type Admission = {
  /** The instances that stay, `known` among them. */
  readonly kept: readonly InstanceRecord[];
  /** The one that it is. Default: it is a new one. */
  readonly known?: InstanceRecord | undefined;
  /** Default: `owner`. */
  readonly terms?: Terms;
};

/** The entry as it is when a registration is let in. */
export function accept(
  request: RegistrationRequest,
  facts: RegistrationFacts,
  admission: Admission,
): RegistrationDecision {
  const { registration } = request;
  const { kept, known, terms = "owner" } = admission;
  const { record: previous, wall } = facts;
  const serviceKeyHash = serviceKeyFor(request, previous, admission);
  const replaced = (previous?.instances ?? []).filter((one) => !kept.includes(one)).map(refOf);
  // Who outlasts the others of its name begins anew, in the place that it had.
  const isNewInstance = known === undefined || (terms === "successor" && replaced.length > 0);
  const instance = instanceOf(request, facts, admission, isNewInstance);
  const instances =
    known === undefined ? [...kept, instance] : kept.map((one) => (one === known ? instance : one));
  const profile = profileAfter(profileBefore(request, facts, admission), registration);
  const changed =
    previous === undefined
      ? []
      : differences(previous, profile, registration.name, known, instance);
  const isNews = isNewInstance || changed.length > 0;
  const record: EntryRecord = {
    id: facts.id,
    name: registration.name,
    profile,
    ...(previous?.edits === undefined ? {} : { edits: previous.edits }),
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
  const event: Registered | RegistrationUpdated | undefined = isNewInstance
    ? { kind: "registered", ...about, isNewServer: previous === undefined, replaced }
    : isNews
      ? { kind: "registration-updated", ...about, changed }
      : undefined;
  const isKeyIgnored =
    request.serviceKeyHash !== undefined && request.serviceKeyHash !== serviceKeyHash;
  const candidates = registration.candidates ?? [];
  const areCandidatesIgnored = candidates.length > 0 && !isSame(candidates, instance.candidates);
  return {
    kind: "accept",
    record,
    instanceId: instance.id,
    isNewServer: previous === undefined,
    isNewInstance,
    isProven: terms === "owner",
    ignored: [
      ...(isKeyIgnored ? (["serviceKey"] as const) : []),
      ...(areCandidatesIgnored ? (["candidates"] as const) : []),
    ],
    event,
  };
}

/**
 * What the name said of itself, where the same server registers again: somebody who stays, or comes back
 * to where the name was last. A newcomer that takes the name over begins with nothing; so does an owner
 * that was followed by somebody without proof, whose words they may be.
 */
function profileBefore(
  { registration }: RegistrationRequest,
  { record: previous }: RegistrationFacts,
  { kept, known, terms = "owner" }: Admission,
): Profile {
  if (previous === undefined || (terms === "owner" && kept.some(wasFollowed))) return {};
  const isBack = isSameEndpoint(previous.lastEndpoint, registration.endpoint);
  return known !== undefined || kept.length > 0 || isBack ? previous.profile : {};
}

/** The key of the name afterwards: who shares a name with others cannot change what they know it by. */
function serviceKeyFor(
  { serviceKeyHash }: RegistrationRequest,
  previous: EntryRecord | undefined,
  { kept, known, terms = "owner" }: Admission,
): string | undefined {
  if (terms === "successor") return serviceKeyHash;
  const isShared = kept.some((one) => one !== known);
  const mayChange = terms === "owner" && !isShared;
  return (mayChange ? serviceKeyHash : undefined) ?? previous?.serviceKeyHash;
}

function instanceOf(
  { registration, lease, from, proofHash }: RegistrationRequest,
  { wall, standingOf }: RegistrationFacts,
  { kept, known, terms = "owner" }: Admission,
  isNew: boolean,
): InstanceRecord {
  const isUnproven = terms === "unproven";
  const former = terms === "owner" ? undefined : lastProvenLease(known);
  // Somebody who asks for no lease has no reason to end the one that is alive, unless it is another's.
  const isOusting =
    proofHash !== undefined &&
    proofHash === known?.formerLeaseHash &&
    proofHash !== known.leaseHash;
  const isAnothers =
    terms === "successor" || (!isUnproven && (known?.isLeaseOnTrust === true || isOusting));
  const isKept =
    lease === undefined &&
    known?.leaseHash !== undefined &&
    !isAnothers &&
    standingOf(known).hasLiveLease;
  const granted = isKept ? { hash: known.leaseHash, ttlMs: known.ttlMs } : lease;
  const isSamePlace = known !== undefined && isSameEndpoint(known.endpoint, registration.endpoint);
  const areOwn = isSamePlace && terms === "owner" && !wasFollowed(known);
  const keepsCandidates = isUnproven || (areOwn && registration.candidates === undefined);
  const registeredFrom = isUnproven ? (known?.registeredFrom ?? from) : from;
  return {
    id: known?.id ?? registration.instanceId ?? freeId(registration.endpoint, kept),
    endpoint: registration.endpoint,
    transport: registration.transport,
    candidates: (keepsCandidates ? known?.candidates : registration.candidates) ?? [],
    registeredAt: (isNew ? undefined : known?.registeredAt) ?? wall,
    lastRegisteredAt: wall,
    ...(registeredFrom === undefined ? {} : { registeredFrom }),
    ...(granted?.hash === undefined ? {} : { leaseHash: granted.hash }),
    ...(granted?.ttlMs === undefined ? {} : { ttlMs: granted.ttlMs }),
    ...(isUnproven && granted !== undefined ? { isLeaseOnTrust: true } : {}),
    ...(former === undefined ? {} : { formerLeaseHash: former }),
  };
}

/** Whether what is registered may be the words of somebody who proved nothing. */
function wasFollowed({ formerLeaseHash, isLeaseOnTrust }: InstanceRecord): boolean {
  return formerLeaseHash !== undefined || isLeaseOnTrust === true;
}

/** The lease whose holder may still come back. */
function lastProvenLease(known: InstanceRecord | undefined): string | undefined {
  return known?.formerLeaseHash ?? (known?.isLeaseOnTrust === true ? undefined : known?.leaseHash);
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
