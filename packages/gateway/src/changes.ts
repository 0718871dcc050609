import { flappingOf } from "@hub/core";
import type { ListKind } from "@hub/mcp";
import { Listeners } from "./downstream/listeners.js";
import type { GatewayContext } from "./upstream/context.js";
import { Watchers } from "./upstream/watchers.js";

/** Instances become up without an event about lists; the watchers look this often. */
const lookMs = 1_000;

type Announced = {
  readonly read: Promise<void>;
  readonly settles: Map<ListKind, () => void>;
};

/** Follows the catalogue: who must be told of a change, and whom the hub itself listens to. */
export class Changes {
  readonly listeners: Listeners;
  readonly watchers: Watchers;
  readonly #context: GatewayContext;
  readonly #looking: NodeJS.Timeout;
  #grace: NodeJS.Timeout | undefined;
  #pending: NodeJS.Timeout | undefined;
  #watchedVersion = -1;
  /** By server: what is told when its lists were read again, by kind. */
  readonly #announced = new Map<string, Announced>();

  /** `knownToAll`: see `GatewayOptions`. */
  constructor(context: GatewayContext, knownToAll: (() => Promise<void>) | undefined) {
    this.#context = context;
    this.listeners = new Listeners(context.views, {
      knownToAll,
      onFault: (error) => context.faults.report(error),
    });
    this.watchers = new Watchers(context, (serverId, kind) => this.#announce(serverId, kind));
    this.#looking = setInterval(() => context.faults.contain(() => this.#watch()), lookMs).unref();
  }

  /** Something happened; what comes together is looked at together. */
  lookSoon(): void {
    const { faults, limits } = this.#context;
    this.#pending ??= setTimeout(() => faults.contain(() => this.#look()), limits.debounceMs);
  }

  /** A server that was lost leaves the lists when its grace is over; `inMs` is that of the first one. */
  lookIn(inMs: number): void {
    clearTimeout(this.#grace);
    this.#grace = setTimeout(
      () =>
        this.#context.faults.contain(() => {
          this.#context.views.refresh();
          this.#look();
        }),
      inMs + 1,
    ).unref();
  }

  close(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#pending);
    this.listeners.close();
    clearTimeout(this.#grace);
    this.watchers.close();
  }

  /**
   * A server said that a list of its changed. Clients hear of it when the hub has read the list, and also
   * when it finds nothing else in it than before: the server may know better. What a server says that
   * flaps is told to nobody: its list is read when its time has come.
   */
  #announce(serverId: string, kind: ListKind): void {
    if (flappingOf(this.#context.catalogue.get(serverId)?.pace) !== undefined) {
      void this.#context.refresh(serverId);
      return;
    }
    const settle = this.listeners.announced(serverId, kind);
    const read = this.#context.refresh(serverId);
    const known = this.#announced.get(serverId);
    // However often a server says so while it is read, its lists are looked at once afterwards.
    if (known?.read === read) {
      known.settles.set(kind, settle);
      return;
    }
    const settles = new Map([[kind, settle]]);
    this.#announced.set(serverId, { read, settles });
    void read.then(() =>
      this.#context.faults.contain(() => {
        if (this.#announced.get(serverId)?.read === read) this.#announced.delete(serverId);
        for (const tell of settles.values()) tell();
        this.#look();
      }),
    );
  }

  #look(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    // Who serves is remembered also while nobody asks, so that a blip changes nothing for those who asked before.
    this.#context.views.follow();
    this.listeners.look();
    this.#watch();
  }

  #watch(): void {
    const { catalogue, instances } = this.#context;
    if (catalogue.version === this.#watchedVersion) return;
    this.#watchedVersion = catalogue.version;
    const entries = catalogue.list();
    instances.retain(entries);
    this.watchers.look(entries);
  }
}
