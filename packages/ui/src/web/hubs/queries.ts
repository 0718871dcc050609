import { queryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";

/** Hubs come and go without an event. */
const everyMs = 5_000;

export const hubsQuery = queryOptions({
  queryKey: ["hubs"],
  queryFn: ({ signal }) => hub.hubs(signal),
  staleTime: 0,
  refetchInterval: everyMs,
});
