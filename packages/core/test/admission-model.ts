import { openPrincipal, type Principal } from "../src/access/principal.js";
import { AdmittedServers } from "../src/admitted-servers.js";
import { HubError } from "../src/errors.js";
import { claim } from "./machine-facts.js";
import { snapshotOf, World } from "./world.js";

/**
 * Who sees what, told in another way than the hub decides it: for each name, for whom and where it was let in.
 * Whose a name is, the model does not know: it takes that from what the hub answers.
 */

const token = (id: string, ...grants: Principal["grants"]): Principal => ({
  kind: "token",
  id: `token:${id}`,
  name: id,
  grants,
});

/** `letsIn`: ids of the names that it lets in by registering them. */
export const registrants: readonly {
  readonly is: Principal;
  readonly letsIn: readonly string[];
}[] = [
  { is: openPrincipal, letsIn: [] },
  { is: token("any", { action: "register" }), letsIn: [] },
  { is: token("other", { action: "register" }), letsIn: [] },
  { is: token("own", { action: "register", servers: ["al*"] }), letsIn: ["alpha"] },
  { is: token("call", { action: "call" }, { action: "register" }), letsIn: [] },
  { is: token("admin", { action: "admin" }), letsIn: ["alpha", "beta", "rule-1"] },
];
export const names = ["Alpha", "Beta", "Rule 1"] as const;
export const hosts = ["127.0.0.1", "10.0.0.7", "tools.internal"] as const;
const idOf = (name: string) => name.toLowerCase().replace(" ", "-");

export type AdmissionStep =
  | {
      readonly do: "register";
      readonly name: number;
      readonly by: number;
      readonly host: number;
      readonly port: number;
      readonly hasKey: boolean;
      readonly hasLease: boolean;
    }
  | {
      readonly do: "admit" | "refuse" | "remove" | "leave" | "forget" | "die";
      readonly name: number;
    }
  | { readonly do: "restart"; readonly isAsked: boolean; readonly hasRule: boolean };

/** For whom and where a name was let in. */
type LetIn = { readonly who: ReadonlySet<string>; readonly where: ReadonlySet<string> };

/** For all to be seen down, and then forgotten. */
const longEnoughMs = 240_000;

const judge = { who: { kind: "person", id: "judge" } } as const;

export async function runAdmissions(steps: readonly AdmissionStep[]): Promise<void> {
  const model = new AdmissionModel(await World.create({ forgetAfterMs: 60_000 }));
  await model.take({ do: "restart", isAsked: true, hasRule: true });
  for (const step of steps) await model.take(step);
}

class AdmissionModel {
  readonly #world: World;
  readonly #letIn = new Map<string, LetIn>();
  readonly #refused = new Set<string>();
  readonly #leases = new Map<string, string>();
  #isAsked = true;
  #hasRule = true;

  constructor(world: World) {
    this.#world = world;
  }

