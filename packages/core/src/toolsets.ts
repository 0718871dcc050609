import { type Asker, type AuditAction, type AuditRecord, somebody } from "./audit.js";
import type { Clock } from "./clock.js";
import { HubError } from "./errors.js";
import { canonicalJson, jsonOf } from "./json.js";
import { Listeners } from "./listeners.js";
import { idForName, nameKey } from "./names.js";
import { type Toolset, type ToolsetDefinition, toolsetOf } from "./toolset.js";
import type { ToolsetStore } from "./toolset-store.js";

/** One change of the toolsets, as listeners are told of it. */
export type ToolsetChange = {
  readonly kind: "created" | "replaced" | "removed";
  /** As it is now; as it was last when it was removed. */
  readonly toolset: Toolset;
};

/** What the toolsets stand on. */
export type ToolsetsOptions = {
  readonly store: ToolsetStore;
  readonly clock: Pick<Clock, "wall">;
  /** How many there may be. Default: 1,000. */
  readonly most?: number;
  /** Told what a listener of `subscribe` threw. Default: nobody. */
  readonly onListenerError?: (error: unknown) => void;
};

/** Sees a toolset as it is when the change is decided, and throws when it may not be changed. */
export type MayChange = (current: Toolset) => void;

const mostAttempts = 5;

/**
 * The saved selections. Reads are served from memory; changes are decided one after the other and
 * stored before they are acknowledged. The objects never change; a change makes new ones.
 */
export class Toolsets {
  readonly #options: ToolsetsOptions;
  readonly #toolsets = new Map<string, Toolset>();
  readonly #listeners: Listeners<ToolsetChange>;
  #version = 0;
  /** The end of the queue of changes. It never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: ToolsetsOptions) {
    this.#options = options;
    this.#listeners = new Listeners(options.onListenerError ?? (() => {}));
  }

  static async open(options: ToolsetsOptions): Promise<Toolsets> {
    const toolsets = new Toolsets(options);
    for (const toolset of await options.store.load()) toolsets.#keep(toolset.id, toolset);
    return toolsets;
  }

  /** Grows with every change of any toolset. */
  get version(): number {
    return this.#version;
  }

