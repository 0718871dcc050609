import { about } from "./about.js";
import { accept } from "./admit.js";
import { isSameEndpoint } from "./endpoint.js";
import { type EntryRecord, type InstanceRecord, refOf } from "./entry.js";
import { HubError } from "./errors.js";
import type { NameConflict } from "./events.js";
import { nameKey } from "./names.js";
import { claimOf, type Proofs, retryAfterMs } from "./ownership.js";
import type {
  RegistrationDecision,
  RegistrationFacts,
  RegistrationRequest,
} from "./registration-decision.js";

/**
 * Whose is a name. Who knows the service key is another instance, and takes the places of those that
 * are down. Who knows the lease of an instance is that instance, also at another endpoint. Anybody
 * else at the endpoint of an instance is the same instance once no lease of it lives, and has to wait
 * until then. Wherever it is, the name becomes its own only when all who hold it have lost it.
 */
export function decideRegistration(
  request: RegistrationRequest,
  facts: RegistrationFacts,
): RegistrationDecision {
  const { record } = facts;
  if (record === undefined || record.instances.length === 0)
    return accept(request, facts, { kept: [], terms: "successor" });
  const { instances } = record;
  const { endpoint, instanceId } = request.registration;
  const known = instances.find((instance) => isSameEndpoint(instance.endpoint, endpoint));
  const claim = claimOf(record, proofsOf(request));
  if (claim.kind === "member") {
    const { proofHash } = request;
    const moved = instances.find(
      ({ id, leaseHash }) =>
        id === instanceId || (proofHash !== undefined && leaseHash === proofHash),
    );
    if (known !== undefined || moved !== undefined)
      return accept(request, facts, { kept: instances, known: known ?? moved });
    const kept = instances.filter((instance) => !facts.standingOf(instance).isDown);
    return accept(request, facts, { kept });
  }
  if (claim.kind === "holder" && (known === undefined || known === claim.instance))
    return accept(request, facts, { kept: instances, known: claim.instance });
  return known === undefined
    ? takeOver(request, facts, record)
    : atSameEndpoint(request, facts, record, known, claim.instance === known);
}

/** A registration that cannot prove to be the instance whose endpoint it names. */
function atSameEndpoint(
  request: RegistrationRequest,
  facts: RegistrationFacts,
  record: EntryRecord,
  known: InstanceRecord,
  hasLeaseOnTrust: boolean,
): RegistrationDecision {
  const standing = facts.standingOf(known);
  const mayYield = standing.isSilent && facts.isAskedAgain(known.id);
  if (standing.hasLiveLease && !mayYield && !hasLeaseOnTrust) {
    const untilMs = Math.min(standing.silentInMs, standing.overInMs);
    return {
      kind: "wait",
      id: facts.id,
      instanceId: known.id,
      retryAfterMs: retryAfterMs(standing, untilMs),
    };
  }
  // The others know a key that it does not: it cannot become one of them.
  const others = record.instances.filter((instance) => instance !== known);
  const held = stillHeld(request, facts, record, others);
  if (held !== undefined) return held;
  const hasYielded = mayYield && known.isLeaseOnTrust !== true;
  const isFree = standing.isLost || standing.isGivenUp || hasYielded;
  return isFree
    ? accept(request, facts, { kept: [known], known, terms: "successor" })
    : accept(request, facts, { kept: record.instances, known, terms: "unproven" });
}

/** The name goes to a newcomer at another endpoint when nobody holds it any more. */
function takeOver(
  request: RegistrationRequest,
  facts: RegistrationFacts,
  record: EntryRecord,
): RegistrationDecision {
  const held = stillHeld(request, facts, record, record.instances);
  return held ?? accept(request, facts, { kept: [], terms: "successor" });
}

/** Why a name cannot be had yet; missing when all these have lost it, or nothing listens where they were. */
function stillHeld(
  request: RegistrationRequest,
  facts: RegistrationFacts,
  record: EntryRecord,
  holders: readonly InstanceRecord[],
): RegistrationDecision | undefined {
  const holding = holders.filter((instance) => !facts.standingOf(instance).isLost);
  const present = holding.find((instance) => facts.isGone(instance) === false);
  if (present !== undefined) return refuse(request, facts, record, present);
  const unseen = holding.filter((instance) => facts.isGone(instance) === undefined);
  return unseen.length === 0 ? undefined : { kind: "look", id: facts.id, at: unseen };
}

/** What it can prove itself with. */
function proofsOf({ serviceKeyHash, proofHash, proofKeyHash }: RegistrationRequest): Proofs {
  const known = (...hashes: readonly (string | undefined)[]) =>
    hashes.filter((hash) => hash !== undefined);
  return { keys: known(serviceKeyHash, proofKeyHash), leases: known(proofHash) };
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
    ...about(record, facts),
    endpoint: registration.endpoint,
    holder: refOf(holder),
  };
  const standing = facts.standingOf(holder);
  const waitMs = retryAfterMs(standing, standing.overInMs);
  const wholeSeconds = Math.max(1, Math.floor(waitMs / 1_000)) * 1_000;
  const error = new HubError(
    "NAME_TAKEN",
    `The name "${registration.name}" is held by a server that is alive at ${holder.endpoint}${
      isSpeltOtherwise ? ` (registered as "${record.name}", which counts as the same name)` : ""
    }. Choose another name, stop that server, or give all instances of one server the same serviceKey (MCP_HUB_SERVICE_KEY).`,
    {
      details: {
        holder: { serverId: record.id, name: record.name, ...refOf(holder) },
        retryAfterMs: waitMs,
      },
      // The header counts in seconds, and may ask for no more than one heartbeat interval.
      ...(wholeSeconds > standing.heartbeatMs ? {} : { retryAfterMs: wholeSeconds }),
    },
  );
  return { kind: "refuse", error, event };
}
