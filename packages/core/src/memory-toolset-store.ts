import type { Toolset } from "./toolset.js";
import type { ToolsetStore, ToolsetWriteResult } from "./toolset-store.js";

/** Toolsets that live as long as the object: for tests, and for hubs that may forget. */
export class MemoryToolsetStore implements ToolsetStore {
  readonly #toolsets = new Map<string, Toolset>();

  async load(): Promise<readonly Toolset[]> {
    return structuredClone([...this.#toolsets.values()]);
  }

  async put(toolset: Toolset, basedOn: number | undefined): Promise<ToolsetWriteResult> {
    return this.#write(toolset.id, basedOn, () =>
      this.#toolsets.set(toolset.id, structuredClone(toolset)),
    );
  }

  async remove(id: string, basedOn: number): Promise<ToolsetWriteResult> {
    return this.#write(id, basedOn, () => this.#toolsets.delete(id));
  }

  #write(id: string, basedOn: number | undefined, write: () => void): ToolsetWriteResult {
    const held = this.#toolsets.get(id);
    if (held?.revision !== basedOn) return { ok: false, fresh: structuredClone(held) };
    write();
    return { ok: true };
  }
}
