import { insufficientScope } from "./access/insufficient-scope.js";
import { may, policyOf, type SubjectServer, subjectOf } from "./access/policy.js";
import { actorOf, openPrincipal, type Principal } from "./access/principal.js";
import { isAdmitted } from "./admission.js";
import { type AdmissionRules, maySee } from "./admission-rules.js";
import { registrationAudit } from "./audit-lines.js";
import type { BudgetBook } from "./budget-book.js";
import { settingOf } from "./budgets.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { decideRegistration } from "./decide.js";
import type { Entry, EntryRecord, Instance, InstanceRecord } from "./entry.js";
import { HubError } from "./errors.js";
import type { NameConflict } from "./events.js";
import { sha256Hex } from "./hash.js";
import type { Health, Now } from "./health.js";
import { leaseHash } from "./lease-hash.js";
import { idForName, nameKey } from "./names.js";
import { neighbourAttention } from "./neighbours.js";
import { checkOwned, isOf, mostOwned } from "./owned-servers.js";
import { freshStanding, type Standing, standingOf } from "./ownership.js";
import { asked, isRepetition, pendingOf, pendingRegistration } from "./pending.js";
import type { Finding, NothingListens } from "./probe.js";
import { targetOf } from "./probe-agenda.js";
import type { Registration } from "./registration.js";
import type { RegistrationDecision, RegistrationRequest } from "./registration-decision.js";
import { grantedTtlMs, type HubSettings, heartbeatMsFor } from "./settings.js";
import type { WriteDraft } from "./write-draft.js";

/** The lease that a registration was given, and how often to renew it. */
export type LeaseGrant = {
  readonly id: string;
  readonly ttlMs: number;
  readonly heartbeatMs: number;
};

/** What became of a registration. Without a lease it has to wait. */
export type RegisterResult = {
  readonly entry: Entry;
  readonly instance: Instance;
  readonly lease?: LeaseGrant;
  /**
   * The registration has no effect yet, because another lease at its endpoint is alive. The server should
   * send it again after this many milliseconds.
   */
  readonly retryAfterMs?: number;
  /** True when the name or the instance was not known before. */
  readonly isNew: boolean;
  readonly warnings: readonly string[];
};

/** What is known of a registration beside what it says. */
export type RegistrationContext = {
  /** The address the registration came from. */
  readonly from?: string | undefined;
  /** Who registers. Default: somebody on a hub that is open to all. */
  readonly principal?: Principal | undefined;
  /** A secret that proves whose the registration is: a lease id or a service key. */
  readonly proof?: string | undefined;
  /** The id of the principal that the lease is bound to, and whose leases alone prove something. Default: nobody's. */
  readonly leaseOwner?: string | undefined;
};

export type RegistrarOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly settings: HubSettings;
  readonly budgets: BudgetBook;
  readonly now: () => Now;
  readonly nothingListens: NothingListens;
  /** Called with the endpoint of a holder at which a look for it found nothing. */
  readonly onRefused: (endpoint: string, refusal: Finding) => void;
  readonly newLeaseId: () => string;
  readonly rules: AdmissionRules;
};

/**
 * The result of a check of an instance. It no longer counts when the instance has another record now, or
 * gave a sign of life meanwhile. Then the instance must be checked again.
 */
type Sighting = { readonly isGone: boolean; readonly sign: string };

function signOf(health: Health | undefined): string {
  return `${health?.aliveAt} ${health?.pending?.atWall}`;
}

const mostHolderRounds = 4;
const conflictSilenceMs = 600_000;
const mostConflictsRemembered = 1_000;
const holderTimeoutMs = 2_000;

