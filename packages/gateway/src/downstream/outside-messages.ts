import type { GatewayContext } from "../relay/context.js";
import { askClient } from "../relay/legacy-relay.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import type { StreamEvent } from "../wire/event-stream.js";
import { parseMessage } from "../wire/json-rpc.js";
import type { ClientSession } from "./client-session.js";

/** Passes on what a server sends outside of calls, on its own stream. */
export function passOutside(
  context: GatewayContext,
  session: ClientSession,
  link: LegacyLink,
  event: StreamEvent,
): void {
  const parsed = event.data === undefined ? undefined : parseMessage(event.data);
  if (parsed?.kind === "request") {
    askClient(session, link, undefined, parsed.message, {}, () => undefined);
    return;
  }
  if (parsed === undefined) return;
  const method = parsed.kind === "notification" ? parsed.message.method : "";
  if (method.endsWith("/list_changed")) void context.refresh(link.instance.serverId);
  // Updates come by the hub's own connection, once for all.
  else if (method !== "notifications/resources/updated" && event.data !== undefined)
    session.tell({ data: event.data });
}
