import { queryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";

/** More nobody reads at a glance; the journal has them. */
const mostEvents = 500;

/** The newest events, newest first. */
export const newsQuery = queryOptions({
  queryKey: ["news"],
  queryFn: async ({ signal }) => (await hub.events({ limit: mostEvents }, signal)).events,
  staleTime: 0,
});
