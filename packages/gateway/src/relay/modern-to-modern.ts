import type { ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { ReadyHeaders } from "@hub/core/upstream";
import type { JsonRpcId } from "@hub/mcp";
import { answerHeaders, mcpTypeOf } from "../upstream/answer-head.js";
import { notMcp, packedUnasked, unanswered } from "../upstream/classify-answer.js";
import type { GatewayContext } from "../upstream/context.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { StreamBytes } from "./stream-bytes.js";

export type ModernCall = {
  readonly id: JsonRpcId;
  readonly entry: Entry;
  readonly method: string;
  readonly name: string | undefined;
  /** The request as the server shall see it. */
  readonly body: string;
  readonly headers: ReadyHeaders;
  readonly via: string | undefined;
  readonly client: string | undefined;
  readonly principal: Principal;
  /** Whose it is when the hub shares out what it has: see `peerOf`. */
  readonly peer: string;
  readonly params: unknown;
  /** What every answer of the hub carries. */
  readonly always: Readonly<Record<string, string>>;
};

/** A request of 2026-07-28 to a server of the same revision. */
export function relayModernToModern(
  context: GatewayContext,
  call: ModernCall,
  candidates: readonly UpstreamInstance[],
  response: ServerResponse,
): void {
  const { entry, id, method, name, client, principal, peer, params, always } = call;
  const { headers, body, via } = call;
  const relay = new StreamBytes(
    context,
    {
      entry,
      id,
      method,
      name,
      client,
      principal,
      peer,
      params,
      always,
      request: { method: "POST", headers, body, via, serverId: entry.record.id, isUnpacked: true },
      isEndless: false,
      places: ({ calls }) => calls,
      judge: (status, received) =>
        mcpTypeOf(received) === undefined
          ? unanswered(status, received)
          : (notMcp(status, received) ?? packedUnasked(received, "identity")),
      answerHeaders: (received) => answerHeaders(received, always),
      statusOf: () => 200,
    },
    candidates,
    response,
  );
  relay.start();
}
