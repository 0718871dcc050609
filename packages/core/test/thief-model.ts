import type { EntryRecord, Instance } from "../src/entry.js";
import { HubError } from "../src/errors.js";
import { sha256Hex } from "../src/hash.js";
import type { RegistrationInput } from "../src/registration.js";
import { claim } from "./machine-facts.js";
import { World } from "./world.js";

/**
 * Two who want one name: its owner, a program that keeps itself registered as `@hub/register` or the
 * seed's servers do, and a thief, who does what it likes with all that the hub shows and all leases
 * that it was ever given. What is claimed is about the owner alone: while it is there, nothing of its
 * entry is another's. With a key it may have a sibling, a second process of the same server.
 */

/** `seed`: as the servers of the seed register, without a lease. */
export const ownerKinds = [
  "leased",
  "keyed",
  "seed",
  "keyed with a sibling",
  "keyed seed with a sibling",
] as const;
export type OwnerKind = (typeof ownerKinds)[number];

const ownersKey = "the owner's";

export type ThiefStep =
  | {
      readonly do: "register";
      readonly at: "owner" | "sibling" | "thief";
      readonly hasLease: boolean;
      readonly hasKey: boolean;
      /** Which of the texts that it knows it sends as proof. */
      readonly proof: number;
      readonly variant: number;
    }
  | { readonly do: "beat"; readonly draining: boolean }
  | { readonly do: "give-back" | "probe" | "restart-hub" }
  | { readonly do: "remove"; readonly proof: number }
  /** The owner's and the thief's registrations arrive together. */
  | { readonly do: "race"; readonly first: boolean }
  | { readonly do: "pass"; readonly seconds: number }
  | { readonly do: "pause-hub" | "jump"; readonly ms: number }
  /** What happens to the owner's process; `isElsewhere`: it comes back on another port. */
  | { readonly do: Fate; readonly isElsewhere: boolean }
  | { readonly do: "sibling"; readonly fate: Exclude<Fate, "stop"> };

export const fates = ["hang", "wake", "kill", "restart", "stop"] as const;
type Fate = (typeof fates)[number];

const url = (port: number) => `http://127.0.0.1:${port}/mcp`;
const thiefs = url(6_666);
const heartbeatMs = 10_000;
/** The longest that DESIGN lets an owner wait that is there: its old lease, and one question more. */
const longestWaitMs = 30_000 + heartbeatMs;
/** A dead server is seen by then, whoever registers in its place: a lease, a probe of one that is up, and three failures twice. */
const longestUpSeconds = 90;

export async function runHistory(kind: OwnerKind, steps: readonly ThiefStep[]): Promise<void> {
  const history = new History(await World.create(), kind);
  await history.begin();
  for (const step of steps) await history.take(step);
}

/** The owner's process, or its sibling's. */
class Owner {
  port = 0;
  state: "running" | "hanging" | "dead" = "running";
  lease: string | undefined;
  #nextAt = 0;
  readonly #world: World;
  readonly #hasLease: boolean;
  readonly #hasKey: boolean;
  /** Everywhere that it has been. */
  readonly endpoints = new Set<string>();

  constructor(world: World, kind: OwnerKind) {
    this.#world = world;
    this.#hasLease = !kind.includes("seed");
    this.#hasKey = kind.includes("keyed");
  }

  get endpoint(): string {
    return url(this.port);
  }

