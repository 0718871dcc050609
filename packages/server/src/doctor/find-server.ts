import { type Entry, HubError } from "@hub/core";
import { nearestName } from "@hub/core/environment";
import { isHidden } from "@hub/core/shown";
import { nameKey } from "@hub/core/text";

/** Ids have no more, and so many characters of a name tell what was meant. */
const mostCompared = 40;

/** The server of these with this id or name. Throws SERVER_NOT_FOUND, with the one that was probably meant. */
export function findServer(entries: readonly Entry[], idOrName: string): Entry {
  const byId = entries.find(({ record }) => record.id === idOrName);
  if (byId !== undefined) return byId;
  const key = nameKey(idOrName);
  const byName = entries.find(({ record }) => nameKey(record.name) === key);
  if (byName !== undefined) return byName;
  const names = entries
    .filter(({ record }) => !isHidden(record))
    .map(({ record }) => record.name.slice(0, mostCompared));
  const nearest = nearestName(idOrName.slice(0, mostCompared), names);
  const advice =
    nearest === undefined
      ? "GET /servers lists those that exist. If it runs, it may be registered at another hub (MCP_HUB_URL where it runs), or not at all."
      : `The nearest one is ${JSON.stringify(nearest)}.`;
  throw new HubError(
    "SERVER_NOT_FOUND",
    `No server has the id or name ${JSON.stringify(idOrName.slice(0, 100))}. ${advice}`,
  );
}

export function busy(mostAtOnce: number): HubError {
  return new HubError("TOO_MANY_REQUESTS", `The hub makes ${mostAtOnce} diagnoses at a time.`, {
    retryAfterMs: 3_000,
  });
}
