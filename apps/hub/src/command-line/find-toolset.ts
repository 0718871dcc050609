import { type HubClient, HubClientError, type SavedToolset } from "@hub/client";
import { CommandError } from "./command-error.js";
import type { CommandContext } from "./context.js";
import { nearestAdvice } from "./nearest.js";

/** @throws CommandError, with the id that is most like it, when there is no toolset with this id. */
export async function findToolset(
  hub: HubClient,
  id: string,
  { interrupted }: Pick<CommandContext, "interrupted">,
): Promise<SavedToolset> {
  try {
    return await hub.toolset(id, interrupted);
  } catch (error) {
    if (!HubClientError.is(error) || error.code !== "TOOLSET_NOT_FOUND") throw error;
  }
  const { toolsets } = await hub.toolsets(interrupted);
  const ids = toolsets.map((toolset) => toolset.id);
  const advice = nearestAdvice(id, ids, "mcp-hub toolset list shows what there is");
  throw new CommandError("notFound", `There is no toolset ${JSON.stringify(id)}. ${advice}`, {
    code: "TOOLSET_NOT_FOUND",
  });
}
