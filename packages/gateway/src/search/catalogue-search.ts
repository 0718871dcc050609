import type { Registry } from "@hub/core";
import type { SearchableServer } from "./searchable-text.js";
import { type FoundTool, ToolSearch } from "./tool-search.js";

export type SearchTools = (
  query: string,
  limit: number,
  accepts?: (serverId: string, toolName: string) => boolean,
) => readonly FoundTool[];

/** Searches the tools of everything registered. Follows the catalogue when it is asked, not before. */
export function createCatalogueSearch(registry: Pick<Registry, "version" | "list">): SearchTools {
  const search = new ToolSearch();
  let version = -1;
  return (query, limit, accepts) => {
    if (version !== registry.version) {
      search.follow(searchableServers(registry));
      version = registry.version;
    }
    return search.search(query, limit, accepts);
  };
}

function* searchableServers(registry: Pick<Registry, "list">): Iterable<SearchableServer> {
  for (const { record, snapshot } of registry.list()) {
    if (snapshot === undefined) continue;
    yield {
      id: record.id,
      name: record.name,
      title: record.profile.title,
      tags: record.profile.tags,
      snapshotHash: snapshot.hash,
      tools: snapshot.tools,
    };
  }
}
