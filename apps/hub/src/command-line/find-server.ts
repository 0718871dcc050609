import { type HubClient, HubClientError, type ServerDetail } from "@hub/client";
import { CommandError } from "./command-error.js";
import type { CommandContext } from "./context.js";
import { nearestAdvice } from "./nearest.js";

/**
 * The server with this id, or with this name.
 * @throws CommandError, with the id that is most like it, when there is none.
 */
export async function findServer(
  hub: HubClient,
  idOrName: string,
  { interrupted }: Pick<CommandContext, "interrupted">,
): Promise<ServerDetail> {
  try {
    return await hub.server(idOrName, interrupted);
  } catch (error) {
    if (!HubClientError.is(error) || error.code !== "SERVER_NOT_FOUND") throw error;
  }
  const servers = await hub.everyServer({ hidden: true }, interrupted);
  const named = servers.find(({ name }) => name.toLowerCase() === idOrName.toLowerCase());
  if (named !== undefined) return await hub.server(named.id, interrupted);
  const ids = servers.map(({ id }) => id);
  const otherwise =
    ids.length === 0 ? "No server is registered" : "mcp-hub list shows what there is";
  const advice = nearestAdvice(idOrName, ids, otherwise);
  throw new CommandError("notFound", `There is no server ${JSON.stringify(idOrName)}. ${advice}`, {
    code: "SERVER_NOT_FOUND",
  });
}
