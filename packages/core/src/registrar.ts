import type { BudgetBook } from "./budget-book.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import {
  decideRegistration,
  type RegistrationDecision,
  type RegistrationRequest,
} from "./decide.js";
import type { Draft } from "./draft.js";
import type { Entry, EntryRecord, Instance, InstanceRecord } from "./entry.js";
import { HubError } from "./errors.js";
import type { NameConflict } from "./events.js";
import { sha256Hex } from "./hash.js";
import { leaseIsLost, type Now } from "./health.js";
import { idForName, nameKey } from "./names.js";
import { targetOf } from "./observer.js";
import type { Prober } from "./probe.js";
import type { Registration } from "./registration.js";
import { grantedTtlMs, type HubSettings, heartbeatMsFor } from "./settings.js";

export type LeaseGrant = {
  readonly id: string;
  readonly ttlMs: number;
  readonly heartbeatMs: number;
};

export type RegisterResult = {
  readonly entry: Entry;
  readonly instance: Instance;
  readonly lease?: LeaseGrant;
  /** True when the name or the instance was not known before. */
  readonly isNew: boolean;
  readonly warnings: readonly string[];
};

export type RegistrarOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly settings: HubSettings;
  readonly budgets: BudgetBook;
  readonly now: () => Now;
  readonly prober: Prober;
  readonly newLeaseId: () => string;
};

const mostHolderRounds = 4;
const conflictSilenceMs = 600_000;
const mostConflictsRemembered = 1_000;
const holderTimeoutMs = 2_000;

/** Lets servers in: decides who has a name, asks its holders when that matters, and grants leases. */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #conflictsTold = new Map<string, number>();

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  /** See `Registry.register`. `from` is the address the registration came from. */
  async register(registration: Registration, from: string | undefined): Promise<RegisterResult> {
    const { catalogue, queue, settings } = this.#options;
    const ttlMs = grantedTtlMs(settings, registration.lease?.ttlMs);
    const lease =
      registration.lease === undefined
        ? undefined
        : { id: this.#options.newLeaseId(), ttlMs, heartbeatMs: heartbeatMsFor(settings, ttlMs) };
    const { serviceKey } = registration;
    const request: RegistrationRequest = {
      registration,
      from,
      serviceKeyHash: serviceKey === undefined ? undefined : sha256Hex(serviceKey),
      lease: lease === undefined ? undefined : { hash: sha256Hex(lease.id), ttlMs },
    };
    const lookAlike = catalogue.lookAlike(registration.name);
    const answers = new Map<InstanceRecord, boolean>();
    for (let round = 0; round < mostHolderRounds; round += 1) {
      const decision = await queue.execute((draft) => this.#decide(draft, request, answers));
      if (decision.kind === "refuse") {
        this.#rememberConflict(decision.event);
        throw decision.error;
      }
      if (decision.kind === "ask-holders") {
        const asked = decision.holders.map(async (holder) =>
          answers.set(holder, await this.#answers(holder)),
        );
        await Promise.all(asked);
        continue;
      }
      const entry = catalogue.get(decision.record.id);
      const instance = catalogue.instance(decision.record.id, decision.instanceId);
      if (entry === undefined || instance === undefined) continue; // Removed again in the same commit.
      return {
        entry,
        instance,
        isNew: decision.isNewInstance,
        warnings: [
          ...(lookAlike === undefined ? [] : [lookAlikeWarning(lookAlike)]),
          ...(decision.isKeyIgnored ? [keyIgnoredWarning(decision.record)] : []),
        ],
        ...(lease === undefined ? {} : { lease }),
      };
    }
    throw new HubError(
      "REVISION_CONFLICT",
      "The holders of this name changed while the hub asked them. Try again.",
      { retryAfterMs: 1_000 },
    );
  }

  #decide(
    draft: Draft,
    request: RegistrationRequest,
    answers: ReadonlyMap<InstanceRecord, boolean>,
  ): RegistrationDecision {
    const { catalogue, budgets } = this.#options;
    const now = this.#options.now();
    const id = idForName(request.registration.name, (taken) => {
      const holder = draft.get(taken);
      return holder === undefined ? undefined : nameKey(holder.name);
    });
    const record = draft.get(id);
    const mostServers = budgets.limit("servers");
    if (record === undefined && catalogue.size + draft.growth >= mostServers) {
      budgets.refused("servers");
      throw new HubError(
        "REGISTRY_FULL",
        `The hub keeps at most ${mostServers} servers and has no room for another. Remove servers that are down.`,
      );
    }
    const registeredJustNow = draft.registered.get(id);
    const decision = decideRegistration(request, {
      id,
      record,
      answers,
      wall: now.wall,
      hasLiveLease: (instanceId) => {
        // What was decided before in the same commit is not in the catalogue yet.
        if (registeredJustNow?.has(instanceId) === true)
          return record?.instances.find((one) => one.id === instanceId)?.leaseHash !== undefined;
        const health = catalogue.instance(id, instanceId)?.health;
        return health?.lease !== undefined && !leaseIsLost(health, now.hub);
      },
      isDown: (instanceId) =>
        registeredJustNow?.has(instanceId) !== true &&
        catalogue.instance(id, instanceId)?.health.status === "down",
    });
    if (decision.kind === "accept") {
      const mostInstances = budgets.limit("instances");
      if (decision.isNewInstance && decision.record.instances.length > mostInstances) {
        budgets.refused("instances");
        throw new HubError(
          "REGISTRY_FULL",
          `The name "${decision.record.name}" has ${mostInstances} instances already, as many as one name may have. Stop some of them or register under another name.`,
        );
      }
      draft.put(decision.record);
      draft.markRegistered(id, decision.instanceId, decision.isNewInstance ? "new" : "again");
      if (decision.event !== undefined) draft.tell({ event: decision.event });
    }
    if (decision.kind === "refuse" && !this.#isKnownConflict(decision.event, now.hub))
      draft.tell({ event: decision.event });
    return decision;
  }

  /** A newcomer that tries for ever is one piece of news, not one per try. */
  #isKnownConflict(conflict: NameConflict, now: number): boolean {
    const told = this.#conflictsTold.get(conflictKey(conflict));
    return told !== undefined && now - told < conflictSilenceMs;
  }

  #rememberConflict(conflict: NameConflict): void {
    const now = this.#options.now().hub;
    if (this.#isKnownConflict(conflict, now)) return;
    if (this.#conflictsTold.size >= mostConflictsRemembered) this.#conflictsTold.clear();
    this.#conflictsTold.set(conflictKey(conflict), now);
  }

  async #answers(holder: InstanceRecord): Promise<boolean> {
    const timeoutMs = Math.min(this.#options.settings.probeTimeoutMs, holderTimeoutMs);
    const outcome = await this.#options.prober.probe(targetOf(holder), { full: false, timeoutMs });
    if (outcome.ok) return true;
    // A server that refuses the hub's Host header is there all the same; and nobody loses a name
    // because the hub itself failed.
    return outcome.finding.code === "HOST_REFUSED" || outcome.finding.code === "HUB_FAULT";
  }
}

const conflictKey = ({ serverId, endpoint }: NameConflict) => `${serverId} ${endpoint}`;

function lookAlikeWarning({ record }: Entry): string {
  return `The name looks like that of another server, "${record.name}" (${record.id}).`;
}

function keyIgnoredWarning({ name }: EntryRecord): string {
  return `The service key was not taken over: "${name}" was registered without one by an instance whose lease is still alive, so the name stays without a key and no further instance can join it. Stop the server, so that its lease ends, and register it again with the key.`;
}
