import type { CapabilityItem } from "@hub/core";
import { type SearchableServer, textsAbout } from "./searchable-text.js";
import { TextIndex } from "./text-index.js";
import { tunedWeights, type Weights } from "./weights.js";

export type FoundTool = {
  readonly serverId: string;
  readonly tool: CapabilityItem;
  /** Comparable within one search only. */
  readonly score: number;
};

/** Ranked full-text search over the tools of many servers: no model and no service, only an index. */
export class ToolSearch {
  readonly #index: TextIndex;
  readonly #tools = new Map<number, { readonly serverId: string; readonly tool: CapabilityItem }>();
  /** By server: what is in the index of it, and under which ids. */
  readonly #indexed = new Map<string, { readonly key: string; readonly ids: readonly number[] }>();
  #nextId = 0;

  constructor(weights: Weights = tunedWeights) {
    this.#index = new TextIndex(weights);
  }

  /** Makes these the servers that are searched. Those that did not change cost nothing. */
  follow(servers: Iterable<SearchableServer>): void {
    const present = new Set<string>();
    for (const server of servers) {
      present.add(server.id);
      const { name, title, tags, snapshotHash } = server;
      const key = JSON.stringify([snapshotHash, name, title, tags]);
      if (this.#indexed.get(server.id)?.key === key) continue;
      this.#drop(server.id);
      this.#indexed.set(server.id, {
        key,
        ids: server.tools.map((tool) => this.#add(server, tool)),
      });
    }
    for (const id of this.#indexed.keys()) if (!present.has(id)) this.#drop(id);
  }

  /** The best first; equals in the order of server and name. */
  search(
    query: string,
    limit: number,
    accepts: (serverId: string, toolName: string) => boolean = () => true,
  ): FoundTool[] {
    const found: FoundTool[] = [];
    for (const [id, score] of this.#index.search(query)) {
      const one = this.#tools.get(id);
      if (one !== undefined && accepts(one.serverId, one.tool.key))
        found.push({ ...one, score: Math.round(score * 1_000) / 1_000 });
    }
    return found.sort(bestFirst).slice(0, limit);
  }

  #add(server: SearchableServer, tool: CapabilityItem): number {
    const id = this.#nextId++;
    this.#tools.set(id, { serverId: server.id, tool });
    this.#index.add(id, textsAbout(server, tool));
    return id;
  }

  #drop(serverId: string): void {
    for (const id of this.#indexed.get(serverId)?.ids ?? []) {
      this.#tools.delete(id);
      this.#index.remove(id);
    }
    this.#indexed.delete(serverId);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const bestFirst = (a: FoundTool, b: FoundTool): number =>
  b.score - a.score || compare(a.serverId, b.serverId) || compare(a.tool.key, b.tool.key);
