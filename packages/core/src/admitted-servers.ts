import { isAdmitted } from "./admission.js";
import type { Entry } from "./entry.js";
import type { Registry } from "./registry.js";

/** The catalogue without what nobody let in: what agents get to see, whoever they are. */
export class AdmittedServers
  implements Pick<Registry, "version" | "list" | "get" | "now" | "subscribe">
{
  readonly #registry: Registry;
  #all: readonly Entry[] = [];
  #admitted: readonly Entry[] = [];

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  get version(): number {
    return this.#registry.version;
  }

  list(): readonly Entry[] {
    const all = this.#registry.list();
    if (all === this.#all) return this.#admitted;
    this.#all = all;
    const isWhole = all.every(({ record }) => isAdmitted(record));
    this.#admitted = isWhole ? all : all.filter(({ record }) => isAdmitted(record));
    return this.#admitted;
  }

  get(serverId: string): Entry | undefined {
    const entry = this.#registry.get(serverId);
    return entry !== undefined && isAdmitted(entry.record) ? entry : undefined;
  }

  now() {
    return this.#registry.now();
  }

  /** Hears of everything: what is let in or refused changes this catalogue. */
  subscribe(...listener: Parameters<Registry["subscribe"]>): () => void {
    return this.#registry.subscribe(...listener);
  }
}
