import type { ClientId } from "@hub/api";
import { queryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";
import { type Choice, selectionIn } from "./search.js";

export const clientsQuery = queryOptions({
  queryKey: ["clients"],
  queryFn: ({ signal }) => hub.clients(signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export const configKey = (client: string, choice: Choice) =>
  ["client-config", client, selectionIn(choice)] as const;

export const configQuery = (client: string, choice: Choice) =>
  queryOptions({
    queryKey: configKey(client, choice),
    queryFn: ({ signal }) => hub.config(client as ClientId, selectionIn(choice), signal),
  });

export const toolsetNamesQuery = queryOptions({
  queryKey: ["toolsets", "", "names"],
  queryFn: ({ signal }) => hub.toolsets(signal),
});
