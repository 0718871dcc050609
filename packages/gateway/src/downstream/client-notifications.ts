import type { JsonRpcNotification } from "@hub/mcp";
import type { ClientSession } from "../session/client-session.js";

/** Passes on what a 2025 client notifies of, to the servers that it concerns. False when nothing here is meant. */
export function passNotification(
  session: ClientSession,
  { method, params }: JsonRpcNotification,
): boolean {
  if (method === "notifications/cancelled") {
    const { requestId } = params ?? {};
    const isId = typeof requestId === "string" || typeof requestId === "number";
    const cancel = isId ? session.calls.get(requestId) : undefined;
    cancel?.();
    return cancel !== undefined;
  }
  if (method === "notifications/roots/list_changed") {
    for (const link of session.servers.links.values()) link.post({ jsonrpc: "2.0", method });
  } else if (method === "notifications/progress") {
    // What a client reports on, it knows by the hub's own token, which is the id of the question.
    const token = params?.progressToken;
    const question = typeof token === "string" ? session.questions.get(token) : undefined;
    const progressToken = question?.asked?.progressToken;
    if (progressToken !== undefined)
      question?.link?.post({ jsonrpc: "2.0", method, params: { ...params, progressToken } });
    return question !== undefined;
  }
  return true;
}
