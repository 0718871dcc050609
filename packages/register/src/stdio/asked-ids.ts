import type { JsonRpcId } from "@hub/mcp";
import { isRequest } from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";
import { literalOf } from "../wrap/written-numbers.js";

/** More than wait at a time; what a server never answers is not kept for ever. */
const mostKept = 10_000;

/** Whether it was written as a number. */
const isNumber = (id: JsonRpcId) => typeof id === "number" || literalOf(id) !== id;

/** What all ways to write a number have in common, up to the digits that a server may keep of it. */
const roundedOf = (literal: string) => String(Number(literal));

/**
 * A link on which each answer has the id that was asked under. Some servers write a number back as a text,
 * which every client of theirs takes for the number; some keep fewer digits of it than were written, or
 * write it with a fraction (`1.0` for `1`).
 */
export function withAskedIds(link: Link): Link {
  const asked = new Map<string, JsonRpcId>();
  /** The same by what is left of a number that is not kept whole. */
  const rounded = new Map<string, JsonRpcId>();
  const keep = (ids: Map<string, JsonRpcId>, key: string, id: JsonRpcId) => {
    ids.set(key, id);
    const [oldest] = ids.keys();
    if (ids.size > mostKept && oldest !== undefined) ids.delete(oldest);
  };
  const sameNumber = (answered: JsonRpcId, key: string) =>
    isNumber(answered) ? (asked.get(key) ?? rounded.get(key)) : undefined;
  const askedAs = (answered: JsonRpcId): JsonRpcId => {
    const literal = literalOf(answered);
    const id = asked.get(literal) ?? sameNumber(answered, roundedOf(literal)) ?? answered;
    asked.delete(literalOf(id));
    rounded.delete(roundedOf(literalOf(id)));
    return id;
  };
  const outer: Link = {
    onMessage: () => {},
    onClose: () => {},
    send(message, capabilities) {
      if (isRequest(message) && isNumber(message.id)) {
        const literal = literalOf(message.id);
        keep(asked, literal, message.id);
        if (roundedOf(literal) !== literal) keep(rounded, roundedOf(literal), message.id);
      }
      link.send(message, capabilities);
    },
    close: () => link.close(),
  };
  link.onMessage = (message, causeId) => {
    if ("method" in message) return outer.onMessage(message, causeId);
    outer.onMessage({ ...message, id: askedAs(message.id) }, causeId);
  };
  link.onClose = (reason) => outer.onClose(reason);
  return outer;
}
