import type { Entry } from "@hub/core";
import { exchange, type MessageReceiver } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { LegacyIdentity } from "../upstream/legacy-link.js";
import { modernHeaders, withEnvelope } from "../upstream/modern.js";
import { openLeg } from "../upstream/open-link.js";
import { placeAt } from "../upstream/place.js";
import { newestLegacyVersion } from "../wire/eras.js";
import { type JsonRpcRequest, type Outcome, parseMessage } from "../wire/json-rpc.js";
import { eraOfInstance, type GatewayContext } from "./context.js";

/** The hub as a client of its own: it can answer nothing. */
export const hubIdentity: LegacyIdentity = {
  protocolVersion: newestLegacyVersion,
  capabilities: {},
  clientInfo: { name: "mcp-hub", version: "1" },
};

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
  if (eraOfInstance(entry, instance) === "modern") {
    const message = {
      ...request,
      params: withEnvelope(request.params, {
        clientCapabilities: {},
        clientInfo: hubIdentity.clientInfo,
      }),
    };
    return outcome(limits.handshakeMs, (receiver) =>
      exchange(
        dialer,
        instance,
        { method: "POST", headers: modernHeaders(message), body: JSON.stringify(message) },
        context.serverMessages,
        receiver,
      ),
    );
  }
  try {
    const leg = await openLeg(context, entry, {
      identity: hubIdentity,
      via: undefined,
      signal,
      // It has a place, if not always at the instance that answers in the end.
      reach: () => Promise.resolve(() => undefined),
    });
    if (leg.kind !== "legacy") return undefined;
    const answered = await outcome(limits.handshakeMs, (receiver) =>
      leg.link.request(request, receiver),
    );
    leg.link.close();
    return answered;
  } catch {
    return undefined;
  }
}

function outcome(
  withinMs: number,
  start: (receiver: MessageReceiver) => { abort(): void },
): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      started.abort();
      resolve(undefined);
    }, withinMs);
    const done = (value: Outcome | undefined) => {
      clearTimeout(timer);
      resolve(value);
    };
    const started = start({
      onOpen: () => undefined,
      onEvent({ data }) {
        const parsed = data === undefined ? undefined : parseMessage(data);
        if (parsed?.kind === "response") done(parsed.message);
      },
      onEnd: () => done(undefined),
      onFailure: () => done(undefined),
    });
  });
}
