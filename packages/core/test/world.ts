import type { Principal } from "../src/access/principal.js";
import { openPrincipal } from "../src/access/principal.js";
import { type AdmissionRules, openAdmission } from "../src/admission-rules.js";
import { BudgetBook } from "../src/budget-book.js";
import type { Budgets } from "../src/budgets.js";
import type { Clock } from "../src/clock.js";
import { HubError } from "../src/errors.js";
import type { JournalEvent } from "../src/events.js";
import { MemoryStore } from "../src/memory-store.js";
import { proofsIn, requireRemovable } from "../src/ownership.js";
import type {
  Finding,
  FindingCode,
  NothingListens,
  ProbeFailure,
  ProbeOutcome,
  ProbeSuccess,
  ProbeTarget,
} from "../src/probe.js";
import { type RegistrationInput, registrationSchema } from "../src/registration.js";
import { Registry } from "../src/registry.js";
import type { HubSettings } from "../src/settings.js";
import { type CapabilitySnapshot, createSnapshot } from "../src/snapshot.js";
import type { CommitResult, RegistryStore, StoreWrite } from "../src/store.js";

/** A clock that moves only by hand. */
class FakeClock implements Clock {
  #monotonic = 1_000;
  #wall = Date.UTC(2026, 10, 22);
  /** Two readings of a real clock are never quite the same. */
  #readings = 0;

  wall(): number {
    this.#readings += 1;
    return this.#wall + this.#readings * 1e-6;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  advance(ms: number): void {
    this.#monotonic += ms;
    this.#wall += ms;
  }

  jumpWall(ms: number): void {
    this.#wall += ms;
  }
}

export const needsToken: Finding = {
  step: "http",
  code: "NEEDS_TOKEN",
  cause: "It wants a token.",
  fix: "Connect directly.",
};

export const nothingListens: Finding = {
  step: "connect",
  code: "NOTHING_LISTENS",
  cause: "Nothing listens there.",
  fix: "Start the server.",
};

export const failed: ProbeFailure = {
  ok: false,
  latencyMs: 1,
  finding: nothingListens,
  tried: [],
};

export function answered(target: ProbeTarget, snapshot?: CapabilitySnapshot): ProbeSuccess {
  return {
    ok: true,
    endpoint: target.endpoint,
    transport: target.transport,
    latencyMs: 1,
    needsToken: false,
    era: "modern",
    warnings: [],
    snapshot,
  };
}

export function snapshotOf(...tools: readonly string[]): CapabilitySnapshot {
  return createSnapshot({
    era: "modern",
    protocolVersion: "2026-07-28",
    serverInfo: { name: "fake" },
    capabilities: { tools: {} },
    tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })),
    resources: [],
    resourceTemplates: [],
    prompts: [],
  });
}

/** A store that can be made to fail, and whose owner can die in the middle of a commit. */
export class FragileStore implements RegistryStore {
  readonly kept: MemoryStore;
  isFailing = false;
  isDead = false;
  commits = 0;
  /** Commits, and those that failed. */
  attempts = 0;

  constructor(kept = new MemoryStore()) {
    this.kept = kept;
  }

  async commit(write: StoreWrite): Promise<CommitResult> {
    if (this.isDead) return new Promise(() => {});
    this.attempts += 1;
    if (this.isFailing) throw new HubError("STORE_UNAVAILABLE", "The disk is full.");
    this.commits += 1;
    const result = await this.kept.commit(write);
    return this.isDead ? new Promise(() => {}) : result;
  }

  load() {
    return this.kept.load();
  }
  journal(query: Parameters<RegistryStore["journal"]>[0]) {
    return this.kept.journal(query);
  }
  changes(...query: Parameters<RegistryStore["changes"]>) {
    return this.kept.changes(...query);
  }
  oldestSeq() {
    return this.kept.oldestSeq();
  }
  trimJournal(...kept: Parameters<RegistryStore["trimJournal"]>) {
    return this.kept.trimJournal(...kept);
  }
  trimChanges(since: number) {
    return this.kept.trimChanges(since);
  }
  assertWritable() {
    return this.kept.assertWritable();
  }
  close() {
    return this.kept.close();
  }
}

