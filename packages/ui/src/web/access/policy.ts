import { Policy, policyOf } from "@hub/core/policy";
import { useQuery } from "@tanstack/react-query";
import { whoQuery } from "./queries.js";

const nothing = new Policy([]);

/**
 * What this person may do, by the rules that the hub itself asks, so that the page offers nothing that it would refuse.
 * Nothing until the hub has said who they are.
 */
export function usePolicy(): Policy {
  const who = useQuery(whoQuery).data;
  return who === undefined ? nothing : policyOf(who);
}
