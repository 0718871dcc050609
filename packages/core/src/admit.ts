import { about } from "./about.js";
import { may, subjectOf } from "./access/policy.js";
import { actorOf } from "./access/principal.js";
import { admissionAfter } from "./admission-rules.js";
import { endpointKey, isSameEndpoint } from "./endpoint.js";
import { type EntryRecord, type InstanceRecord, refOf } from "./entry.js";
import type { Admitted, Registered, RegistrationUpdated, Waiting } from "./events.js";
import { sha256Hex } from "./hash.js";
import { canonicalJson } from "./json.js";
import { isOf } from "./owned-servers.js";
import { type Profile, profileAfter } from "./profile.js";
import type { Registration } from "./registration.js";
import type {
  RegistrationDecision,
  RegistrationFacts,
  RegistrationRequest,
} from "./registration-decision.js";

/**
 * What a registration may change. `owner`: everything. `successor`: everything, the service key too,
 * because nobody holds the name any more; whoever was there before may come back with its lease.
 * `unproven`: what people read, and nothing by which calls are sent or ownership is proven, because the
 * server that was there before may be alive. Tags and transport decide who uses it and how: they change only
 * for an admin of the name, which everybody is on an open hub, and for whoever registered it.
 */
type Terms = "owner" | "successor" | "unproven";

export type Acceptance = {
  /** The instances that stay, `known` among them. */
  readonly kept: readonly InstanceRecord[];
  /** The one that it is. Default: it is a new one. */
  readonly known?: InstanceRecord | undefined;
  /** Default: `owner`. */
  readonly terms?: Terms;
};

/** The entry as it is when a registration is let in. */
export function accept(
  sent: RegistrationRequest,
  facts: RegistrationFacts,
  acceptance: Acceptance,
): RegistrationDecision {
  const request = { ...sent, registration: changeable(sent.registration, facts, acceptance) };
  const { registration } = request;
  const { kept, known, terms = "owner" } = acceptance;
  const { record: previous, wall } = facts;
  const serviceKeyHash = serviceKeyFor(request, previous, acceptance);
  const replaced = (previous?.instances ?? []).filter((one) => !kept.includes(one)).map(refOf);
  // Who outlasts the others of its name begins anew, in the place that it had.
  const isNewInstance = known === undefined || (terms === "successor" && replaced.length > 0);
  const instance = instanceOf(request, facts, acceptance, isNewInstance);
  const instances =
    known === undefined ? [...kept, instance] : kept.map((one) => (one === known ? instance : one));
  const profile = profileAfter(profileBefore(request, facts, acceptance), registration);
  const changed =
    previous === undefined
      ? []
      : differences(previous, profile, registration.name, known, instance);
  const isUnlike = isNewInstance || changed.length > 0;
  const registered: EntryRecord = {
    id: facts.id,
    name: registration.name,
    profile,
    ...(previous?.edits === undefined ? {} : { edits: previous.edits }),
    ...(serviceKeyHash === undefined ? {} : { serviceKeyHash }),
    ...(previous?.admission === undefined ? {} : { admission: previous.admission }),
    createdAt: previous?.createdAt ?? wall,
    updatedAt: previous?.updatedAt ?? wall,
    revision: previous?.revision ?? 0,
    version: (previous?.version ?? 0) + 1,
    instances,
    lastEndpoint: instance.endpoint,
    lastTransport: instance.transport,
    ...(instance.registeredBy === undefined ? {} : { lastRegisteredBy: instance.registeredBy }),
  };
  const admission = admissionAfter(previous, registered, facts.registrant, facts.rules, wall);
  const isJudged = admission !== previous?.admission;
  const isNews = isUnlike || isJudged;
  const record: EntryRecord = {
    ...registered,
    ...(admission === undefined ? {} : { admission }),
    ...(isNews ? { updatedAt: wall, revision: registered.revision + 1 } : {}),
  };
  const said = { ...about(record, { wall }), instance: refOf(instance) };
  const event: Registered | RegistrationUpdated | undefined = isNewInstance
    ? { kind: "registered", ...said, isNewServer: previous === undefined, replaced }
    : isUnlike
      ? { kind: "registration-updated", ...said, changed }
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
    judged: isJudged ? judgedEvent(previous, record, wall) : undefined,
  };
}

/** A registration without what its registrant may not change. */
function changeable(
  registration: Registration,
  { record, registrant }: RegistrationFacts,
  { known, terms }: Acceptance,
): Registration {
  if (terms !== "unproven" || record === undefined || known === undefined) return registration;
  const isTrusted = may(registrant, "admin", subjectOf(record)) || isOf(record, registrant.id);
  if (isTrusted) return registration;
  return { ...registration, transport: known.transport, tags: record.profile.tags };
}

/** What is told of a name that somebody let in, or that waits from now on. Told to all who see it, or saw it. */
function judgedEvent(
  previous: EntryRecord | undefined,
  record: EntryRecord,
  wall: number,
): Waiting | Admitted | undefined {
  const { admission } = record;
  if (admission?.state === "waiting") {
    const { because } = admission;
    return { kind: "waiting", ...about(previous ?? record, { wall }), because };
  }
  // Of what is there for the first time, its registration is told.
  if (admission?.state !== "admitted" || previous === undefined) return undefined;
  return { kind: "admitted", ...about(record, { wall }), by: admission.by };
}

/**
 * What the name said of itself, where the same server registers again: somebody who stays, or comes back
 * to where the name was last. A newcomer that takes the name over begins with nothing; so does an owner
 * that was followed by somebody without proof, whose words they may be.
 */
function profileBefore(
  { registration }: RegistrationRequest,
  { record: previous }: RegistrationFacts,
  { kept, known, terms = "owner" }: Acceptance,
): Profile {
  if (previous === undefined || (terms === "owner" && kept.some(wasFollowed))) return {};
  const isBack = isSameEndpoint(previous.lastEndpoint, registration.endpoint);
  return known !== undefined || kept.length > 0 || isBack ? previous.profile : {};
}

/** The key of the name afterwards: who shares a name with others cannot change what they know it by. */
function serviceKeyFor(
  { serviceKeyHash }: RegistrationRequest,
  previous: EntryRecord | undefined,
  { kept, known, terms = "owner" }: Acceptance,
): string | undefined {
  if (terms === "successor") return serviceKeyHash;
  const isShared = kept.some((one) => one !== known);
  const mayChange = terms === "owner" && !isShared;
  return (mayChange ? serviceKeyHash : undefined) ?? previous?.serviceKeyHash;
}

function instanceOf(
  { registration, lease, from, proofHash }: RegistrationRequest,
  { wall, standingOf, registrant }: RegistrationFacts,
  { kept, known, terms = "owner" }: Acceptance,
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
  const by = registrant.kind === "anonymous" ? undefined : actorOf(registrant);
  const registeredBy = isUnproven ? known?.registeredBy : by;
  return {
    id: known?.id ?? registration.instanceId ?? freeId(registration.endpoint, kept),
    endpoint: registration.endpoint,
    transport: registration.transport,
    candidates: (keepsCandidates ? known?.candidates : registration.candidates) ?? [],
    registeredAt: (isNew ? undefined : known?.registeredAt) ?? wall,
    lastRegisteredAt: wall,
    ...(registeredFrom === undefined ? {} : { registeredFrom }),
    ...(registeredBy === undefined ? {} : { registeredBy }),
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
