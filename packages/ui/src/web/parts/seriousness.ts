import type { InstanceView, ServerSummary } from "@hub/api";

/** How a server is. `left`: it is down because somebody took it away, so that nobody misses it. */
export type ServerState = ServerSummary["status"] | "left";
export type Status = ServerState | InstanceView["status"];

export function stateOf({
  status,
  instances,
}: Pick<ServerSummary, "status" | "instances">): ServerState {
  return status === "down" && instances.length === 0 ? "left" : status;
}

/** Every status, the most serious first: what is gone, what cannot be reached, what is in doubt, what waits, what is well. */
const inOrder = [
  "down",
  "unreachable",
  "suspect",
  "degraded",
  "needs-token",
  "draining",
  "pending",
  "left",
  "up",
] as const satisfies readonly Status[];

const places = new Map<Status, number>(inOrder.map((status, place) => [status, place]));

/** Where a status stands among all: 0 is the most serious. */
export function seriousness(status: Status): number {
  return places.get(status) ?? inOrder.length;
}

/** What a server may be, the most serious first. An instance alone may be draining. */
export const serverStates = inOrder.filter((status) => status !== "draining");

/** Whether somebody should look at a server in such a state. What waits or left on purpose is no trouble. */
export function isTrouble(state: ServerState): boolean {
  return seriousness(state) <= seriousness("needs-token");
}
