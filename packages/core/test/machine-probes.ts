import type { ProbeOutcome } from "../src/probe.js";
import type { ProbeTask } from "../src/probe-agenda.js";
import { claim, type Fact, type MachineFacts } from "./machine-facts.js";

type Flight = {
  readonly task: ProbeTask;
  readonly sight: Fact["sight"];
  readonly outcome: ProbeOutcome;
};

/** Probes under way, which may come back late. */
export class MachineProbes {
  readonly #facts: MachineFacts;
  #flights: Flight[] = [];

  constructor(facts: MachineFacts) {
    this.#facts = facts;
  }

  take(): void {
    for (const task of this.#facts.world.registry.takeDueProbes(100)) {
      const fact = this.#facts.factAt(task.target.endpoint, task.serverId);
      claim(
        fact !== undefined,
        () => `a probe of ${task.target.endpoint}, which is not registered`,
      );
      const outcome = this.#facts.world.look(task.target);
      this.#flights.push({ task, sight: fact.sight, outcome });
    }
  }

  finish(count: number): void {
    for (const { task, sight, outcome } of this.#flights.splice(0, count)) {
      this.#facts.world.registry.recordProbe(task, outcome);
      const fact = this.#facts.factAt(task.target.endpoint, task.serverId);
      if (fact?.sight !== sight) continue;
      fact.lastProbe = outcome.ok;
      fact.failures = outcome.ok ? 0 : fact.failures + 1;
      fact.failingSince = outcome.ok ? undefined : (fact.failingSince ?? this.#facts.now);
      fact.wasRefused = !outcome.ok && outcome.finding.code === "NOTHING_LISTENS";
      fact.isDoubted = !outcome.ok && (fact.isDoubted || fact.wasRefused);
      if (outcome.ok) {
        fact.aliveAt = this.#facts.now;
        fact.hasAnswered = true;
        fact.isLocked = outcome.needsToken;
      }
    }
  }

  finishAll(): void {
    this.finish(this.#flights.length);
  }

  /** The hub that sent them out is no more. */
  drop(): void {
    this.#flights = [];
  }
}