  async take(step: AdmissionStep): Promise<void> {
    const heard = this.#world.events.length;
    const before = new Set(this.#letIn.keys());
    await this.#do(step);
    await this.#world.registry.drain();
    this.#checkLists();
    if (step.do !== "restart") this.#checkEvents(this.#world.events.slice(heard), before);
  }

  async #do(step: AdmissionStep): Promise<void> {
    const { registry, clock } = this.#world;
    if (step.do === "register") return this.#register(step);
    if (step.do === "restart") {
      this.#isAsked = step.isAsked;
      this.#hasRule = step.hasRule;
      this.#world.admission = { isAsked: step.isAsked, admit: step.hasRule ? ["rule-*"] : [] };
      await this.#world.restart();
      await this.#world.registry.drain();
      for (const { record } of this.#world.registry.list())
        if (!this.#refused.has(record.id) && this.#isLetInByRule(record.id)) this.#note(record.id);
      return;
    }
    const id = idOf(names[step.name] ?? "");
    const isThere = registry.get(id) !== undefined;
    const attempt = async (what: () => Promise<unknown>) => {
      const code = await what().then(
        () => undefined,
        (error: unknown) => (HubError.is(error) ? error.code : Promise.reject(error)),
      );
      claim(code === (isThere ? undefined : "SERVER_NOT_FOUND"), () => `${step.do}: ${code}`);
      return isThere;
    };
    switch (step.do) {
      case "admit":
        if (!(await attempt(() => registry.admit(id, judge)))) return;
        this.#refused.delete(id);
        if (!this.#letIn.has(id)) this.#note(id);
        return;
      case "refuse":
        if (!(await attempt(() => registry.refuse(id, judge, "No.")))) return;
        this.#refused.add(id);
        this.#letIn.delete(id);
        return;
      case "remove":
        if (await attempt(() => registry.remove(id))) this.#forget(id);
        return;
      case "leave": {
        const lease = this.#leases.get(id);
        this.#leases.delete(id);
        // It may have been replaced or refused meanwhile.
        if (lease !== undefined) await registry.deregister(lease).catch(() => undefined);
        return;
      }
      case "die":
        this.#world.answering.clear();
        clock.advance(40_000);
        registry.now();
        return;
      case "forget":
        this.#world.answering.clear();
        await this.#world.pass(longEnoughMs);
        for (const known of names.map(idOf)) {
          const isGone = registry.get(known) === undefined;
          claim(
            !isGone || !this.#refused.has(known),
            () => `${known} was refused and is forgotten`,
          );
          if (isGone) this.#forget(known);
        }
    }
  }

  async #register(step: Extract<AdmissionStep, { readonly do: "register" }>): Promise<void> {
    const name = names[step.name] ?? "";
    const id = idOf(name);
    const host = hosts[step.host] ?? "";
    const registrant = registrants[step.by];
    if (registrant === undefined) throw new Error("There is no such registrant.");
    const mayRegister = registrant.is.id !== "token:own" || id.startsWith("al");
    const endpoint = `http://${host}:${8_000 + step.port}/mcp`;
    const wasThere = this.#world.registry.get(id) !== undefined;
    const wasSeen = this.#letIn.get(id);
    const input = {
      name,
      endpoint,
      transport: "http",
      ...(step.hasKey ? { serviceKey: "K" } : {}),
      ...(step.hasLease ? { lease: {} } : {}),
    } as const;
    let result: Awaited<ReturnType<World["register"]>>;
    try {
      result = await this.#world.register(input, undefined, registrant.is);
    } catch (error) {
      if (!HubError.is(error)) throw error;
      if (error.code === "INSUFFICIENT_SCOPE") {
        claim(!mayRegister, () => error.message);
        return;
      }
      const isRefused = this.#refused.has(id);
      claim(error.code === (isRefused ? "ADMISSION_REFUSED" : "NAME_TAKEN"), () => error.message);
      if (isRefused) claim(error.message.includes("judge"), () => "it is not said who refused");
      return;
    }
    claim(mayRegister, () => `${id} was registered by ${registrant.is.id}`);
    claim(!this.#refused.has(id), () => `${id} was refused and registered`);
    this.#world.answering.add(endpoint);
    this.#world.offers.set(endpoint, snapshotOf(`tool-${step.port}`));
    this.#world.probe();
    if (result.retryAfterMs !== undefined) return; // It has no effect yet.
    if (result.lease !== undefined) this.#leases.set(id, result.lease.id);
    const isOwn = registrant.letsIn.includes(id) || this.#isLetInByRule(id);
    // Who proves nothing at the endpoint of another does not become its registrant.
    const who = result.instance.record.registeredBy?.id;
    const isSame =
      wasSeen !== undefined &&
      (who === undefined || wasSeen.who.size === 0 || wasSeen.who.has(who)) &&
      wasSeen.where.has(host);
    const isSeen = isOwn || (wasThere && isSame);
    if (isSeen) this.#note(id);
    else this.#letIn.delete(id);
    const saysSo = result.warnings.some((warning) => warning.includes(`mcp-hub admit ${id}`));
    claim(saysSo === !isSeen, () => `${id} ${isSeen ? "is seen" : "waits"}: ${result.warnings}`);
  }

  #isLetInByRule(id: string): boolean {
    return !this.#isAsked || (this.#hasRule && id === "rule-1");
  }

  /** It is let in for those who hold it now. */
  #note(id: string): void {
    const {
      instances = [],
      lastEndpoint = "",
      lastRegisteredBy,
    } = this.#world.registry.get(id)?.record ?? {};
    const last =
      lastEndpoint === "" ? [] : [{ endpoint: lastEndpoint, registeredBy: lastRegisteredBy }];
    const holders = instances.length === 0 ? last : instances;
    this.#letIn.set(id, {
      who: new Set(holders.flatMap(({ registeredBy }) => registeredBy?.id ?? [])),
      where: new Set(holders.map(({ endpoint }) => new URL(endpoint).hostname)),
    });
  }

  #forget(id: string): void {
    this.#letIn.delete(id);
    this.#refused.delete(id);
    this.#leases.delete(id);
  }

  /** An entry is seen by others exactly when it was let in. */
  #checkLists(): void {
    const { registry } = this.#world;
    const admitted = new AdmittedServers(registry);
    const seen = admitted.list().map(({ record }) => record.id);
    const expected = [...this.#letIn.keys()].sort();
    claim(seen.join() === expected.join(), () => `seen: ${seen}, let in: ${expected}`);
    for (const { record } of registry.list()) {
      claim(
        (admitted.get(record.id) !== undefined) === this.#letIn.has(record.id),
        () => `get(${record.id})`,
      );
      if (this.#refused.has(record.id))
        claim(record.instances.length === 0, () => `${record.id} was refused and is there`);
    }
    for (const id of expected) {
      const { instances = [] } = registry.get(id)?.record ?? {};
      // For the next registration it counts who is there now.
      if (instances.length > 0) this.#note(id);
    }
  }

  /** Others hear of a name what happens while they see it, that it comes, and that it goes; and nothing else. */
  #checkEvents(events: World["events"], before: ReadonlySet<string>): void {
    for (const { serverId, isWithheld, kind } of events) {
      const isTheirs = before.has(serverId) || this.#letIn.has(serverId);
      claim(isTheirs || isWithheld === true, () => `others hear of ${serverId}: ${kind}`);
    }
    const heard = new Set(
      events.filter((one) => one.isWithheld !== true).map((one) => one.serverId),
    );
    for (const id of names.map(idOf))
      claim(before.has(id) === this.#letIn.has(id) || heard.has(id), () => `nobody hears of ${id}`);
  }
}
