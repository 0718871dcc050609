import { isRequest, type JsonRpcId } from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";

/** More than wait at a time; what a server never answers is not kept for ever. */
const mostKept = 10_000;

/**
 * A link on which each answer has the id that was asked under. Some servers write a number back as a text,
 * which every client of theirs takes for the number.
 */
export function withAskedIds(link: Link): Link {
  const numbers = new Map<string, number>();
  const asked = (id: JsonRpcId): JsonRpcId => {
    if (typeof id !== "string") return id;
    const number = numbers.get(id);
    numbers.delete(id);
    return number ?? id;
  };
  const outer: Link = {
    onMessage: () => {},
    onClose: () => {},
    send(message, capabilities) {
      if (isRequest(message) && typeof message.id === "number") {
        numbers.set(String(message.id), message.id);
        const [oldest] = numbers.keys();
        if (numbers.size > mostKept && oldest !== undefined) numbers.delete(oldest);
      }
      link.send(message, capabilities);
    },
    close: () => link.close(),
  };
  link.onMessage = (message, causeId) => {
    if ("method" in message) return outer.onMessage(message, causeId);
    if (typeof message.id === "number") numbers.delete(String(message.id));
    outer.onMessage({ ...message, id: asked(message.id) }, causeId);
  };
  link.onClose = (reason) => outer.onClose(reason);
  return outer;
}
