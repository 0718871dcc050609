import type { ServerTools, ToolsetList, ToolsetPreview, ToolsetView } from "@hub/api";
import type { ToolsetInput } from "@hub/core";
import { queryOptions } from "@tanstack/react-query";
import { ask, askJson } from "../api/http.js";

const part = encodeURIComponent;
const everyMs = 10_000;

export const toolsetsQuery = queryOptions({
  queryKey: ["toolsets"],
  queryFn: ({ signal }) => askJson<ToolsetList>("/toolsets", { signal }),
  // The event stream does not tell of toolsets.
  staleTime: 0,
  refetchInterval: everyMs,
});

/** A toolset, and what names the version of it that was read. */
export type ReadToolset = { readonly toolset: ToolsetView; readonly etag: string };

async function readToolset(response: Response): Promise<ReadToolset> {
  return { toolset: await response.json(), etag: response.headers.get("etag") ?? "*" };
}

/** Read when somebody begins to edit, and not again under their hands. */
export const toolsetQuery = (id: string) =>
  queryOptions({
    queryKey: ["toolset", id],
    queryFn: async ({ signal }) => readToolset(await ask(`/toolsets/${part(id)}`, { signal })),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export async function fetchToolset(id: string): Promise<ReadToolset> {
  return readToolset(await ask(`/toolsets/${part(id)}`));
}

export async function createToolset(definition: Partial<ToolsetInput>): Promise<ReadToolset> {
  return readToolset(await ask("/toolsets", { method: "POST", body: definition }));
}

/** Refused with 412 when somebody else changed it since `etag`. */
export async function replaceToolset(
  id: string,
  definition: Partial<ToolsetInput>,
  etag: string,
): Promise<ReadToolset> {
  const headers = { "if-match": etag };
  return readToolset(
    await ask(`/toolsets/${part(id)}`, { method: "PUT", body: definition, headers }),
  );
}

export async function deleteToolset(id: string): Promise<void> {
  await ask(`/toolsets/${part(id)}`, { method: "DELETE" });
}

/** How often what many toolsets cost is read again, at most. */
export const costsEveryMs = 5_000;
export const previewsKey = ["toolset-preview"] as const;

/** What a definition would show, with at most `limit` of its tools. */
export const previewQuery = (definition: unknown, limit: number) =>
  queryOptions({
    queryKey: [...previewsKey, definition, limit],
    queryFn: ({ signal }) =>
      askJson<ToolsetPreview>(`/toolsets/preview?limit=${limit}`, {
        method: "POST",
        body: definition,
        signal,
      }),
    staleTime: 2_000,
    gcTime: 30_000,
    placeholderData: (previous) => previous,
  });

/** The same while somebody edits. There is one at a time, so it may be read again and again. */
export const livePreviewQuery = (definition: unknown, limit: number) => ({
  ...previewQuery(definition, limit),
  refetchInterval: everyMs,
});

/** The tools of one server, as it describes them. Anew with every event of the server. */
export const serverToolsQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "tools", "toolsets"],
    queryFn: ({ signal }) => askJson<ServerTools>(`/servers/${part(id)}/tools`, { signal }),
  });
