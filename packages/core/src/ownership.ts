import { may, subjectOf } from "./access/policy.js";
import type { Principal } from "./access/principal.js";
import { admissionStateOf } from "./admission.js";
import type { Entry, EntryRecord, InstanceRecord } from "./entry.js";
import { HubError } from "./errors.js";
import { sha256Hex } from "./hash.js";
import type { Health, Now } from "./health.js";
import { hasLiveLease } from "./held-lease.js";
import { isSilent } from "./lease.js";
import { leaseHash } from "./lease-hash.js";
import { isOf } from "./owned-servers.js";
import { nothingListened } from "./probe.js";
import { type HubSettings, heartbeatMsFor } from "./settings.js";
import type { Newness } from "./write-draft.js";

/** Hashes of the secrets that came with a request, as service keys and as leases; what they prove is decided here. */
export type Proofs = { readonly keys: readonly string[]; readonly leases: readonly string[] };

/** `leaseOwner`: the id of the principal whose leases alone count. Default: everybody's do. */
export function proofsIn(secrets: readonly string[], leaseOwner: string | undefined): Proofs {
  return {
    keys: secrets.map(sha256Hex),
    leases: secrets.map((secret) => leaseHash(secret, leaseOwner)),
  };
}

/**
 * The proof of ownership that came with a request. Nothing that anybody can read in the catalogue is a
 * proof.
 */
export type Claim =
  /** It knows the service key. */
  | { readonly kind: "member"; readonly instance?: undefined }
  /** It knows the lease of this instance, or the one before it that was not followed with proof. */
  | { readonly kind: "holder"; readonly instance: InstanceRecord }
  /** It knows the lease of this instance, which was granted without proof. */
  | { readonly kind: "on-trust"; readonly instance: InstanceRecord }
  | { readonly kind: "stranger"; readonly instance?: undefined };

export function claimOf({ serviceKeyHash, instances }: EntryRecord, proofs: Proofs): Claim {
  const isProven = (hash: string | undefined) => hash !== undefined && proofs.leases.includes(hash);
  if (serviceKeyHash !== undefined && proofs.keys.includes(serviceKeyHash))
    return { kind: "member" };
  for (const instance of instances) {
    const isRightful = instance.isLeaseOnTrust !== true && isProven(instance.leaseHash);
    if (isRightful || isProven(instance.formerLeaseHash)) return { kind: "holder", instance };
  }
  const trusted = instances.find((instance) => isProven(instance.leaseHash));
  return trusted === undefined ? { kind: "stranger" } : { kind: "on-trust", instance: trusted };
}

/** How firmly an instance holds its place, as far as its lease and the hub's probes tell. */
export type Standing = {
  readonly hasLiveLease: boolean;
  /** Its lease is alive and nothing came for two heartbeat intervals: another process may be in its place. */
  readonly isSilent: boolean;
  /** It has lost its name: its lease is over, or it never had one of its own and is gone. */
  readonly isLost: boolean;
  /** Its holder gave its lease back and left. The instance stays for the process that waits for its place. */
  readonly isGivenUp: boolean;
  readonly isDown: boolean;
  /** The heartbeat interval of its lease. */
  readonly heartbeatMs: number;
  /** Until it may be silent, and until its lease may be over. Infinite without a lease. */
  readonly silentInMs: number;
  readonly overInMs: number;
};

export function standingOf(health: Health, settings: HubSettings, { hub }: Now): Standing {
  const { lease } = health;
  const heartbeatMs = heartbeatMsFor(settings, lease?.ttlMs ?? settings.leaseTtlMs);
  const isAlive = hasLiveLease(health, hub);
  // The end of a lease that was granted without proof says nothing about the server that was there
  // before.
  const isItsOwn = lease !== undefined && lease.isOnTrust !== true;
  const ageMs = lease === undefined ? Number.NEGATIVE_INFINITY : hub - lease.renewedAt;
  const overInMs = (lease?.ttlMs ?? 0) - ageMs;
  return {
    hasLiveLease: isAlive,
    isSilent: lease !== undefined && isAlive && isSilent(lease, 2 * heartbeatMs, hub),
    isLost: isItsOwn ? !isAlive : isGone(health, settings),
    isGivenUp: health.isGivenUp === true,
    isDown: health.status === "down",
    heartbeatMs,
    silentInMs: lease?.isGrace === true ? overInMs : 2 * heartbeatMs - ageMs,
    overInMs,
  };
}

