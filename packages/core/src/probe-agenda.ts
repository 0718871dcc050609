import type { Catalogue } from "./catalogue.js";
import type { Entry, Instance, InstanceRecord } from "./entry.js";
import { flappingOf, mayRead } from "./flapping.js";
import type { Health, Now } from "./health.js";
import type { HubShare } from "./hubs/hub-share.js";
import type { ProbeTarget } from "./probe.js";
import { wantsReading } from "./probed.js";
import type { HubSettings } from "./settings.js";

/** One probe to make. It goes back to `recordProbe` as it is. */
export type ProbeTask = {
  readonly serverId: string;
  readonly instanceId: string;
  /** Which registration of the instance was meant; an answer for an earlier one is dropped. */
  readonly knownSince: number;
  readonly target: ProbeTarget;
  readonly full: boolean;
  /** What the instance had announced of its capabilities when the probe set out. */
  readonly announcedHash?: string | undefined;
};

export type ProbeAgendaOptions = {
  readonly catalogue: Catalogue;
  readonly settings: HubSettings;
  readonly now: () => Now;
  /** Probes are due of what this hub looks after. */
  readonly share: HubShare;
};

/** Which instances are to be probed, and when. */
export class ProbeAgenda {
  readonly #options: ProbeAgendaOptions;

  constructor(options: ProbeAgendaOptions) {
    this.#options = options;
  }

  /** Up to `limit` probes that are due, the longest overdue first. */
  takeDue(limit: number): ProbeTask[] {
    const { catalogue, share } = this.#options;
    const now = this.#options.now();
    const due: { readonly entry: Entry; readonly instance: Instance }[] = [];
    for (const entry of catalogue.entries()) {
      if (!share.looksAfter(entry.record.id)) continue;
      for (const instance of entry.instances) {
        if (waitsForProbe(instance.health) && instance.health.nextProbeAt <= now.hub)
          due.push({ entry, instance });
      }
    }
    due.sort((a, b) => a.instance.health.nextProbeAt - b.instance.health.nextProbeAt);
    return due
      .slice(0, limit)
      .map(({ entry, instance }) =>
        this.#task(entry, instance, this.#isReadingDue(entry, instance.health, now)),
      );
  }

  /** Milliseconds until the next probe is due; infinite when there is none. */
  nextProbeInMs(): number {
    const { hub } = this.#options.now();
    let next = Number.POSITIVE_INFINITY;
    const { catalogue, share } = this.#options;
    for (const entry of catalogue.entries()) {
      if (!share.looksAfter(entry.record.id)) continue;
      for (const { health } of entry.instances) {
        if (waitsForProbe(health)) next = Math.min(next, health.nextProbeAt - hub);
      }
    }
    return Math.max(0, next);
  }

  /** Full probes of all instances of an entry, due or not; of one that flaps, not many full ones. */
  takeAll(entry: Entry): ProbeTask[] {
    const { hub } = this.#options.now();
    return entry.instances.map((instance) =>
      this.#task(
        entry,
        instance,
        instance.health.status === "needs-token" || mayRead(entry.pace, hub, true),
      ),
    );
  }

  /** A server that flaps is read when its own time has come, as if it were one instance. */
  #isReadingDue(entry: Entry, health: Health, now: Now): boolean {
    if (flappingOf(entry.pace) !== undefined && health.status !== "needs-token")
      return mayRead(entry.pace, now.hub);
    return wantsReading(health, now.hub, this.#options.settings);
  }

  #task(entry: Entry, { record, health }: Instance, full: boolean): ProbeTask {
    const { catalogue } = this.#options;
    catalogue.setHealth(entry.record.id, record.id, { ...health, isBeingProbed: true });
    const target = {
      ...targetOf(record),
      serverId: entry.record.id,
      name: entry.record.name,
      knownEra: health.era,
      isCallRefused: health.isCallRefused,
    };
    return {
      serverId: entry.record.id,
      instanceId: record.id,
      knownSince: health.knownSince,
      target,
      full,
      announcedHash: health.announcedHash,
    };
  }
}

export function targetOf(record: InstanceRecord): ProbeTarget {
  return {
    endpoint: record.endpoint,
    transport: record.transport,
    candidates: record.candidates,
    registeredFrom: record.registeredFrom,
  };
}

/** A probe that runs is not started a second time; one that drains is not asked any more. */
const waitsForProbe = (health: Health) => !health.isBeingProbed && !health.isDraining;