  /** All toolsets, ordered by id. */
  list(): readonly Toolset[] {
    return [...this.#toolsets.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get(id: string): Toolset | undefined {
    return this.#toolsets.get(id);
  }

  /** The saved toolset that a definition describes exactly, if there is one. */
  saved(definition: ToolsetDefinition): Toolset | undefined {
    const current = this.#toolsets.get(definition.id ?? "");
    return current !== undefined && saysTheSame(definition, current) ? current : undefined;
  }

  /** Resolves when it is durable. Errors: TOOLSET_TAKEN, REGISTRY_FULL, REVISION_CONFLICT, STORE_UNAVAILABLE. */
  create(definition: ToolsetDefinition, by: Asker = somebody): Promise<Toolset> {
    const most = this.#options.most ?? 1_000;
    return this.#change(async () => {
      const id =
        definition.id ?? idForName(definition.name, (one) => keyOf(this.#toolsets.get(one)));
      const holder = this.#toolsets.get(id);
      if (holder !== undefined) throw taken(holder);
      if (this.#toolsets.size >= most) {
        const detail = `The hub keeps at most ${most} toolsets. Delete some that nobody uses.`;
        throw new HubError("REGISTRY_FULL", detail);
      }
      const at = this.#options.clock.wall();
      const revision = this.#version + 1;
      const toolset = toolsetOf(definition, { id, createdAt: at, updatedAt: at, revision });
      return (await this.#put(toolset, undefined, by)) ? toolset : undefined;
    });
  }

  /**
   * Puts another definition in its place; one that says the same changes nothing. Resolves when it is
   * durable. Errors: TOOLSET_NOT_FOUND, REVISION_CONFLICT, STORE_UNAVAILABLE and those of `mayReplace`.
   */
  replace(
    id: string,
    definition: ToolsetDefinition,
    mayReplace: MayChange = () => {},
    by: Asker = somebody,
  ): Promise<Toolset> {
    return this.#change(async () => {
      const current = this.#held(id);
      mayReplace(current);
      if (saysTheSame(definition, current)) return current;
      const toolset = toolsetOf(definition, {
        id,
        createdAt: current.createdAt,
        updatedAt: this.#options.clock.wall(),
        revision: this.#version + 1,
      });
      return (await this.#put(toolset, current, by)) ? toolset : undefined;
    });
  }

  /** Resolves when that is durable. Errors: as for `replace`. */
  async remove(id: string, mayRemove: MayChange = () => {}, by: Asker = somebody): Promise<void> {
    await this.#change(async () => {
      const current = this.#held(id);
      mayRemove(current);
      const line = this.#line("toolset-delete", by, current, undefined);
      const result = await this.#options.store.remove(id, current.revision, line);
      this.#keep(id, result.ok ? undefined : result.fresh);
      if (!result.ok) return undefined;
      this.#listeners.tell({ kind: "removed", toolset: current });
      return current;
    });
  }

  /** Takes over what other hubs wrote, and tells of it. Rejects with STORE_UNAVAILABLE. */
  reload(): Promise<void> {
    const reloaded = this.#last.then(async () => {
      const stored = await this.#options.store.load();
      const ids = new Set(stored.map(({ id }) => id));
      for (const before of this.list().filter(({ id }) => !ids.has(id))) {
        this.#keep(before.id, undefined);
        this.#listeners.tell({ kind: "removed", toolset: before });
      }
      for (const toolset of stored) {
        const before = this.#toolsets.get(toolset.id);
        if (before?.revision === toolset.revision && before.updatedAt === toolset.updatedAt)
          continue;
        this.#keep(toolset.id, toolset);
        this.#listeners.tell({ kind: before === undefined ? "created" : "replaced", toolset });
      }
    });
    this.#last = reloaded.catch(() => {});
    return reloaded;
  }

  /** Calls `listener` with every change, once it is durable. Returns how to stop. */
  subscribe(listener: (change: ToolsetChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** One change at a time. `undefined` means that another hub wrote first: it is decided again. */
  #change(attempt: () => Promise<Toolset | undefined>): Promise<Toolset> {
    const changed = this.#last.then(async () => {
      for (let count = 1; count <= mostAttempts; count += 1) {
        const toolset = await attempt();
        if (toolset !== undefined) return toolset;
      }
      throw new HubError(
        "REVISION_CONFLICT",
        `Another hub changed the same toolset ${mostAttempts} times while this request was decided. Try again.`,
        { retryAfterMs: 1_000 },
      );
    });
    this.#last = changed.catch(() => {});
    return changed;
  }

  /** Whether it was stored; when not, what another hub wrote is taken over. */
  async #put(toolset: Toolset, current: Toolset | undefined, by: Asker): Promise<boolean> {
    const action = current === undefined ? "toolset-create" : "toolset-replace";
    const line = this.#line(action, by, current, toolset);
    const result = await this.#options.store.put(toolset, current?.revision, line);
    this.#keep(toolset.id, result.ok ? toolset : result.fresh);
    if (result.ok)
      this.#listeners.tell({ kind: current === undefined ? "created" : "replaced", toolset });
    return result.ok;
  }

  #line(
    action: AuditAction,
    by: Asker,
    before: Toolset | undefined,
    after: Toolset | undefined,
  ): AuditRecord {
    return {
      ...by,
      at: this.#options.clock.wall(),
      action,
      outcome: "done",
      subject: (after ?? before)?.id,
      ...(before === undefined ? {} : { before: jsonOf(before) }),
      ...(after === undefined ? {} : { after: jsonOf(after) }),
    };
  }

  #keep(id: string, toolset: Toolset | undefined): void {
    if (toolset === undefined) this.#toolsets.delete(id);
    else this.#toolsets.set(id, toolset);
    this.#version = Math.max(this.#version + 1, toolset?.revision ?? 0);
  }

  #held(id: string): Toolset {
    const toolset = this.#toolsets.get(id);
    if (toolset === undefined) throw toolsetNotFound(id);
    return toolset;
  }
}

function saysTheSame(definition: ToolsetDefinition, toolset: Toolset): boolean {
  const { id, createdAt, updatedAt, revision } = toolset;
  const same = toolsetOf(definition, { id, createdAt, updatedAt, revision });
  return canonicalJson(same) === canonicalJson(toolset);
}

function keyOf(toolset: Toolset | undefined): string | undefined {
  return toolset === undefined ? undefined : nameKey(toolset.name);
}

function taken({ id, name }: Toolset): HubError {
  return new HubError(
    "TOOLSET_TAKEN",
    `There is a toolset "${id}" already, named ${JSON.stringify(name)}. Choose another id or name, or change that one with PUT /toolsets/${id}.`,
    { details: { holder: { id, name } } },
  );
}

/** The error for an id that no toolset has. */
export function toolsetNotFound(id: string): HubError {
  return new HubError(
    "TOOLSET_NOT_FOUND",
    `No toolset has the id ${JSON.stringify(id.slice(0, 100))}. GET /toolsets lists those that exist.`,
  );
}
