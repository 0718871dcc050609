import { type Beat, beat } from "../beat.js";
import type { Catalogue } from "../catalogue.js";
import type { Entry, Instance } from "../entry.js";
import type { JournalEvent } from "../events.js";
import type { Now } from "../health.js";
import { withStatus } from "../judge.js";
import { grantLease } from "../lease.js";
import type { Observer } from "../observer.js";
import { type Trouble, wantingToReadAgain } from "../probed.js";
import type { StatusChanges } from "../status-changes.js";
import type { Commit } from "../write-draft.js";
import type { HubShare } from "./hub-share.js";
import { SharedObservations } from "./shared-observations.js";

export type SharedCatalogueOptions = {
  readonly catalogue: Catalogue;
  readonly statuses: StatusChanges;
  readonly observer: Observer;
  readonly share: HubShare;
  readonly now: () => Now;
  /** What is to be told now is worth a report of its own. */
  readonly hurry: () => void;
  /** A probe may have become due. */
  readonly wake: () => void;
};

/** What one hub of several does with what the others observe and tell, and they with what it does. */
export class SharedCatalogue {
  readonly observations: SharedObservations;
  readonly #options: SharedCatalogueOptions;
  #owned: ReadonlySet<string> = new Set();

  constructor(options: SharedCatalogueOptions) {
    this.#options = options;
    const { catalogue, share, now, statuses, observer, wake } = options;
    this.observations = new SharedObservations({
      catalogue,
      share,
      now,
      onBeat: (leaseHash, said, agoMs) => this.#hearBeat(leaseHash, said, agoMs),
      onTrouble: (endpoint, trouble) => {
        if (observer.troubleAt(endpoint, trouble).length > 0) wake();
      },
      onHeard: (serverId, instanceId) => {
        const status = catalogue.instance(serverId, instanceId)?.health.status;
        if (status !== undefined) statuses.begin(serverId, instanceId, status);
        if (share.looksAfter(serverId) && this.#readsWhatIsMissing(serverId)) wake();
      },
    });
  }

  /** This hub took a heartbeat. */
  tookBeat(leaseHash: string, said: Beat, instance: Instance, now: Now): void {
    this.observations.beat(leaseHash, said, now);
    if (said.draining !== undefined && said.draining !== instance.health.isDraining)
      this.#options.hurry();
  }

  /** This hub committed: whoever got a lease has just been heard of. */
  committed({ changed, registered }: Commit): void {
    const { now, statuses, catalogue } = this.#options;
    for (const [serverId, instances] of registered)
      for (const instanceId of instances.keys()) {
        const record = changed.get(serverId)?.instances.find(({ id }) => id === instanceId);
        if (record?.leaseHash !== undefined) this.observations.beat(record.leaseHash, {}, now());
        const status = catalogue.instance(serverId, instanceId)?.health.status;
        if (status !== undefined) statuses.begin(serverId, instanceId, status);
      }
  }

  /** What other hubs committed is in the catalogue. */
  followed(serverIds: Iterable<string>): void {
    const { catalogue, statuses } = this.#options;
    for (const serverId of serverIds)
      for (const { record, health } of catalogue.get(serverId)?.instances ?? [])
        statuses.begin(serverId, record.id, health.status);
    this.observations.caughtUp();
  }

  /** The journal tells something, before anybody hears it: of what another hub looks after, it is right. */
  published(event: JournalEvent): void {
    if (event.kind !== "status-changed") return;
    const { serverId, to } = event;
    const { catalogue, statuses, share, now } = this.#options;
    const instance = catalogue.instance(serverId, event.instance.id);
    if (instance === undefined) return;
    statuses.wasTold(serverId, event.instance.id, to);
    if (instance.health.status !== to && !share.looksAfter(serverId))
      catalogue.setHealth(serverId, event.instance.id, withStatus(instance.health, to, now()));
  }

  /** Somebody met trouble at an endpoint, and it is news of these servers. */
  trouble(serverIds: readonly string[], endpoint: string, trouble: Trouble): void {
    const { share, hurry } = this.#options;
    if (serverIds.every((serverId) => share.looksAfter(serverId))) return;
    this.observations.trouble(endpoint, trouble);
    hurry();
  }

  /** Other servers may be this hub's now. `isBack`: nobody could say for a while who lives. */
  shareChanged(isBack: boolean): void {
    const { catalogue, share, observer, wake } = this.#options;
    if (isBack) this.#grantAnew();
    const owned = new Set<string>();
    for (const { record } of catalogue.list()) if (share.owns(record.id)) owned.add(record.id);
    for (const serverId of owned) {
      if (this.#owned.has(serverId)) continue;
      observer.claim(serverId);
      this.#readsWhatIsMissing(serverId);
    }
    this.#owned = owned;
    wake();
  }

  /**
   * Whoever looked after a server before may have read it, and lost it before that was written down: then its lists
   * are nowhere but in that hub's memory. Whether there is such a one, which is to be read again.
   */
  #readsWhatIsMissing(serverId: string): boolean {
    const { catalogue, now } = this.#options;
    const entry = catalogue.get(serverId);
    let isMissing = false;
    for (const { record, health } of entry?.instances ?? []) {
      const { capabilitiesHash } = health;
      if (capabilitiesHash === undefined || capabilitiesHash === entry?.snapshot?.hash) continue;
      catalogue.setHealth(serverId, record.id, wantingToReadAgain(health, now()));
      isMissing = true;
    }
    return isMissing;
  }

  /** Every lease has all its time again, as after a start. */
  #grantAnew(): void {
    const { catalogue, now } = this.#options;
    const { hub } = now();
    for (const { record, instances } of catalogue.list())
      for (const { record: instance, health } of instances) {
        if (health.lease === undefined) continue;
        const lease = { ...health.lease, ...grantLease(health.lease.ttlMs, hub), isGrace: true };
        catalogue.setHealth(record.id, instance.id, { ...health, lease });
      }
  }

  #hearBeat(leaseHash: string, said: Beat, agoMs: number): void {
    const { catalogue, statuses, now } = this.#options;
    const found = catalogue.byLease(leaseHash);
    const { lease } = found?.instance.health ?? {};
    if (found === undefined || lease === undefined) return;
    const { hub, wall, steady } = now();
    const at = { hub: hub - agoMs, wall: wall - agoMs, steady: steady - agoMs };
    // A grace says nothing about when it was heard of.
    if (lease.isGrace !== true && lease.renewedAt >= at.hub) return;
    statuses.observe(found.entry, found.instance, this.afterBeat(found, said, at), now(), false);
    this.#options.wake();
  }

  /** What a heartbeat makes of an instance, whichever hub took it. */
  afterBeat({ entry, instance }: Holder, said: Beat, at: Now) {
    const { share, observer } = this.#options;
    const { health, record } = instance;
    const serverId = entry.record.id;
    const saysOther =
      said.capabilitiesHash !== undefined && said.capabilitiesHash !== health.announcedHash;
    // How often a server is read is up to the hub that looks after it.
    const mayRead = !saysOther || (share.looksAfter(serverId) && observer.saysItChanged(serverId));
    // A lease on trust may be a stranger's, and must not send calls away from the server.
    const heard = record.isLeaseOnTrust === true ? { ...said, draining: undefined } : said;
    const next = beat(health, at, heard, mayRead);
    return { ...next, aliveAt: Math.max(next.aliveAt, health.aliveAt) };
  }
}

type Holder = { readonly entry: Entry; readonly instance: Instance };
