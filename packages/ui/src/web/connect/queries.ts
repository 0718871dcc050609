import type { ClientConfig, ClientList, ToolsetList } from "@hub/api";
import { queryOptions } from "@tanstack/react-query";
import { askJson } from "../api/http.js";

export const clientsQuery = queryOptions({
  queryKey: ["clients"],
  queryFn: ({ signal }) => askJson<ClientList>("/config", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const configQuery = (path: string) =>
  queryOptions({
    queryKey: ["client-config", path],
    queryFn: ({ signal }) => askJson<ClientConfig>(path, { signal }),
  });

export const toolsetNamesQuery = queryOptions({
  queryKey: ["toolsets", "", "names"],
  queryFn: ({ signal }) => askJson<ToolsetList>("/toolsets", { signal }),
});
