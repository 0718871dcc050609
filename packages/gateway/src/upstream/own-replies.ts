import type { UpstreamFailure } from "@hub/core/upstream";
import { type Start, tell } from "./brief-exchange.js";
import type { UpstreamInstance } from "./instances.js";
import type { Places } from "./places.js";

/** The reason why a session ends when its server sends the hub too many requests. */
const tooManyAsked: UpstreamFailure = {
  neverSent: false,
  code: "TOO_MANY_ASKED",
  detail:
    "it sent the hub more pings or other requests than may wait for a reply (MCP_HUB_MAX_REPLIES_WAITING)",
};

let links = 0;

/**
 * Sends what the hub itself answers to the server of one link: each is a request of its own, so they go
 * in turn, the links of an instance by turns. `onTooMany` hears of an answer that was not sent because
 * too many wait.
 */
export function ownReplies(
  instance: UpstreamInstance,
  withinMs: number,
  onTooMany: (failure: UpstreamFailure) => void,
): (start: Start) => void {
  links += 1;
  const link = `link ${links}`;
  return (start) => {
    if (!tellInTurn(instance.replies, link, start, withinMs)) onTooMany(tooManyAsked);
  };
}

/**
 * Sends a message whose answer nobody needs, when there is a place for it. Returns false when too many wait
 * already. `onOver`: it was answered, or is given up.
 */
export function tellInTurn(
  places: Places,
  peer: string,
  start: Start,
  withinMs: number,
  onOver: () => void = () => {},
): boolean {
  // At once it runs before there is anything to leave.
  const leave = places.enter(
    () =>
      tell(start, withinMs, () =>
        queueMicrotask(() => {
          leave?.();
          onOver();
        }),
      ),
    peer,
  );
  return leave !== undefined;
}
