import type { Entry } from "@hub/core";

/**
 * Which servers the lists show. A server that stops or is lost stays for a grace period, so that a
 * restart or a blip changes nothing for clients; a name that somebody removed goes at once.
 */
export class GracePeriod {
  readonly #graceMs: number;
  readonly #lostAt = new Map<string, number>();
  #present: ReadonlySet<string> = new Set();

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  get present(): ReadonlySet<string> {
    return this.#present;
  }

  /** Looks at the entries as they are `now`; returns in how many milliseconds time alone changes something. */
  update(entries: readonly Entry[], now: number): number {
    const present = new Set<string>();
    let nextInMs = Number.POSITIVE_INFINITY;
    const known = new Set<string>();
    for (const entry of entries) {
      const { id } = entry.record;
      known.add(id);
      if (isServing(entry)) {
        this.#lostAt.delete(id);
        present.add(id);
        continue;
      }
      if (!this.#present.has(id)) continue;
      const lostAt = this.#lostAt.get(id) ?? now;
      this.#lostAt.set(id, lostAt);
      const leftMs = lostAt + this.#graceMs - now;
      if (leftMs <= 0) continue;
      present.add(id);
      nextInMs = Math.min(nextInMs, leftMs);
    }
    for (const id of this.#lostAt.keys())
      if (!known.has(id) || !present.has(id)) this.#lostAt.delete(id);
    this.#present = present;
    return nextInMs;
  }
}

function isServing(entry: Entry): boolean {
  return (
    entry.snapshot !== undefined &&
    entry.instances.some((instance) => instance.health.status !== "down")
  );
}
