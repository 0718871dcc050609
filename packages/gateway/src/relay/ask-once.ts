import type { Entry } from "@hub/core";
import type { JsonRpcRequest, Outcome } from "@hub/mcp";
import { responseTo } from "../upstream/brief-exchange.js";
import { exchange } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { modernHeaders, withEnvelope } from "../upstream/modern.js";
import { openLeg } from "../upstream/open-link.js";
import { placeAt } from "../upstream/place.js";
import { eraOfInstance, type GatewayContext } from "./context.js";

/** Asks a server something on the hub's own account; undefined when no answer came. Never rejects. */
export async function askOnce(
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
  if (eraOfInstance(entry, instance) === "modern") {
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
    const leg = await openLeg(context, entry, {
      identity: context.identity,
      via: undefined,
      signal,
      // It has a place, if not always at the instance that answers in the end.
      reach: () => Promise.resolve(() => undefined),
    });
    if (leg.kind !== "legacy") return undefined;
    const answered = await responseTo((receiver) => leg.link.request(request, receiver), patience);
    leg.link.close();
    return answered;
  } catch {
    return undefined;
  }
}
