import { asFault, mediaType, parseMessage, readRefusal } from "./answer.js";
import { eventsOf, type StreamEvent } from "./event-stream.js";
import { ProbeFault } from "./fault.js";
import { type RpcReply, replyTo } from "./mcp-protocol.js";
import {
  type Connection,
  initializeParams,
  readInitialized,
  type Wire,
  type WireOptions,
} from "./wire.js";

const noId = -1;

/**
 * Greets over HTTP+SSE (2024-11-05): answers arrive on a stream, messages go to the address that its
 * `endpoint` event names. That address must be of the same origin: the hub dials no other.
 */
export async function connectSse(options: WireOptions, signal: AbortSignal): Promise<Connection> {
  // The stream lives as long as the wire; only opening it is limited by `signal`.
  const streaming = new AbortController();
  const giveUp = () => streaming.abort(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const events = await openStream(options, streaming.signal);
    const target = await messageAddress(events, options.url);
    const wire = createWire(options, events, target, (reason) => streaming.abort(reason));
    const reply = await wire.request("initialize", initializeParams(options.version), signal);
    return { wire, greeting: { ...readInitialized(reply), keepsSessions: true } };
  } catch (error) {
    streaming.abort();
    throw asFault(error, options.budget);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

async function openStream({ dialer, url, budget }: WireOptions, signal: AbortSignal) {
  const answer = await dialer.dial(url, {
    method: "GET",
    headers: { accept: "text/event-stream" },
    signal,
  });
  if (answer.status < 200 || answer.status > 299) {
    const reply = await readRefusal(answer, noId, url);
    throw new ProbeFault({
      kind: "status",
      status: answer.status,
      isRpc: reply.kind === "error",
    });
  }
  if (mediaType(answer) !== "text/event-stream") {
    answer.discard();
    throw new ProbeFault({ kind: "not-mcp", what: "something that is no event stream" });
  }
  return eventsOf(answer.chunks(Number.POSITIVE_INFINITY, budget));
}

async function messageAddress(events: AsyncGenerator<StreamEvent>, url: string): Promise<string> {
  const first = await events.next();
  if (first.done === true || first.value.type !== "endpoint")
    throw new ProbeFault({ kind: "not-mcp", what: "an event stream without an `endpoint` event" });
  const said = first.value.data.trim();
  if (!URL.canParse(said, url))
    throw new ProbeFault({ kind: "not-mcp", what: "an `endpoint` event without a URL" });
  const target = new URL(said, url);
  if (target.origin !== new URL(url).origin)
    throw new ProbeFault({ kind: "foreign-endpoint", origin: target.origin.slice(0, 200) });
  target.username = "";
  target.password = "";
  return target.href;
}

function createWire(
  { dialer, budget, mostValues }: Pick<WireOptions, "dialer" | "budget" | "mostValues">,
  events: AsyncGenerator<StreamEvent>,
  target: string,
  close: (reason?: unknown) => void,
): Wire {
  let lastId = 0;
  const post = async (
    body: string,
    id: number,
    signal: AbortSignal,
  ): Promise<RpcReply | undefined> => {
    const answer = await dialer.dial(target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal,
    });
    if (answer.status < 200 || answer.status > 299) return readRefusal(answer, id, target);
    answer.discard();
    return undefined;
  };
  const fromStream = async (id: number): Promise<RpcReply> => {
    for (;;) {
      const next = await events.next();
      if (next.done === true)
        throw new ProbeFault({
          kind: "not-mcp",
          what: "an event stream that ended without an answer",
        });
      if (next.value.type !== "message" || next.value.data.trim() === "") continue;
      const reply = replyTo(id, parseMessage(next.value.data, mostValues));
      if (reply !== undefined) return reply;
    }
  };
  return {
    async request(method, params, signal) {
      lastId += 1;
      const id = lastId;
      const abort = () => close(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      try {
        const answered = fromStream(id);
        // A message that is refused leaves nothing to wait for on the stream.
        const refusal = post(
          JSON.stringify({ jsonrpc: "2.0", id, method, params }),
          id,
          signal,
        ).then((reply) => reply ?? answered);
        answered.catch(() => undefined);
        return await Promise.race([answered, refusal]);
      } catch (error) {
        throw asFault(error, budget);
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
    async notify(method, signal) {
      try {
        await post(JSON.stringify({ jsonrpc: "2.0", method }), noId, signal);
      } catch (error) {
        throw asFault(error, budget);
      }
    },
    budget,
    end: async () => close(),
  };
}
