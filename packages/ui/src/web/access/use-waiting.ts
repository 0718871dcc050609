import type { ServerSummary } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { usePolicy } from "./policy.js";
import { admissionsQuery } from "./queries.js";

/** The servers that wait until somebody admits them, for whoever may; none for the others. */
export function useWaiting(): readonly ServerSummary[] {
  const mayJudge = usePolicy().mayAtAll("admin");
  const known = useQuery({ ...admissionsQuery, enabled: mayJudge }).data?.servers;
  return useMemo(
    () => (known ?? []).filter(({ admission }) => admission?.state === "waiting"),
    [known],
  );
}
