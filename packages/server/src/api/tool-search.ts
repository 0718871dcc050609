import { type CapabilityItem, isJsonObject, type Registry } from "@hub/core";
import MiniSearch from "minisearch";

export type FoundTool = {
  readonly serverId: string;
  readonly tool: CapabilityItem;
  readonly score: number;
};

type IndexedTool = {
  readonly id: string;
  readonly serverId: string;
  readonly tool: CapabilityItem;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: string;
  readonly server: string;
};

/** Names are written in one piece: `getUserName` and `get_user_name` are three words each. */
function wordsOf(text: string): string {
  return text.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2").replace(/[_\-./:]+/g, " ");
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

function parameterNames({ definition }: CapabilityItem): string {
  const schema = definition.inputSchema;
  const properties = isJsonObject(schema) ? schema.properties : undefined;
  return isJsonObject(properties) ? Object.keys(properties).join(" ") : "";
}

/** Ranked full-text search over the tools of every server. Follows the catalogue when it is asked. */
export class ToolSearch {
  readonly #registry: Registry;
  readonly #index = new MiniSearch<IndexedTool>({
    fields: ["name", "title", "description", "parameters", "server"],
    storeFields: ["serverId", "tool"],
    searchOptions: {
      boost: { name: 4, title: 2, parameters: 0.5, server: 1 },
      prefix: (term) => term.length >= 3,
      fuzzy: (term) => (term.length >= 5 ? 0.2 : false),
      combineWith: "OR",
    },
  });
  /** By server: the snapshot and name that are in the index, and the ids of their documents. */
  readonly #indexed = new Map<string, { readonly key: string; readonly ids: readonly string[] }>();
  #version = -1;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  search(query: string, limit: number): FoundTool[] {
    this.#follow();
    return this.#index
      .search(wordsOf(query))
      .slice(0, limit)
      .map(({ serverId, tool, score }) => ({
        serverId,
        tool,
        score: Math.round(score * 100) / 100,
      }));
  }

  /** Indexes what is new and drops what is gone; servers that did not change cost nothing. */
  #follow(): void {
    if (this.#version === this.#registry.version) return;
    this.#version = this.#registry.version;
    const present = new Set<string>();
    for (const { record, snapshot } of this.#registry.list()) {
      if (snapshot === undefined) continue;
      present.add(record.id);
      const key = `${snapshot.hash} ${record.name}`;
      if (this.#indexed.get(record.id)?.key === key) continue;
      this.#drop(record.id);
      const documents = snapshot.tools.map((tool, position) => ({
        id: `${record.id} ${position} ${snapshot.hash}`,
        serverId: record.id,
        tool,
        name: `${tool.key} ${wordsOf(tool.key)}`,
        title: textOf(tool.definition.title),
        description: textOf(tool.definition.description),
        parameters: wordsOf(parameterNames(tool)),
        server: wordsOf(`${record.name} ${record.profile.title ?? ""}`),
      }));
      this.#index.addAll(documents);
      this.#indexed.set(record.id, { key, ids: documents.map((document) => document.id) });
    }
    for (const id of this.#indexed.keys()) if (!present.has(id)) this.#drop(id);
  }

  #drop(serverId: string): void {
    for (const id of this.#indexed.get(serverId)?.ids ?? []) this.#index.discard(id);
    this.#indexed.delete(serverId);
  }
}
