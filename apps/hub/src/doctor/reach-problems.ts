import type { Diagnosis } from "@hub/client";
import { type ClientProblem, fault, warning } from "./problem.js";
import type { Reach } from "./reach.js";

/** Steps in which it shows that the hub has no way to a server. */
const waySteps: ReadonlySet<string> = new Set(["resolve", "connect", "tls"]);

/**
 * What it means that a server is reached from the hub and not from here, or the other way round. `here` is
 * whether a connection to its endpoint comes about from this machine. Pure.
 */
export function reachProblems(
  {
    endpoint,
    finding,
    steps,
    servers,
  }: Pick<Diagnosis, "endpoint" | "finding" | "steps" | "servers">,
  here: Reach,
  hubUrl: string,
): readonly ClientProblem[] {
  const failed = steps.find(({ state }) => state === "failed")?.step;
  const isHubReaching = failed === undefined || !waySteps.has(failed);
  if (isHubReaching === here.isReached) return [];
  if (here.isReached)
    return [
      fault(
        "ONLY_FROM_HERE",
        `This machine reaches ${endpoint}, the hub at ${hubUrl} does not (${finding?.code ?? failed}).`,
        "Register an address that the hub's machine can reach too: MCP_HUB_ADVERTISE_URL where the server runs, and 0.0.0.0 to listen on if it is another machine. Names and 127.0.0.1 mean something else there.",
      ),
    ];
  const [server] = servers;
  const through = server === undefined ? `${hubUrl}/mcp` : `${hubUrl}/servers/${server.id}/mcp`;
  return [
    warning(
      "ONLY_FROM_HUB",
      `The hub reaches ${endpoint}, this machine does not (${here.code}).`,
      `Connect through the hub, ${through}. To connect directly, open the way from here to the server.`,
    ),
  ];
}