/** A hub in a world without real time: which endpoints answer is decided by the test. */
export class World {
  readonly clock = new FakeClock();
  readonly answering = new Set<string>();
  /** Those that answer, and let nobody in without a token. */
  readonly locked = new Set<string>();
  /** How those fail that do not answer; without an entry, nothing listens. */
  readonly failing = new Map<string, FindingCode>();
  /** What the endpoints offer; without an entry they offer nothing that could be read. */
  readonly offers = new Map<string, CapabilitySnapshot>();
  readonly events: JournalEvent[] = [];
  readonly settings: Partial<HubSettings>;
  readonly budgets: BudgetBook;
  /** Which names are let in without a person, from the next start of the hub on. Default: all. */
  admission: AdmissionRules = openAdmission;
  /** What of the work is this hub's, beside others on its store. A test may change it while the hub is open. */
  readonly share = {
    isShared: false,
    isCutOff: false,
    decides: true,
    probes: true,
    owns: () => this.share.decides,
    looksAfter: () => this.share.probes,
  };
  /** The endpoints that were looked at because somebody else wanted their names. */
  readonly asked: string[] = [];
  /** Runs between what is seen of a holder and when the hub hears it. */
  whileAsking: (() => Promise<void>) | undefined;
  store = new FragileStore();
  #registry: Registry | undefined;
  #leases = 0;
  #sweptAt = 0;

  private constructor(settings: Partial<HubSettings>, budgets: Partial<Budgets>) {
    this.settings = settings;
    this.budgets = new BudgetBook(budgets);
  }

  static async create(
    settings: Partial<HubSettings> = {},
    budgets: Partial<Budgets> = {},
  ): Promise<World> {
    const world = new World(settings, budgets);
    await world.open();
    return world;
  }

  get registry(): Registry {
    if (this.#registry === undefined) throw new Error("The hub is not open.");
    return this.#registry;
  }

  async open(): Promise<void> {
    const nothingListens: NothingListens = async (target) => {
      this.asked.push(target.endpoint);
      const isGone = [target.endpoint, ...target.candidates].every((url) => this.isRefused(url));
      await this.whileAsking?.();
      return isGone;
    };
    const registry = await Registry.open({
      store: this.store,
      clock: this.clock,
      nothingListens,
      settings: this.settings,
      budgets: this.budgets,
      admission: this.admission,
      newLeaseId: () => {
        this.#leases += 1;
        return `lease-${this.#leases}`;
      },
      random: () => 0.5,
      hubs: { share: this.share, hurry: () => {} },
    });
    registry.subscribe((event) => this.events.push(event));
    this.#registry = registry;
    this.#sweptAt = this.clock.monotonic();
  }

  /** `kill -9` and a start on the same file: what was not written is gone. */
  async restart(): Promise<void> {
    this.store.isDead = true;
    this.store = new FragileStore(this.store.kept);
    await this.open();
  }

  /** Whether nothing listens at a URL. */
  isRefused(url: string): boolean {
    return !this.answering.has(url) && !this.failing.has(url);
  }

  look(target: ProbeTarget): ProbeOutcome {
    if (this.answering.has(target.endpoint))
      return this.locked.has(target.endpoint)
        ? { ...answered(target), needsToken: true, finding: needsToken }
        : answered(target, this.offers.get(target.endpoint));
    const code = this.failing.get(target.endpoint);
    return code === undefined ? failed : { ...failed, finding: { ...failed.finding, code } };
  }

  register(input: RegistrationInput, proof?: string, principal?: Principal) {
    const context = { from: "127.0.0.1", proof, principal };
    return this.registry.register(registrationSchema.parse(input), context);
  }

  /** Removes a name as somebody who has nothing but this proof. */
  removeByProof(serverId: string, ...secrets: readonly string[]): Promise<void> {
    return this.registry.remove(serverId, (entry) =>
      requireRemovable(
        entry,
        { proofs: proofsIn(secrets, undefined), principal: openPrincipal, hasCredentials: false },
        this.registry.now(),
      ),
    );
  }

  /** Makes every probe that is due. */
  probe(): void {
    for (const task of this.registry.takeDueProbes(1_000))
      this.registry.recordProbe(task, this.look(task.target));
  }

  /** Lets time pass as in a hub that works: probes when due, a sweep every five seconds. */
  async pass(ms: number, eachStep: () => void | Promise<void> = () => {}): Promise<void> {
    const stepMs = 1_000;
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      this.registry.now();
      await eachStep();
      this.probe();
      const isSweepDue = this.clock.monotonic() - this.#sweptAt >= this.registry.settings.sweepMs;
      if (isSweepDue || this.registry.nextDeadlineInMs() === 0) {
        this.#sweptAt = this.clock.monotonic();
        this.registry.sweep();
        this.probe();
      }
      await this.registry.drain();
    }
  }

