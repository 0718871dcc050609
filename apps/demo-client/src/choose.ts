import type { HubClient, ServerSummary } from "@hub/client";
import type { Asked } from "./arguments.js";

/** `degraded` still has an instance that is up. */
const usable = ["up", "degraded"];

/**
 * The servers worth a try, best first. The hub searches tool names too, but by words: whether a
 * server really has the tool shows when it is asked.
 * @throws Error when a server was named that cannot be used.
 */
export async function findServers(
  hub: HubClient,
  { serverId, tool }: Asked,
): Promise<readonly ServerSummary[]> {
  if (serverId === undefined) {
    const { servers } = await hub.servers({ q: tool });
    return servers.filter(({ status }) => usable.includes(status));
  }
  const server = await hub.server(serverId);
  if (usable.includes(server.status)) return [server];
  const reason = server.instances[0]?.reason ?? "It has left.";
  throw new Error(`${server.name} is ${server.status}. ${reason}`);
}
