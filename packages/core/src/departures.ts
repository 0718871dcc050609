import { about } from "./about.js";
import type { Asker } from "./audit.js";
import { leaveAudit, removalAudit } from "./audit-lines.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { type Entry, refOf } from "./entry.js";
import { HubError } from "./errors.js";
import type { Now } from "./health.js";
import { leaseHash } from "./lease-hash.js";
import { withoutInstances, withoutLease } from "./leave.js";
import { isGone } from "./ownership.js";
import { pendingOf } from "./pending.js";
import type { HubSettings } from "./settings.js";

export type DeparturesOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly settings: HubSettings;
  readonly now: () => Now;
};

/** Lets servers out: instances that give their lease back, and names that are removed. */
export class Departures {
  readonly #options: DeparturesOptions;

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** See `Registry.deregister`. */
  async deregister(leaseId: string, by: Asker, ownerId: string | undefined): Promise<void> {
    const { catalogue, queue, settings } = this.#options;
    const hash = leaseHash(leaseId, ownerId);
    await queue.execute((draft) => {
      const found = catalogue.byLease(hash);
      const record = found === undefined ? undefined : draft.get(found.entry.record.id);
      const instance = record?.instances.find((one) => one.leaseHash === hash);
      if (record === undefined || instance === undefined) throw leaseUnknown();
      const now = this.#options.now();
      const health = catalogue.instance(record.id, instance.id)?.health;
      const isOnTrust = instance.isLeaseOnTrust === true;
      const mayBeAlive = isOnTrust && health !== undefined && !isGone(health, settings);
      const isWanted = health !== undefined && pendingOf(health, now, settings) !== undefined;
      if (isWanted || mayBeAlive) {
        draft.put(withoutLease(record, instance.id));
        draft.markRegistered(record.id, instance.id, isOnTrust ? "unproven" : "given-back");
        return;
      }
      draft.put(withoutInstances(record, new Set([instance.id]), now));
      draft.audit(leaveAudit(record, instance, by, now.wall));
      draft.tell({
        event: {
          kind: "deregistered",
          ...about(record, now),
          instance: refOf(instance),
          reason: "left",
        },
      });
    });
  }

  /** See `Registry.remove`. */
  async remove(
    serverId: string,
    mayRemove: ((entry: Entry) => void) | undefined,
    by: Asker,
  ): Promise<void> {
    const { catalogue, queue } = this.#options;
    await queue.execute((draft) => {
      const entry = catalogue.get(serverId);
      const record = draft.get(serverId);
      if (entry === undefined || record === undefined) throw serverNotFound(serverId);
      // Decided in the same commit, and not in the entry yet.
      if (draft.registered.has(serverId)) throw registeredMeanwhile(record.name);
      mayRemove?.(entry);
      draft.remove(serverId);
      const said = {
        ...about(record, this.#options.now()),
        reason: "removed",
        ...(mayRemove === undefined ? { isForced: true } : {}),
      } as const;
      for (const instance of record.instances)
        draft.tell({ event: { kind: "deregistered", ...said, instance: refOf(instance) } });
      draft.tell({ event: { kind: "forgotten", ...said } });
      draft.audit(removalAudit(record, mayRemove === undefined, by, said.at));
    });
  }
}

export function leaseUnknown(): HubError {
  return new HubError(
    "LEASE_UNKNOWN",
    "The hub does not know this lease: it ran out, was replaced or was given back. Register again.",
  );
}

function registeredMeanwhile(name: string): HubError {
  return new HubError(
    "REVISION_CONFLICT",
    `"${name}" registered at the same moment. Look at it again before you remove it.`,
    { retryAfterMs: 1_000 },
  );
}

/** The error for an id that no server has. */
export function serverNotFound(serverId: string): HubError {
  return new HubError(
    "SERVER_NOT_FOUND",
    `No server has the id "${serverId}". GET /servers lists those that exist.`,
  );
}