  get registration(): RegistrationInput {
    const said = { name: "Alpha", transport: "http", endpoint: this.endpoint } as const;
    const key = this.#hasKey ? { serviceKey: ownersKey } : {};
    if (!this.#hasLease) return { ...said, ...key };
    return { ...said, description: "The owner's", lease: {}, ...key };
  }

  become(state: "running" | "hanging" | "dead"): void {
    const { answering, failing } = this.#world;
    this.state = state;
    answering.delete(this.endpoint);
    failing.delete(this.endpoint);
    if (state === "running") answering.add(this.endpoint);
    if (state === "hanging") failing.set(this.endpoint, "TOO_SLOW");
  }

  /** A new process, which knows nothing of the one before. */
  async start(port: number): Promise<void> {
    this.port = port;
    this.endpoints.add(this.endpoint);
    this.lease = undefined;
    this.become("running");
    await this.register();
  }

  async register(): Promise<void> {
    const now = this.#world.clock.monotonic();
    try {
      const { lease, retryAfterMs } = await this.#world.register(this.registration, this.lease);
      if (lease !== undefined) this.lease = lease.id;
      this.#nextAt = now + (retryAfterMs ?? heartbeatMs);
      this.isSettled = lease !== undefined || !this.#hasLease;
      claim((retryAfterMs ?? 0) <= heartbeatMs, () => `told to wait ${retryAfterMs} ms`);
    } catch (error) {
      if (!HubError.is(error) || error.code !== "NAME_TAKEN") throw error;
      const waitMs = Number(error.details.retryAfterMs);
      claim(waitMs <= heartbeatMs, () => `told to wait ${waitMs} ms`);
      this.isSettled = false;
      this.#nextAt = now + waitMs;
    }
  }
  /** It has registered with effect. */
  isSettled = false;

  /** Beats, or asks again; the seed's servers do neither. */
  async act(): Promise<void> {
    const now = this.#world.clock.monotonic();
    if (this.state !== "running" || !this.#hasLease || now < this.#nextAt) return;
    if (!this.isSettled || this.lease === undefined) return this.register();
    this.#nextAt = now + heartbeatMs;
    try {
      this.#world.registry.renew(this.lease);
    } catch (error) {
      if (!HubError.is(error) || error.code !== "LEASE_UNKNOWN") throw error;
      await this.register();
    }
  }
}

class History {
  readonly #world: World;
  readonly #kind: OwnerKind;
  readonly #owner: Owner;
  readonly #sibling: Owner;
  /** The leases that the thief was given, the newest last. */
  readonly #loot: string[] = [];
  /**
   * The owner has been there all the time since it last registered with effect: it beat or answered
   * whenever that was due. From the first gap on others may have its name, as DESIGN says.
   */
  #isFirm = false;
  /** Probes have failed because of it, so that its status need not be good. */
  #hasHung = false;
  /** Since when a process of the owner's waits for the place of the one before, which nobody else has taken. */
  #waitsSince: number | undefined;
  /** For how many seconds of a hub that works the owner has been dead. */
  #deadSeconds = 0;

  constructor(world: World, kind: OwnerKind) {
    this.#world = world;
    this.#kind = kind;
    this.#owner = new Owner(world, kind);
    this.#sibling = new Owner(world, kind);
  }

  get #isLeased(): boolean {
    return !this.#kind.includes("seed");
  }

  get #hasSibling(): boolean {
    return this.#kind.includes("sibling");
  }

