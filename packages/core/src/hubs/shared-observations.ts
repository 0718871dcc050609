import type { Beat } from "../beat.js";
import type { Catalogue } from "../catalogue.js";
import { stampOf } from "../entry.js";
import { flappingOf, type Pace, quietPace } from "../flapping.js";
import type { Health, Now } from "../health.js";
import { type JsonValue, jsonOf } from "../json.js";
import type { Trouble } from "../probed.js";
import type { HubShare, ReportChannel } from "./hub-share.js";
import { heardHealth, type ToldHealth, toldHealth } from "./told-health.js";

/** What one hub tells all others of what it observed. */
type Said = {
  /** Hash of the lease, age, what the heartbeat said. */
  readonly beats: readonly (readonly [string, number, Beat])[];
  readonly healths: readonly ToldInstance[];
  readonly troubles: readonly (readonly [string, Trouble])[];
  /**
   * Servers that flap, with how; and `null` for those that do no more. Instants are ages. Absent where an older version
   * says it, as while hubs are rolled.
   */
  readonly paces?: Paces;
};

type Paces = readonly (readonly [serverId: string, pace: Pace | null])[];

type ToldInstance = {
  readonly serverId: string;
  readonly instanceId: string;
  /** Which registration was observed. */
  readonly registeredAt: number;
  readonly health: ToldHealth;
};

export type SharedObservationsOptions = {
  readonly catalogue: Catalogue;
  readonly share: HubShare;
  readonly now: () => Now;
  /** Another hub took a heartbeat so many milliseconds ago. */
  readonly onBeat: (leaseHash: string, said: Beat, agoMs: number) => void;
  /** Another hub met trouble at an endpoint. */
  readonly onTrouble: (endpoint: string, trouble: Trouble) => void;
  /** What this hub knows of an instance is what another one told. */
  readonly onHeard: (serverId: string, instanceId: string) => void;
};

/** As many instances are remembered whose registration this hub has not read yet. */
const mostEarly = 1_000;

/**
 * What hubs on one store tell each other of servers: heartbeats, whichever hub took them; health, by the hub that
 * looks after a server; and trouble that a hub met which does not.
 */
export class SharedObservations implements ReportChannel {
  readonly #options: SharedObservationsOptions;
  readonly #beats = new Map<string, { readonly at: number; readonly said: Beat }>();
  readonly #healths = new Map<string, readonly [serverId: string, instanceId: string]>();
  readonly #troubles = new Map<string, Trouble>();
  /** Servers of which others were told that they flap. */
  readonly #toldFlapping = new Set<string>();
  /** Of registrations that are not in the catalogue yet. */
  readonly #early = new Map<string, { readonly told: ToldInstance; readonly at: number }>();

  constructor(options: SharedObservationsOptions) {
    this.#options = options;
  }

  /** This hub took a heartbeat, or a registration with a lease. */
  beat(leaseHash: string, said: Beat, now: Now): void {
    const before = this.#beats.get(leaseHash)?.said;
    this.#beats.set(leaseHash, { at: now.hub, said: { ...before, ...said } });
  }

  /** This hub observed an instance that it looks after. */
  observed(serverId: string, instanceId: string): void {
    this.#healths.set(`${serverId}\n${instanceId}`, [serverId, instanceId]);
  }

  trouble(endpoint: string, trouble: Trouble): void {
    this.#troubles.set(endpoint, trouble);
  }