/**
 * Registers servers: decides who owns a name, looks whether its holders are alive when that matters, and
 * grants leases.
 */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #conflictsTold = new Map<string, number>();
  /**
   * Checks of holders that are running, by holder. A registration that needs the same check waits for the
   * running one.
   */
  readonly #looks = new Map<InstanceRecord, Promise<Sighting>>();

  constructor(options: RegistrarOptions) {
    this.#options = options;
    options.budgets.watch("ownedServers", () => mostOwned(options.catalogue));
  }

  /** See `Registry.register`. */
  async register(
    registration: Registration,
    { from, proof, principal = openPrincipal, leaseOwner }: RegistrationContext,
  ): Promise<RegisterResult> {
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
      proofHash: proof === undefined ? undefined : leaseHash(proof, leaseOwner),
      proofKeyHash: proof === undefined ? undefined : sha256Hex(proof),
      lease: lease === undefined ? undefined : { hash: leaseHash(lease.id, leaseOwner), ttlMs },
    };
    // Of what others, or this registrant, do not see, nobody is told.
    const sees = ({ record }: Entry) => maySee(policyOf(principal), record);
    const lookAlike = catalogue
      .lookAlikes(registration.name)
      .find((one) => isAdmitted(one.record) && sees(one));
    const attempt = Symbol();
    const sightings = new Map<InstanceRecord, Sighting>();
    for (let round = 0; round < mostHolderRounds; round += 1) {
      const decision = await queue.execute((draft) =>
        this.#decide(draft, request, principal, attempt, sightings),
      );
      if (decision.kind === "refuse") {
        this.#rememberConflict(decision.event);
        throw decision.error;
      }
      if (decision.kind === "look") {
        const { id, at } = decision;
        const looks = at.map(async (holder) => sightings.set(holder, await this.#look(id, holder)));
        await Promise.all(looks);
        continue;
      }
      const isWaiting = decision.kind === "wait";
      const id = isWaiting ? decision.id : decision.record.id;
      const entry = catalogue.get(id);
      const instance = catalogue.instance(id, decision.instanceId);
      if (entry === undefined || instance === undefined) continue; // Removed again in the same commit.
      const warnings = lookAlike === undefined ? [] : [lookAlikeWarning(lookAlike)];
      for (const { cause, fix } of neighbourAttention(entry, catalogue.neighbours(id).filter(sees)))
        warnings.push(`${cause} ${fix}`);
      if (isWaiting) {
        const { retryAfterMs } = decision;
        warnings.push(waitingWarning(entry.record));
        return { entry, instance, isNew: false, warnings, retryAfterMs };
      }
      if (!isAdmitted(entry.record)) warnings.push(notAdmittedWarning(entry.record));
      if (decision.ignored.includes("serviceKey")) warnings.push(keyIgnoredWarning(entry.record));
      if (decision.ignored.includes("candidates")) warnings.push(candidatesIgnoredWarning);
      return {
        entry,
        instance,
        isNew: decision.isNewInstance,
        warnings,
        ...(lease === undefined ? {} : { lease }),
      };
    }
    throw new HubError(
      "REVISION_CONFLICT",
      "The holders of this name changed while the hub looked for them. Try again.",
      { retryAfterMs: 1_000 },
    );
  }

  #decide(
    draft: WriteDraft,
    request: RegistrationRequest,
    registrant: Principal,
    attempt: symbol,
    sightings: ReadonlyMap<InstanceRecord, Sighting>,
  ): RegistrationDecision {
    const { catalogue, budgets } = this.#options;
    const now = this.#options.now();
    const id = idForName(request.registration.name, (taken) => {
      const holder = draft.get(taken);
      return holder === undefined ? undefined : nameKey(holder.name);
    });
    const record = draft.get(id);
    // Before anything is said of who has the name.
    const { registration } = request;
    requireName(registrant, registration, {
      id,
      tags: registration.tags ?? record?.profile.tags ?? [],
    });
    const mostServers = budgets.limit("servers");
    if (record === undefined && catalogue.size + draft.growth >= mostServers) {
      budgets.refused("servers");
      throw new HubError(
        "REGISTRY_FULL",
        `The hub keeps at most ${mostServers} servers and has no room for another. Remove some that you do not need (DELETE /servers/{id}), or raise ${settingOf("servers")}.`,
      );
    }
    const decision = decideRegistration(request, {
      id,
      record,
      wall: now.wall,
      registrant,
      rules: this.#options.rules,
      standingOf: (instance) => this.#standingOf(draft, id, instance, now),
      isGone: (instance) => {
        const sighting = sightings.get(instance);
        const health = catalogue.instance(id, instance.id)?.health;
        return sighting?.sign === signOf(health) ? sighting?.isGone : undefined;
      },
      isAskedAgain: (instanceId) => {
        const health = catalogue.instance(id, instanceId)?.health;
        const pending = health && pendingOf(health, now, this.#options.settings);
        return pending !== undefined && isRepetition(pending, request.registration, attempt);
      },
    });
    if (decision.kind === "wait") {
      const health = catalogue.instance(id, decision.instanceId)?.health;
      const pending = pendingRegistration(request.registration, attempt, now);
      if (health !== undefined)
        catalogue.setHealth(id, decision.instanceId, asked(health, now, pending));
    }
    if (decision.kind === "accept") {
      requireName(registrant, registration, { id, tags: decision.record.profile.tags ?? [] });
      // Who comes to another's name gets the tags that an operator gave it, or that stay.
      if (record !== undefined && !decision.isProven && !isOf(record, registrant.id))
        requireName(registrant, registration, subjectOf(decision.record));
      const mostInstances = budgets.limit("instances");
      if (decision.isNewInstance && decision.record.instances.length > mostInstances) {
        budgets.refused("instances");
        throw new HubError(
          "REGISTRY_FULL",
          `The name "${decision.record.name}" has ${mostInstances} instances already, as many as one name may have (${settingOf("instances")}). Stop some of them or register under another name.`,
        );
      }
      checkOwned(registrant, record, this.#options, draft);
      draft.put(decision.record);
      const newness = decision.isNewInstance ? "new" : decision.isProven ? "again" : "unproven";
      draft.markRegistered(id, decision.instanceId, newness);
      for (const event of [decision.event, decision.judged])
        if (event !== undefined) draft.tell({ event });
      const asker = { who: actorOf(registrant), from: request.from };
      for (const line of registrationAudit(record, decision, asker, now.wall)) draft.audit(line);
    }
    if (decision.kind === "refuse" && !this.#isKnownConflict(decision.event, now.hub))
      draft.tell({ event: decision.event });
    return decision;
  }

  /** A server that repeats its registration is reported once, not each time. */
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

  #standingOf(draft: WriteDraft, id: string, instance: InstanceRecord, now: Now): Standing {
    const { catalogue, settings } = this.#options;
    // What was decided before in the same commit is not in the catalogue yet.
    const newness = draft.registered.get(id)?.get(instance.id);
    const health = catalogue.instance(id, instance.id)?.health;
    return newness !== undefined || health === undefined
      ? freshStanding(instance, newness ?? "new", settings)
      : standingOf(health, settings, now);
  }

  #look(id: string, holder: InstanceRecord): Promise<Sighting> {
    const known = this.#looks.get(holder);
    if (known !== undefined) return known;
    const look = this.#lookNow(id, holder).finally(() => this.#looks.delete(holder));
    this.#looks.set(holder, look);
    return look;
  }

  async #lookNow(id: string, holder: InstanceRecord): Promise<Sighting> {
    const { catalogue, settings, nothingListens, onRefused } = this.#options;
    const sign = signOf(catalogue.instance(id, holder.id)?.health);
    const timeoutMs = Math.min(settings.probeTimeoutMs, holderTimeoutMs);
    const isGone = await nothingListens(targetOf(holder), timeoutMs);
    if (isGone) onRefused(holder.endpoint, nothingAt(holder.endpoint));
    return { isGone, sign };
  }
}

