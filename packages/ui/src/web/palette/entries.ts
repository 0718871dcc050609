import type { ServerSummary, ToolList } from "@hub/api";
import { pages } from "../shell/pages.js";

/** One thing the palette can go to. */
export type PaletteEntry = {
  readonly key: string;
  readonly kind: "page" | "server" | "tool";
  readonly label: string;
  readonly detail: string;
  /** The path, with its query. */
  readonly path: string;
  readonly status?: ServerSummary["status"];
};

const mostServers = 8;
const mostTools = 8;

function serverPath(id: string): string {
  return `/ui/servers/${encodeURIComponent(id)}`;
}

/** How well a text fits: 0 begins with the words, 1 has a word that does, 2 contains them; else undefined. */
function rank(text: string, words: string): number | undefined {
  const lower = text.toLowerCase();
  if (lower.startsWith(words)) return 0;
  if (lower.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(words))) return 1;
  return lower.includes(words) ? 2 : undefined;
}

function best<Item>(
  items: readonly Item[],
  textsOf: (item: Item) => readonly (string | undefined)[],
  words: string,
): readonly Item[] {
  return items
    .flatMap((item) => {
      const ranks = textsOf(item).flatMap((text) => rank(text ?? "", words) ?? []);
      return ranks.length === 0 ? [] : [{ item, rank: Math.min(...ranks) }];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** Matches the words: pages, then servers, then tools. Without words, what one most likely wants. */
export function entriesFor(
  given: string,
  servers: readonly ServerSummary[],
  tools: ToolList["tools"],
): readonly PaletteEntry[] {
  const words = given.trim().toLowerCase();
  const foundPages = best(pages, ({ label }) => [label], words).map(
    ({ to, label }): PaletteEntry => ({
      key: `page ${to}`,
      kind: "page",
      label,
      detail: "Page",
      path: to,
    }),
  );
  const foundServers = best(
    servers,
    ({ id, name, title, tags }) => [title, name, id, ...tags],
    words,
  )
    .slice(0, mostServers)
    .map(
      ({ id, name, title, status }): PaletteEntry => ({
        key: `server ${id}`,
        kind: "server",
        label: title ?? name,
        detail: "Server",
        path: serverPath(id),
        status,
      }),
    );
  const foundTools = (words === "" ? [] : tools).slice(0, mostTools).map(
    (tool): PaletteEntry => ({
      key: `tool ${tool.serverId} ${tool.name}`,
      kind: "tool",
      label: tool.title ?? tool.name,
      detail: `Tool of ${tool.serverName}`,
      path: `${serverPath(tool.serverId)}?tab=tools&item=${encodeURIComponent(tool.name)}`,
    }),
  );
  return [...foundPages, ...foundServers, ...foundTools];
}
