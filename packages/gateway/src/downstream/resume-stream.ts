import { changedLists, hear, type StreamEvent } from "@hub/mcp";
import { mappedId } from "../relay/legacy-to-legacy.js";
import type { Reply } from "../reply/reply.js";
import { askClient, takeBack } from "../session/ask-client.js";
import type { ClientSession } from "../session/client-session.js";
import type { GatewayContext } from "../upstream/context.js";

/**
 * Goes on with a stream that broke off, or that its server ended to be asked again: the id of the last
 * event says which server's it was and how that server calls it.
 */
export function resumeStream(
  context: GatewayContext,
  session: ClientSession,
  reply: Reply,
  lastEventId: string,
): void {
  const colon = lastEventId.indexOf(":");
  const serverId = lastEventId.slice(0, colon);
  const link = colon === -1 ? undefined : session.servers.links.get(serverId);
  if (link === undefined || !session.mayHear(serverId)) return;
  const send = (event: StreamEvent) => {
    if (reply.event(event)) return;
    resumed?.pause();
    reply.onDrain(() => resumed?.resume());
  };
  const resumed = link.listen(
    {
      onOpen: () => undefined,
      onEvent(event) {
        const { data } = event;
        const ids = mappedId(serverId, event);
        const heard = data === undefined ? undefined : hear(data);
        if (heard?.kind === "request") {
          // Its call has ended here: the question goes with the session.
          askClient({ session, link, reply, ids }, heard.message);
          return;
        }
        if (heard?.kind !== "notification") return send({ ...event, ...ids });
        const { message } = heard;
        if (changedLists(message.method) !== undefined) void context.refresh(serverId);
        else if (message.method === "notifications/cancelled") {
          const told = takeBack(session, link, message);
          if (told !== undefined)
            send({ ...event, ...ids, data: JSON.stringify(told), bytes: undefined });
        } else send({ ...event, ...ids });
      },
      onEnd: () => reply.end(),
      onFailure: () => reply.end(),
    },
    lastEventId.slice(colon + 1),
  );
  // Also when the hub ended it, as with its session.
  reply.onOver(() => resumed?.abort());
}