  take(isFull: boolean): JsonValue | undefined {
    const { catalogue, share, now } = this.#options;
    if (isFull)
      for (const { record, instances } of catalogue.entries())
        if (share.looksAfter(record.id))
          for (const instance of instances) this.observed(record.id, instance.record.id);
    if (this.#beats.size + this.#healths.size + this.#troubles.size === 0) return undefined;
    const at = now();
    const said: Said = {
      beats: [...this.#beats].map(([hash, beat]) => [hash, at.hub - beat.at, beat.said]),
      healths: [...this.#healths.values()].flatMap(([serverId, instanceId]) => {
        const instance = catalogue.instance(serverId, instanceId);
        if (instance === undefined || !share.looksAfter(serverId)) return [];
        const health = toldHealth(instance.health, at);
        return [{ serverId, instanceId, registeredAt: stampOf(instance.record), health }];
      }),
      troubles: [...this.#troubles],
      paces: this.#paces(new Set([...this.#healths.values()].map(([serverId]) => serverId)), at),
    };
    this.#beats.clear();
    this.#healths.clear();
    this.#troubles.clear();
    return jsonOf(said);
  }

  hear(said: JsonValue, agoMs: number): void {
    // What hubs write is what they read.
    const { beats, healths, troubles, paces = [] } = said as unknown as Said;
    for (const [leaseHash, ageMs, beat] of beats)
      this.#options.onBeat(leaseHash, beat, agoMs + ageMs);
    for (const told of healths) this.#hear(told, agoMs);
    for (const [endpoint, trouble] of troubles) this.#options.onTrouble(endpoint, trouble);
    for (const [serverId, pace] of paces) this.#hearPace(serverId, pace, agoMs);
  }

  /** Registrations of other hubs are in the catalogue now. */
  caughtUp(): void {
    const { hub } = this.#options.now();
    const early = [...this.#early.values()];
    this.#early.clear();
    for (const { told, at } of early) this.#hear(told, hub - at);
  }

  #hear(told: ToldInstance, agoMs: number): void {
    const { catalogue, share, now } = this.#options;
    const { serverId, instanceId, registeredAt } = told;
    const instance = catalogue.instance(serverId, instanceId);
    if (instance === undefined || stampOf(instance.record) !== registeredAt) {
      this.#keepEarly(told, agoMs);
      return;
    }
    // Who has just begun to look after it takes over what was seen; later it knows best itself.
    if (share.looksAfter(serverId) && hasLooked(instance.health)) return;
    catalogue.setHealth(
      serverId,
      instanceId,
      heardHealth(told.health, agoMs, now(), instance.health),
    );
    this.#options.onHeard(serverId, instanceId);
  }

  /** How servers flap that were just observed, of those that this hub looks after. */
  #paces(observed: ReadonlySet<string>, { hub }: Now): Paces {
    const { catalogue, share } = this.#options;
    return [...observed].flatMap((serverId): Paces => {
      if (!share.looksAfter(serverId)) return [];
      const pace = catalogue.get(serverId)?.pace;
      if (pace?.backOff !== undefined) {
        this.#toldFlapping.add(serverId);
        return [[serverId, turned(pace, hub)]];
      }
      return this.#toldFlapping.delete(serverId) ? [[serverId, null]] : [];
    });
  }

  #hearPace(serverId: string, pace: Pace | null, agoMs: number): void {
    const { catalogue, share, now } = this.#options;
    if (share.looksAfter(serverId)) return;
    if (pace !== null) catalogue.setPace(serverId, turned(pace, now().hub - agoMs));
    else if (flappingOf(catalogue.get(serverId)?.pace) !== undefined)
      catalogue.setPace(serverId, quietPace);
  }

  #keepEarly(told: ToldInstance, agoMs: number): void {
    const at = this.#options.now().hub - agoMs;
    if (this.#early.size >= mostEarly) this.#early.clear();
    this.#early.set(`${told.serverId}\n${told.instanceId}`, { told, at });
  }
}

/** A pace whose instants are ages instead at some time, or the other way round. */
function turned({ countedAt, backOff, ...pace }: Pace, hub: number): Pace {
  return {
    ...pace,
    countedAt: hub - countedAt,
    ...(backOff === undefined
      ? {}
      : {
          backOff: {
            readAt: hub - backOff.readAt,
            waitMs: backOff.waitMs,
            unstableAt: hub - backOff.unstableAt,
          },
        }),
  };
}

const hasLooked = ({ probedAt }: Health) => probedAt !== undefined;
