import type { BudgetBook, Registry } from "@hub/core";
import { shownProfile } from "@hub/core/shown";
import { Turns, type TurnsOptions } from "../turns.js";
import type { SearchableServer } from "./searchable-text.js";
import type { ToolMatch } from "./tool-match.js";
import { ToolSearch } from "./tool-search.js";

export type SearchTools = (
  query: string,
  limit: number,
  accepts?: (serverId: string, toolName: string) => boolean,
  /** Told the words of the query that no tool has of all that are found. */
  onUnmatched?: (words: readonly string[]) => void,
) => readonly ToolMatch[];

/** What is searched. Core's `Registry` is one. */
export type SearchedCatalogue = Pick<Registry, "version" | "list" | "subscribe">;

/** Steps of a turn of the event loop: a few milliseconds of work. */
const stepsPerTurn = 1_500;

/**
 * Searches the tools of everything registered. The index follows the catalogue in parts, after each event
 * and with each search; until it is there, a search answers from what is. `onFault` hears of faults of ours,
 * `onWhole` each time that all of the catalogue is in the index.
 */
export function createCatalogueSearch(
  catalogue: SearchedCatalogue,
  budgets: BudgetBook,
  {
    onWhole,
    ...turns
  }: Pick<TurnsOptions, "onFault" | "later"> & { readonly onWhole?: () => void } = {},
): SearchTools {
  const search = new ToolSearch({
    mostOfServer: budgets.limit("serverSearchWords"),
    mostOfAll: budgets.limit("searchWords"),
    onLeftOut: (because) =>
      budgets.refused(because === "server" ? "serverSearchWords" : "searchWords"),
  });
  budgets.watch("searchWords", () => ({ used: search.words }));
  budgets.watch("serverSearchWords", () => {
    const { largest } = search;
    return { used: largest?.words ?? 0, by: largest?.serverId };
  });
  let version = -1;
  const follow = () => {
    if (version === catalogue.version) return;
    version = catalogue.version;
    search.want(searchableServers(catalogue));
  };
  const indexing = new Turns({
    ...turns,
    unitsPerTurn: stepsPerTurn,
    *work() {
      do {
        follow();
        yield* search.work();
      } while (version !== catalogue.version);
      onWhole?.();
    },
  });
  catalogue.subscribe(() => indexing.startLater());
  indexing.startLater();
  return (query, limit, accepts, onUnmatched) => {
    follow();
    indexing.advance();
    return search.search(query, limit, accepts, onUnmatched);
  };
}

function* searchableServers(catalogue: SearchedCatalogue): Iterable<SearchableServer> {
  for (const { record, snapshot } of catalogue.list()) {
    if (snapshot === undefined) continue;
    const { title, description, tags } = shownProfile(record);
    yield {
      id: record.id,
      name: record.name,
      title,
      description,
      tags,
      snapshotHash: snapshot.hash,
      tools: snapshot.tools,
    };
  }
}
