import type { Entry } from "@hub/core";
import type { JsonRpcRequest, Outcome } from "@hub/mcp";
import { responseTo } from "../upstream/brief-exchange.js";
import type { GatewayContext } from "../upstream/context.js";
import { exchange } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { modernHeaders, withEnvelope } from "../upstream/modern.js";
import { openSession } from "../upstream/open-session.js";
import { placeAt } from "../upstream/place.js";

/** Asks a server something on the hub's own account; undefined when no answer came. Never rejects. */
export async function requestOnce(
  context: GatewayContext,
  entry: Entry,
  request: JsonRpcRequest,
): Promise<Outcome | undefined> {
  const { limits } = context;
  const [instance] = context.instances.candidates(entry);
  if (instance === undefined) return undefined;
  const signal = AbortSignal.timeout(limits.handshakeMs);
  const leave = await placeAt(instance.calls, "", signal);
  if (leave === undefined) return undefined;
  return asked(context, entry, instance, request, signal).finally(leave);
}

/** The question itself, with a place at the instance. */
async function asked(
  context: GatewayContext,
  entry: Entry,
  instance: UpstreamInstance,
  request: JsonRpcRequest,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const { dialer, limits } = context;
  const patience = { withinMs: limits.handshakeMs };
  if (instance.eraIn(entry) === "modern") {
    const message = {
      ...request,
      params: withEnvelope(request.params, {
        clientCapabilities: {},
        clientInfo: context.identity.clientInfo,
      }),
    };
    return responseTo(
      (receiver) =>
        exchange(
          dialer,
          instance,
          { method: "POST", headers: modernHeaders(message), body: JSON.stringify(message) },
          context.serverMessages,
          receiver,
        ),
      patience,
    );
  }
  try {
    const session = await openSession(context, entry, {
      identity: context.identity,
      via: undefined,
      signal,
      // It has a place, if not always at the instance that answers in the end.
      reach: () => Promise.resolve(() => undefined),
    });
    if (session.kind !== "legacy") return undefined;
    const answered = await responseTo(
      (receiver) => session.link.request(request, receiver),
      patience,
    );
    session.link.close();
    return answered;
  } catch {
    return undefined;
  }
}
