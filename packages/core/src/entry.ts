import type { Actor } from "./access/principal.js";
import type { Admission } from "./admission.js";
import type { Edits } from "./edits.js";
import type { Transport } from "./endpoint.js";
import type { Pace } from "./flapping.js";
import type { Health } from "./health.js";
import type { Profile } from "./profile.js";
import type { CapabilitySnapshot } from "./snapshot.js";

/** What the store keeps of one instance. Instants are milliseconds since 1970. */
export type InstanceRecord = {
  readonly id: string;
  readonly endpoint: string;
  readonly transport: Transport;
  readonly candidates: readonly string[];
  readonly registeredAt: number;
  /** When a registration of it last took effect. Default: `registeredAt`. */
  readonly lastRegisteredAt?: number;
  /** The address the registration came from, where it is known. */
  readonly registeredFrom?: string;
  /** Who registered it, where the hub knows who asks. */
  readonly registeredBy?: Actor;
  /** SHA-256 of the lease id, so that the file does not hold the proof of ownership itself. */
  readonly leaseHash?: string;
  readonly ttlMs?: number;
  /**
   * The lease was given without proof while the server at this endpoint may have been alive. It keeps
   * the instance listed and proves nothing else: neither a removal nor a move.
   */
  readonly isLeaseOnTrust?: boolean;
  /**
   * SHA-256 of the id of the last lease that was not followed with proof. Its holder may have been
   * slow and not gone, and takes the instance back with it.
   */
  readonly formerLeaseHash?: string;
  /** Since when it has been seen down (`Now.steady`); kept so that forgetting survives a restart. */
  readonly downSince?: number;
};

export type InstanceRef = {
  readonly id: string;
  readonly endpoint: string;
  readonly transport: Transport;
};

/** Tells registrations of the same instance apart. */
export const stampOf = ({ registeredAt, lastRegisteredAt }: InstanceRecord): number =>
  lastRegisteredAt ?? registeredAt;

export function refOf(record: InstanceRecord): InstanceRef {
  return { id: record.id, endpoint: record.endpoint, transport: record.transport };
}

/** What the store keeps of one name. */
export type EntryRecord = {
  readonly id: string;
  readonly name: string;
  /** What it says of itself. What people see is in `shownProfile`. */
  readonly profile: Profile;
  /** What an operator says of it; missing while nobody edited it. */
  readonly edits?: Edits;
  /** Whether others see it, and who decided that; missing while nobody was asked. */
  readonly admission?: Admission;
  /** SHA-256 of the service key of its instances. */
  readonly serviceKeyHash?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with each change of what is registered. Status and heartbeats do not count. */
  readonly revision: number;
  /** Grows with every write, also with those that people do not see; writes are based on it. */
  readonly version: number;
  readonly instances: readonly InstanceRecord[];
  /** Where it was last, for an entry whose instances have all left. */
  readonly lastEndpoint: string;
  readonly lastTransport: Transport;
  /** Who registered it last, where the hub knows who asks. */
  readonly lastRegisteredBy?: Actor;
  /** Since when it has had no instance at all (`Now.steady`). */
  readonly emptySince?: number;
};

/** One running process behind a name, with what the hub observes of it. */
export type Instance = { readonly record: InstanceRecord; readonly health: Health };

/** Better first. */
export const serverStatuses = [
  "up",
  "degraded",
  "needs-token",
  "suspect",
  "pending",
  "unreachable",
  "down",
] as const;
export type ServerStatus = (typeof serverStatuses)[number];

/** What the hub knows about a name. */
export type Entry = {
  readonly record: EntryRecord;
  readonly instances: readonly Instance[];
  readonly snapshot?: CapabilitySnapshot;
  /** How often what it offers changes; missing while it never did. */
  readonly pace?: Pace;
};

/**
 * The status of a name, from those of its instances. `degraded`: it serves, but not with all of them,
 * or only with such as drain. `down`: all of them are, or there is none.
 */
export function serverStatus(instances: readonly Instance[]): ServerStatus {
  const statuses = new Set(instances.map((instance) => instance.health.status));
  // A draining instance leaves on purpose: it says nothing about the others, and serves until then.
  const isDraining = statuses.delete("draining");
  if (statuses.has("up")) return statuses.size === 1 ? "up" : "degraded";
  if (isDraining) return statuses.has("pending") ? "pending" : "degraded";
  const seen: ReadonlySet<string> = statuses;
  return serverStatuses.find((status) => seen.has(status)) ?? "down";
}

const preference = [
  "up",
  "needs-token",
  "suspect",
  "pending",
  "unreachable",
  "draining",
  "down",
] as const;

/** The instance to show first: the healthiest, then the youngest. */
export function leadingInstance(instances: readonly Instance[]): Instance | undefined {
  return [...instances].sort(
    (a, b) =>
      preference.indexOf(a.health.status) - preference.indexOf(b.health.status) ||
      b.record.registeredAt - a.record.registeredAt ||
      (a.record.id < b.record.id ? -1 : 1),
  )[0];
}