  async begin(): Promise<void> {
    this.#world.answering.add(thiefs);
    await this.#owner.start(8_001);
    if (this.#hasSibling) await this.#sibling.start(9_001);
    this.#isFirm = true;
    await this.#pass(1);
  }

  async take(step: ThiefStep): Promise<void> {
    const { registry, clock } = this.#world;
    this.#noteHanging();
    switch (step.do) {
      case "register":
        await this.#steal(step);
        break;
      case "beat":
        for (const lease of this.#loot.slice(-2))
          await this.#try(() => registry.renew(lease, { draining: step.draining }));
        break;
      case "give-back":
        await this.#try(() => registry.deregister(this.#loot.at(-1) ?? "nothing"));
        break;
      case "remove":
        await this.#try(() => this.#world.removeByProof("alpha", this.#known(step.proof)));
        break;
      case "probe":
        for (const task of registry.get("alpha") === undefined ? [] : registry.takeProbes("alpha"))
          registry.recordProbe(task, this.#world.look(task.target));
        break;
      case "race":
        await this.#race(step.first);
        break;
      case "pass":
        await this.#pass(step.seconds);
        break;
      case "restart-hub":
        await registry.drain();
        await this.#world.restart();
        // Every lease has its whole time again, also that of the process before.
        if (this.#waitsSince !== undefined) this.#waitsSince = this.#world.registry.now().hub;
        break;
      case "pause-hub":
        this.#world.pause(step.ms);
        // What was sent meanwhile is received as soon as the hub runs again.
        await this.#act();
        break;
      case "jump":
        clock.jumpWall(step.ms);
        break;
      case "sibling":
        await this.#siblings(step.fate);
        break;
      default:
        await this.#owners(step);
    }
    this.#check();
  }

  /** What happens to the owner's process, and whether it gave others a right to its name by it. */
  async #owners(step: { readonly do: Fate; readonly isElsewhere: boolean }): Promise<void> {
    const owner = this.#owner;
    this.#deadSeconds = 0;
    if (step.do !== "wake") this.#waitsSince = undefined;
    switch (step.do) {
      case "hang":
        if (owner.state === "running") owner.become("hanging");
        this.#hasHung = true;
        // What hangs for long may lose its name; see `#mayLose`.
        break;
      case "wake":
        if (owner.state === "hanging") owner.become("running");
        break;
      case "kill":
        owner.become("dead");
        this.#isFirm = false;
        break;
      case "restart": {
        // No moment passes in which somebody could come before it.
        const wasFirm = this.#isFirm && owner.state === "running";
        owner.become("dead");
        await owner.start(step.isElsewhere ? owner.port + 1 : owner.port);
        this.#isFirm = wasFirm && (owner.isSettled || !this.#isLeased);
        this.#waitsSince = wasFirm ? this.#world.registry.now().hub : undefined;
        break;
      }
      case "stop":
        if (owner.state !== "running") return;
        await this.#try(() => this.#world.registry.deregister(owner.lease ?? "nothing"));
        owner.become("dead");
        this.#isFirm = false;
        break;
    }
  }

  async #siblings(fate: Exclude<Fate, "stop">): Promise<void> {
    const sibling = this.#sibling;
    if (!this.#hasSibling) return;
    if (fate === "hang" && sibling.state === "running") sibling.become("hanging");
    if (fate === "wake" && sibling.state === "hanging") sibling.become("running");
    if (fate === "kill" || fate === "restart") sibling.become("dead");
    if (fate === "restart") await sibling.start(sibling.port);
  }

  async #act(): Promise<void> {
    await this.#owner.act();
    if (this.#hasSibling) await this.#sibling.act();
  }

  /** Where a registration of the thief's says that the server is. */
  #place(at: "owner" | "sibling" | "thief"): string {
    if (at === "thief") return thiefs;
    return at === "sibling" && this.#hasSibling ? this.#sibling.endpoint : this.#owner.endpoint;
  }

  async #steal(step: Extract<ThiefStep, { do: "register" }>): Promise<void> {
    const { hasLease, hasKey, at, variant } = step;
    const input: RegistrationInput = {
      name: variant === 0 ? "Alpha" : "ALPHA",
      transport: "http",
      endpoint: this.#place(at),
      description: `The thief's ${variant}`,
      candidates: [thiefs],
      ...(hasKey ? { serviceKey: "the thief's" } : {}),
      ...(hasLease ? { lease: { ttlMs: variant === 0 ? 5_000 : 3_600_000 } } : {}),
    };
    await this.#try(async () => {
      const { lease, retryAfterMs } = await this.#world.register(input, this.#known(step.proof));
      if (lease !== undefined) this.#loot.push(lease.id);
      // It asked at the very moment at which the place was free.
      if (retryAfterMs === undefined) this.#waitsSince = undefined;
    });
  }

  async #race(isThiefFirst: boolean): Promise<void> {
    const steal = () =>
      this.#steal({
        do: "register",
        at: "owner",
        hasLease: true,
        hasKey: true,
        proof: 0,
        variant: 0,
      });
    const owner = () =>
      this.#owner.state === "running" && this.#isLeased ? this.#owner.register() : undefined;
    await Promise.all(isThiefFirst ? [steal(), owner()] : [owner(), steal()]);
  }

  /** Something that the thief can send as proof: all that is shown, and what it was given. */
  #known(index: number): string {
    const { registry, events } = this.#world;
    const shown = new Set(this.#loot);
    const collect = (value: unknown): void => {
      if (typeof value === "string") shown.add(value);
      else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
    };
    collect([registry.list(), events.slice(-5)]);
    const texts = [...shown];
    // The newest leases are tried more often than all the rest.
    return (
      (index < 20 ? this.#loot.at(-1 - (index % 3)) : texts[index % texts.length]) ?? "nothing"
    );
  }

  async #try(act: () => unknown): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!HubError.is(error)) throw error;
    }
  }

  async #pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 1) {
      await this.#world.pass(1_000, () => this.#act());
      this.#noteHanging();
      this.#noteSettled();
      this.#deadSeconds = this.#owner.state === "dead" ? this.#deadSeconds + 1 : 0;
      this.#check();
    }
  }

  #noteHanging(): void {
    if (this.#owner.state === "hanging") this.#isFirm &&= !this.#mayLose(this.#ownersInstance());
  }

  /** Whether a hanging owner may lose its name now, by what the hub shows of it. */
  #mayLose(instance: Instance | undefined): boolean {
    if (instance === undefined) return true;
    const { health } = instance;
    if (!this.#isLeased) return health.failures >= 3;
    const silentMs = this.#world.registry.now().hub - (health.lease?.renewedAt ?? 0);
    return silentMs >= 2 * heartbeatMs - 1_000;
  }

  #ownersInstance(): Instance | undefined {
    return this.#world.registry
      .get("alpha")
      ?.instances.find(({ record }) => record.endpoint === this.#owner.endpoint);
  }

  #noteSettled(): void {
    if (this.#waitsSince === undefined || this.#owner.state !== "running") return;
    if (!this.#owner.isSettled) return;
    this.#waitsSince = undefined;
    this.#isFirm = true;
  }

  #check(): void {
    const entry = this.#world.registry.get("alpha");
    if (this.#isFirm) {
      claim(entry !== undefined, () => "the owner is there and its entry is gone");
      this.#checkOwned(entry.record);
      const { status, failures } = this.#ownersInstance()?.health ?? {};
      // Until a probe gets through again, also to the process after it.
      if (this.#owner.state === "running" && status === "up" && failures === 0)
        this.#hasHung = false;
      claim(
        status === "up" || status === "pending" || this.#hasHung,
        () => `the owner is there and ${status}`,
      );
    }
    claim(
      this.#deadSeconds < longestUpSeconds || this.#ownersInstance()?.health.status !== "up",
      () => `dead for ${this.#deadSeconds} s and still up`,
    );
    const waitedMs =
      this.#world.registry.now().hub - (this.#waitsSince ?? Number.POSITIVE_INFINITY);
    claim(waitedMs <= longestWaitMs, () => `the owner has waited ${waitedMs} ms for its place`);
  }

  #checkOwned(record: EntryRecord): void {
    const endpoints = record.instances.map(({ endpoint }) => endpoint);
    claim(!endpoints.includes(thiefs), () => "its calls go to the thief");
    claim(endpoints.includes(this.#owner.endpoint), () => `only ${endpoints} are left`);
    const hasKey = this.#kind.includes("keyed");
    // With a key the places of its earlier processes stay until they are down.
    claim(endpoints.length === 1 || hasKey, () => `${endpoints} share the name`);
    const own = new Set([...this.#owner.endpoints, ...this.#sibling.endpoints]);
    claim(
      endpoints.every((one) => own.has(one)),
      () => `somebody at ${endpoints} shares the name`,
    );
    const candidates = record.instances.flatMap((instance) => instance.candidates);
    claim(candidates.length === 0, () => `its calls may go to ${candidates}`);
    const key = hasKey ? sha256Hex(ownersKey) : undefined;
    claim(record.serviceKeyHash === key, () => "it has a key that is not its own");
    if (!this.#isLeased) return; // It can prove nothing, and says nothing that could be spoilt.
    claim(
      record.profile.description === "The owner's" && record.name === "Alpha",
      () => `it says ${record.profile.description}`,
    );
  }
}
