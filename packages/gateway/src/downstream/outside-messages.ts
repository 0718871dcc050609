import { changedLists, hear, resourceUpdated, type StreamEvent } from "@hub/mcp";
import { askClient, takeBack } from "../session/ask-client.js";
import type { ClientSession } from "../session/client-session.js";
import type { GatewayContext } from "../upstream/context.js";
import type { LegacyLink } from "../upstream/legacy-link.js";

/** Passes on what a server sends outside of calls, on its own stream. */
export function passOutside(
  context: GatewayContext,
  session: ClientSession,
  link: LegacyLink,
  event: StreamEvent,
): void {
  if (!session.mayHear(link.instance.serverId)) return;
  const heard = event.data === undefined ? undefined : hear(event.data);
  if (heard?.kind === "request") {
    // Nothing says which call it is for; they are all of one client.
    const waiting = [...session.running].flatMap(([run, at]) => (at === link ? [run] : []));
    for (const run of waiting) run.waitForClient();
    const onSettled = () => {
      for (const run of waiting) run.goOn();
    };
    askClient({ session, link, onSettled }, heard.message);
    return;
  }
  if (heard === undefined) return;
  const method = heard.kind === "notification" ? heard.message.method : "";
  if (changedLists(method) !== undefined) void context.refresh(link.instance.serverId);
  else if (heard.kind === "notification" && method === "notifications/cancelled") {
    const told = takeBack(session, link, heard.message);
    if (told !== undefined) session.tell({ data: JSON.stringify(told) });
  }
  // Updates come by the hub's own connection, once for all.
  else if (method !== resourceUpdated && event.data !== undefined)
    session.tell({ data: event.data });
}
