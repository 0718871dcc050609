import type { EntryRecord } from "./entry.js";
import type { Now } from "./health.js";

/**
 * What is left when a lease is given back while somebody else asks for its place: the instance,
 * without a lease. It is no news to anybody who looks.
 */
export function withoutLease(record: EntryRecord, instanceId: string): EntryRecord {
  return {
    ...record,
    version: record.version + 1,
    instances: record.instances.map((instance) => {
      if (instance.id !== instanceId) return instance;
      const { leaseHash: _lease, ttlMs: _ttl, isLeaseOnTrust: _trust, ...rest } = instance;
      return rest;
    }),
  };
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
