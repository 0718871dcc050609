import { queryOptions } from "@tanstack/react-query";
import { askJson } from "../api/http.js";

export type ClientName = { readonly id: string; readonly title: string };

/** What `GET /config/{client}` answers as JSON. */
export type ClientConfig = {
  readonly client: string;
  readonly title: string;
  readonly format: "json" | "yaml" | "toml" | "shell" | "typescript" | "python";
  readonly file?: string;
  readonly text: string;
  readonly steps: readonly string[];
  readonly installLinks: readonly { readonly label: string; readonly href: string }[];
  readonly notes: readonly string[];
  readonly endpoints: readonly { readonly key: string; readonly url: string }[];
};

export const clientsQuery = queryOptions({
  queryKey: ["clients"],
  queryFn: ({ signal }) =>
    askJson<{ readonly clients: readonly ClientName[] }>("/config", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const configQuery = (path: string) =>
  queryOptions({
    queryKey: ["client-config", path],
    queryFn: ({ signal }) => askJson<ClientConfig>(path, { signal }),
  });

export type ToolsetName = { readonly id: string; readonly name: string };

export const toolsetNamesQuery = queryOptions({
  queryKey: ["toolsets", "", "names"],
  queryFn: ({ signal }) =>
    askJson<{ readonly toolsets: readonly ToolsetName[] }>("/toolsets", { signal }),
});
