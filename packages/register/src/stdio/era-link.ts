import type { JsonRpcRequest } from "@hub/mcp";
import { isRequest, type JsonRpcMessage } from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";
import { createModernLink } from "./modern-link.js";

export type Era = "legacy" | "modern";

/**
 * A link of the 2025 revision to a server of either. Nearly all servers still speak 2025, so that
 * is asked first, on the only process there is; one that refuses is spoken to in the 2026-07-28
 * revision. The verdict is kept in `era`, so a restart does not ask again.
 */
export function createEraLink(inner: Link, era: { known: Era | undefined }): Link {
  if (era.known === "modern") return createModernLink(inner);
  let delegate: Link = inner;
  let asked: JsonRpcRequest | undefined;

  const outer: Link = {
    send(message, client) {
      if (era.known === undefined && isRequest(message) && message.method === "initialize") {
        asked = message;
      }
      delegate.send(message, client);
    },
    close: () => inner.close(),
    onMessage: () => {},
    onClose: () => {},
  };
  inner.onClose = (reason) => outer.onClose(reason);
  inner.onMessage = (message, causeId) => {
    if (asked !== undefined && isAnswerTo(asked, message)) {
      if (isRefusal(message)) {
        delegate = createModernLink(inner);
        delegate.onMessage = (next, cause) => {
          if (!("method" in next) && next.error === undefined) era.known ??= "modern";
          outer.onMessage(next, cause);
        };
        delegate.onClose = (reason) => outer.onClose(reason);
        delegate.send(asked);
        asked = undefined;
        return;
      }
      era.known = "legacy";
      asked = undefined;
    }
    outer.onMessage(message, causeId);
  };
  return outer;
}

function isAnswerTo(request: JsonRpcRequest, message: JsonRpcMessage): boolean {
  return !("method" in message) && message.id === request.id;
}

function isRefusal(message: JsonRpcMessage): boolean {
  return !("method" in message) && message.error !== undefined;
}
