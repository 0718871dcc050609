import type { JsonRpcNotification } from "@hub/mcp";
import type { ClientSession } from "../session/client-session.js";

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
    // What a client reports on, it knows by the hub's own token, which is the id of the question.
    const token = params?.progressToken;
    const question = typeof token === "string" ? session.questions.get(token) : undefined;
    const progressToken = question?.asked?.progressToken;
    if (progressToken !== undefined)
      question?.link?.post({ jsonrpc: "2.0", method, params: { ...params, progressToken } });
  }
}
