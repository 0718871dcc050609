import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { UpstreamRequest } from "@hub/core/upstream";
import type { JsonRpcId } from "@hub/mcp";
import type { MayWait } from "../calls/may-wait.js";
import { answerHeaders, mcpTypeOf } from "../upstream/answer-head.js";
import { notMcp, packedUnasked, unanswered } from "../upstream/classify-answer.js";
import type { GatewayContext } from "../upstream/context.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { StreamBytes } from "./stream-bytes.js";

export type ModernCall = MayWait & {
  readonly id: JsonRpcId;
  readonly entry: Entry;
  readonly method: string;
  readonly name: string | undefined;
  /** The request as the server shall see it. */
  readonly body: string | Buffer;
  readonly headers: UpstreamRequest["headers"];
  readonly via: string | undefined;
  readonly client: string | undefined;
  readonly principal: Principal;
  /** The address that it was asked from. */
  readonly from: string | undefined;
  /** The headers of the HTTP request that it came in. */
  readonly cameWith: IncomingHttpHeaders | undefined;
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
  const { entry, id, method, name, client, principal, from, cameWith, peer, params, always } = call;
  const { headers, body, via, running, onUnreached } = call;
  const relay = new StreamBytes(
    context,
    {
      entry,
      id,
      method,
      name,
      client,
      principal,
      from,
      cameWith,
      peer,
      params,
      always,
      running,
      onUnreached,
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
