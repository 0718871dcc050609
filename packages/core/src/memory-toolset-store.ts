import type { AuditRecord } from "./audit.js";
import type { MemoryAuditStore } from "./memory-audit-store.js";
import type { Toolset } from "./toolset.js";
import type { ToolsetStore, ToolsetWriteResult } from "./toolset-store.js";

/** Toolsets that live as long as the object: for tests, and for hubs that may forget. */
export class MemoryToolsetStore implements ToolsetStore {
  readonly #audit: MemoryAuditStore | undefined;
  readonly #toolsets = new Map<string, Toolset>();

  /** Default: lines for the audit are kept nowhere. */
  constructor(audit?: MemoryAuditStore) {
    this.#audit = audit;
  }

  async load(): Promise<readonly Toolset[]> {
    return structuredClone([...this.#toolsets.values()]);
  }

  async put(
    toolset: Toolset,
    basedOn: number | undefined,
    line?: AuditRecord,
  ): Promise<ToolsetWriteResult> {
    return this.#write(toolset.id, basedOn, line, () =>
      this.#toolsets.set(toolset.id, structuredClone(toolset)),
    );
  }

  async remove(id: string, basedOn: number, line?: AuditRecord): Promise<ToolsetWriteResult> {
    return this.#write(id, basedOn, line, () => this.#toolsets.delete(id));
  }

  #write(
    id: string,
    basedOn: number | undefined,
    line: AuditRecord | undefined,
    write: () => void,
  ): ToolsetWriteResult {
    const held = this.#toolsets.get(id);
    if (held?.revision !== basedOn) return { ok: false, fresh: structuredClone(held) };
    if (line !== undefined) this.#audit?.take([line]);
    write();
    return { ok: true };
  }
}
