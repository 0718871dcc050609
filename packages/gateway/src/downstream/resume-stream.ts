import type { GatewayContext } from "../relay/context.js";
import { askClient, mappedId } from "../relay/legacy-relay.js";
import { hear } from "../wire/heard.js";
import type { ClientSession } from "./client-session.js";
import type { Reply } from "./reply.js";

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
  const link = colon === -1 ? undefined : session.linkTo(serverId);
  if (link === undefined) return;
  const resumed = link.listen(
    {
      onOpen: () => undefined,
      onEvent(event) {
        const { data } = event;
        const ids = mappedId(serverId, event);
        const heard = data === undefined ? undefined : hear(data);
        if (heard?.kind === "request")
          askClient(session, link, reply, heard.message, ids, () => undefined);
        else if (heard?.kind === "notification" && heard.message.method.endsWith("/list_changed"))
          void context.refresh(serverId);
        else if (!reply.event({ ...event, ...ids })) {
          resumed?.pause();
          reply.onDrain(() => resumed?.resume());
        }
      },
      onEnd: () => reply.end(),
      onFailure: () => reply.end(),
    },
    lastEventId.slice(colon + 1),
  );
  reply.onGone(() => resumed?.abort());
}
