import type { ToolsetView } from "@hub/api";
import type { SavedToolset } from "@hub/client";
import type { ToolsetInput } from "@hub/core";
import { queryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";

const everyMs = 10_000;

export const toolsetsQuery = queryOptions({
  queryKey: ["toolsets"],
  queryFn: ({ signal }) => hub.toolsets(signal),
  // The event stream does not tell of toolsets.
  staleTime: 0,
  refetchInterval: everyMs,
});

/** A toolset, and what names the version of it that was read. */
export type ReadToolset = { readonly toolset: ToolsetView; readonly etag: string };

async function readToolset(saved: Promise<SavedToolset>): Promise<ReadToolset> {
  const { etag, ...toolset } = await saved;
  return { toolset, etag };
}

/** Read when somebody begins to edit, and not again under their hands. */
export const toolsetQuery = (id: string) =>
  queryOptions({
    queryKey: ["toolset", id],
    queryFn: ({ signal }) => readToolset(hub.toolset(id, signal)),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export function fetchToolset(id: string): Promise<ReadToolset> {
  return readToolset(hub.toolset(id));
}

/** What lacks something is sent too: the hub says what, and where. */
type Unchecked = Partial<ToolsetInput>;

export function createToolset(definition: Unchecked): Promise<ReadToolset> {
  return readToolset(hub.createToolset(definition as ToolsetInput)); // the hub checks it
}

/** Refused with 412 when somebody else changed it since `etag`. */
export function replaceToolset(
  id: string,
  definition: Unchecked,
  etag: string,
): Promise<ReadToolset> {
  return readToolset(hub.replaceToolset(id, definition as ToolsetInput, etag)); // the hub checks it
}

export function deleteToolset(id: string): Promise<void> {
  return hub.deleteToolset(id);
}

/** How often what many toolsets cost is read again, at most. */
export const costsEveryMs = 5_000;
export const previewsKey = ["toolset-preview"] as const;

/** What a definition would show, with at most `limit` of its tools. */
export const previewQuery = (definition: Unchecked, limit: number) =>
  queryOptions({
    queryKey: [...previewsKey, definition, limit],
    queryFn: ({ signal }) => hub.previewToolset(definition, { limit }, signal),
    staleTime: 2_000,
    gcTime: 30_000,
    placeholderData: (previous) => previous,
  });

/** The same while somebody edits. There is one at a time, so it may be read again and again. */
export const livePreviewQuery = (definition: Unchecked, limit: number) => ({
  ...previewQuery(definition, limit),
  refetchInterval: everyMs,
});

/** The tools of one server, as it describes them. Anew with every event of the server. */
export const serverToolsQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "tools", "toolsets"],
    queryFn: ({ signal }) => hub.serverTools(id, {}, signal),
  });