/**
 * Throws INSUFFICIENT_SCOPE when somebody may not register a server. Says only what was sent: nothing tells
 * whether the name is there, or which tags it has.
 */
function requireName(
  registrant: Principal,
  { name, tags }: Registration,
  server: SubjectServer,
): void {
  if (may(registrant, "register", server)) return;
  throw insufficientScope(
    "register",
    `the server "${name}"${(tags ?? []).length === 0 ? "" : ` with the tags ${tags?.join(", ")}`}`,
  );
}

function nothingAt(endpoint: string): Finding {
  return {
    step: "connect",
    code: "NOTHING_LISTENS",
    cause: `Nothing listens at ${new URL(endpoint).host}.`,
    fix: "Start the server, or register the port that it really listens on.",
  };
}

const conflictKey = ({ serverId, endpoint }: NameConflict) => `${serverId} ${endpoint}`;

function lookAlikeWarning({ record }: Entry): string {
  return `The name looks like that of another server, "${record.name}" (${record.id}).`;
}

function waitingWarning({ name }: EntryRecord): string {
  return `Another registration of "${name}" holds a live lease at this endpoint, and this one has no proof that the server is yours. Nothing has changed yet. Send it again after retryAfterMs: it takes effect when that lease has ended, was given back, or gets no more heartbeats.`;
}

function notAdmittedWarning({ id, name }: EntryRecord): string {
  return `"${name}" waits until somebody lets it in: only admins see it until then. An admin does that on the page of the hub, or with: mcp-hub admit ${id}.`;
}

function keyIgnoredWarning({ name }: EntryRecord): string {
  return `The hub did not take over the service key: a server without this key holds "${name}" and may be alive, and nothing proves that it is yours. No further instance can join with this key. Stop the server until the hub sees that it is gone, and register it again with the key.`;
}

const candidatesIgnoredWarning =
  "The hub did not take over the candidates: the server at this endpoint may be alive, and nothing proves that it is yours. Register with the service key or the lease id as proof, or stop the server until the hub sees that it is gone.";
