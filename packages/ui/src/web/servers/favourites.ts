import { stored } from "../parts/stored.js";

/** Ids of servers that somebody wants to see first, in this browser. */
export const favourites = stored<readonly string[]>("mcp-hub-favourites", (found) =>
  Array.isArray(found) ? found.filter((one) => typeof one === "string") : [],
);

/** Adds servers to the favourites, or takes them out. */
export function setFavourite(ids: readonly string[], isFavourite: boolean): void {
  const others = favourites.get().filter((id) => !ids.includes(id));
  favourites.set(isFavourite ? [...others, ...ids] : others);
}