/** Whether the probes say that the server is gone: the last found nothing there, or three failed in a row. */
export function isGone({ failures, outcome }: Health, settings: HubSettings): boolean {
  if (outcome === undefined || outcome.ok || failures === 0) return false;
  if (nothingListened(outcome)) return true;
  // A server that refuses the hub's Host header is alive. A failure of the hub itself must not cost
  // a server its name.
  const saysNothing = ["HOST_REFUSED", "HUB_FAULT"].includes(outcome.finding.code);
  return failures >= settings.failuresUntilUnreachable && !saysNothing;
}

/** Of an instance that registered, or was given back, a moment ago, in the same commit: nothing has been observed of it. */
export function freshStanding(
  record: InstanceRecord,
  newness: Newness,
  settings: HubSettings,
): Standing {
  const heartbeatMs = heartbeatMsFor(settings, record.ttlMs ?? settings.leaseTtlMs);
  const isLeased = record.leaseHash !== undefined;
  return {
    hasLiveLease: isLeased,
    isSilent: false,
    isLost: false,
    isGivenUp: newness === "given-back",
    isDown: false,
    heartbeatMs,
    silentInMs: isLeased ? 2 * heartbeatMs : Number.POSITIVE_INFINITY,
    overInMs: (isLeased ? record.ttlMs : undefined) ?? Number.POSITIVE_INFINITY,
  };
}

/** How long a new process should wait before it registers again; at most one heartbeat interval. */
export function retryAfterMs({ heartbeatMs }: Standing, untilMs: number): number {
  return Math.ceil(Math.min(heartbeatMs, Math.max(untilMs, heartbeatMs / 10)));
}

/** Who asks for a removal, with what proof, and what would be lost. */
export type Removal = {
  readonly proofs: Proofs;
  readonly principal: Principal;
  /** Whether the hub holds credentials for it. */
  readonly hasCredentials: boolean;
};

/**
 * Throws NOT_OWNER when a server is alive and the proof that was sent does not prove ownership, and for a
 * name that was refused: the refusal would go with it. What is gone may be removed by anybody who may write,
 * and where an admin edited it or gave it credentials, by an admin or whoever registered it.
 */
export function requireRemovable(
  entry: Entry,
  { proofs, principal, hasCredentials }: Removal,
  { hub }: Now,
): void {
  const { record } = entry;
  if (admissionStateOf(record) === "refused")
    throw new HubError(
      "NOT_OWNER",
      `"${record.name}" was refused, and the refusal would go with it. An admin removes both with ?force=true.`,
    );
  const isAlive = entry.instances.some(
    ({ health }) =>
      hasLiveLease(health, hub) || (health.status !== "down" && health.status !== "unreachable"),
  );
  if (provesRemoval(entry, proofs)) return;
  if (!isAlive) {
    const isPlain = record.edits === undefined && !hasCredentials;
    if (isPlain || isOf(record, principal.id) || may(principal, "admin", subjectOf(record))) return;
    throw new HubError(
      "NOT_OWNER",
      `"${record.name}" holds what an admin gave it, which would go with it. Prove that it is yours: send its service key, or its lease id, in the header Mcp-Hub-Proof. An operator removes it with ?force=true.`,
    );
  }
  throw new HubError(
    "NOT_OWNER",
    `"${entry.record.name}" is alive. Stop it first, or prove that it is yours: send its service key, or the lease id it got when it was registered first, in the header Mcp-Hub-Proof. An operator removes it with ?force=true; if it still runs, its helper registers it again.`,
  );
}

/**
 * A lease that was granted after another without proof proves nothing until its server has answered,
 * because the holder of the earlier lease may only be slow.
 */
function provesRemoval({ record, instances }: Entry, proofs: Proofs): boolean {
  const { kind, instance } = claimOf(record, proofs);
  if (kind !== "holder") return kind === "member";
  const { id, formerLeaseHash } = instance;
  if (formerLeaseHash === undefined || proofs.leases.includes(formerLeaseHash)) return true;
  return instances.some((one) => one.record.id === id && one.health.answeredAt !== undefined);
}