  /** The hub stands still: nothing runs, nothing is received. */
  pause(ms: number): void {
    this.clock.advance(ms);
  }

  status(serverId: string, instanceId?: string) {
    const instances = this.registry.get(serverId)?.instances ?? [];
    const found =
      instanceId === undefined
        ? instances[0]
        : instances.find((one) => one.record.id === instanceId);
    return found?.health.status;
  }

  statuses(): string[] {
    return this.registry.list().flatMap((entry) => entry.instances.map((one) => one.health.status));
  }
}

/** A leased MCP server as `@hub/register` keeps it: beats, and registers again when it must. */
export class LiveServer {
  readonly world: World;
  readonly input: RegistrationInput;
  leaseId: string | undefined;
  /** Its way to the hub and the hub's way to it. */
  isConnected = true;
  isRunning = true;
  #nextBeatAt: number;

  constructor(world: World, index: number, phaseMs: number, more: Partial<RegistrationInput> = {}) {
    this.world = world;
    this.input = {
      name: `Server ${index}`,
      transport: "http",
      endpoint: `http://127.0.0.1:${9_000 + index}/mcp`,
      lease: {},
      ...more,
    };
    this.#nextBeatAt = world.clock.monotonic() + phaseMs;
    world.answering.add(this.input.endpoint);
  }

  stop(): void {
    this.isRunning = false;
    this.world.answering.delete(this.input.endpoint);
  }

  disconnect(isConnected: boolean): void {
    this.isConnected = isConnected;
    if (isConnected) this.world.answering.add(this.input.endpoint);
    else this.world.answering.delete(this.input.endpoint);
  }

  async register(): Promise<void> {
    const { lease } = await this.world.register(this.input, this.leaseId);
    this.leaseId = lease?.id;
  }

  async act(): Promise<void> {
    const now = this.world.clock.monotonic();
    if (!this.isRunning || now < this.#nextBeatAt) return;
    this.#nextBeatAt = now + 10_000;
    if (!this.isConnected) return;
    try {
      if (this.leaseId === undefined) await this.register();
      else this.world.registry.renew(this.leaseId);
    } catch (error) {
      if (!HubError.is(error) || error.code !== "LEASE_UNKNOWN") throw error;
      await this.register();
    }
  }
}

export async function liveServers(world: World, count: number): Promise<LiveServer[]> {
  const servers = Array.from(
    { length: count },
    (_, index) => new LiveServer(world, index, (index * 7_919) % 10_000),
  );
  await Promise.all(servers.map((server) => server.register()));
  return servers;
}

export async function actAll(servers: readonly LiveServer[]): Promise<void> {
  for (const server of servers) await server.act();
}

/** The code of the error that a call ends in. */
export async function codeOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (HubError.is(error)) return error.code;
    throw error;
  }
}
