import { createHash } from "node:crypto";
import type { Part, ShownItem } from "./part.js";

/** One list of a view: what each server shows in it, in the order of the servers. No name is in it twice. */
export class ShownList {
  readonly parts: readonly Part[];
  #byServer: ReadonlyMap<string, Part> | undefined;

  constructor(parts: readonly Part[]) {
    this.parts = parts.filter(({ items }) => items.length > 0);
  }

  /** By its server and what that calls it. */
  of(serverId: string, name: string): ShownItem | undefined {
    this.#byServer ??= new Map(this.parts.map((part) => [part.serverId, part]));
    return this.#byServer.get(serverId)?.own(name);
  }

  /** By the name or URI it has here. Names are never split: each server is asked for the whole of it. */
  get(exposed: string): ShownItem | undefined {
    for (const part of this.parts) {
      const found = part.get(exposed);
      if (found !== undefined) return found;
    }
    // A client that listed before an update of the hub still calls by the names it knows.
    for (const part of this.parts) {
      const found = part.getFormer(exposed);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  *values(): Iterable<ShownItem> {
    for (const { items } of this.parts) yield* items;
  }

  get size(): number {
    return this.parts.reduce((sum, { items }) => sum + items.length, 0);
  }

  /** Changes whenever a client would find another list. Costs what the servers are, not what they offer. */
  get digest(): string {
    const hash = createHash("sha256");
    for (const { digest } of this.parts) hash.update(digest);
    return hash.digest("base64url");
  }

  /** Its definitions as JSON, each with a comma before it. */
  get json(): readonly Buffer[] {
    return this.parts.flatMap(({ json }) => json);
  }

  get characters(): number {
    return this.parts.reduce((sum, { characters }) => sum + characters, 0);
  }
}
