import type { ServerTools } from "@hub/api";
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { shownError } from "../api/problem.js";
import { toolSearchQuery } from "../api/queries.js";
import { needsNames } from "./choice.js";
import type { Draft } from "./draft.js";
import { serverToolsQuery } from "./queries.js";
import type { Branch, TreeTool } from "./rows.js";

/** The most tools that a search of the tree shows. */
export const mostFound = 200;

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
const treeTool = ({ name, title, description }: ServerTools["tools"][number]): TreeTool => ({
  name,
  title: textOf(title),
  description: textOf(description),
});

/** The tools that fit some words, by server; none without words. */
export function useFoundTools(words: string) {
  const wanted = useDeferredValue(words);
  const read = useQuery(toolSearchQuery(wanted, mostFound)).data;
  return useMemo(() => {
    const found = new Map<string, TreeTool[]>();
    const tools = words === "" ? [] : (read?.tools ?? []);
    for (const { serverId, name, title, description } of tools) {
      const list = found.get(serverId) ?? [];
      found.set(serverId, list);
      list.push({ name, title, description });
    }
    return { found, isCut: tools.length >= mostFound };
  }, [read, words]);
}

/** Reads the tools of open servers; what answers for each is the same until something came. */
export function useBranches(
  serverIds: readonly string[],
): (serverId: string) => Branch | undefined {
  const reads = useQueries({
    queries: serverIds.map((id) => serverToolsQuery(id)),
    combine: (results) =>
      results.map(({ data, error }): Branch | undefined =>
        data !== undefined
          ? data.tools.map(treeTool)
          : error === null
            ? undefined
            : shownError(error).detail,
      ),
  });
  const ids = serverIds.join(" ");
  return useMemo(() => {
    const branches = new Map(ids.split(" ").map((id, index) => [id, reads[index]]));
    return (serverId) => branches.get(serverId);
  }, [ids, reads]);
}

/** All names of a server's tools, read only where a choice has to know them. */
export function useToolNames(draft: Draft): (serverId: string) => Promise<readonly string[]> {
  const queries = useQueryClient();
  return async (serverId) => {
    if (!needsNames(draft, serverId)) return [];
    const { tools } = await queries.ensureQueryData(serverToolsQuery(serverId));
    return tools.map(({ name }) => name);
  };
}
