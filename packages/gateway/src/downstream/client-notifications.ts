import type { JsonRpcNotification } from "../wire/json-rpc.js";
import type { ClientSession } from "./client-session.js";

/** Passes on what a 2025 client notifies of, to the servers that it concerns. */
export function passNotification(
  session: ClientSession,
  { method, params }: JsonRpcNotification,
): void {
  if (method === "notifications/cancelled") {
    const { requestId } = params ?? {};
    if (typeof requestId === "string" || typeof requestId === "number")
      session.calls.get(requestId)?.();
  } else if (method === "notifications/roots/list_changed") {
    for (const link of session.links.values()) link.post({ jsonrpc: "2.0", method });
  } else if (method === "notifications/progress") {
    const asked = askedProgress(session, params?.progressToken);
    asked?.link.post({
      jsonrpc: "2.0",
      method,
      params: { ...params, progressToken: asked.token },
    });
  }
}

/** What a client reports on, under the hub's own token. */
function askedProgress(session: ClientSession, token: unknown) {
  return typeof token === "string" ? session.askedProgress.get(token) : undefined;
}
