import type { UpstreamExchange, UpstreamRequest } from "@hub/core/upstream";
import { sessionIdIn } from "@hub/mcp";
import { answerTo, heardBy } from "./answer-to.js";
import type { Patience, Start } from "./brief-exchange.js";
import type { MessageReceiver } from "./exchange.js";
import { initializeRequest, type LegacyIdentity, readInitialized } from "./initialize.js";
import type { Initialized } from "./instances.js";
import { invalid, LinkError } from "./link-error.js";

/** A session over streamable HTTP as the server opened it; without an id it keeps none. */
export type Greeted = {
  readonly initialized: Initialized;
  readonly sessionId: string | undefined;
};

/** Sends a message with headers of the session. `text`: as it goes out; default: made of the message. */
export type Send = (
  message: object,
  headers: UpstreamRequest["headers"],
  receiver: MessageReceiver,
  text?: string,
) => UpstreamExchange;

/** What every request in a session says. */
export function sessionHeaders({ initialized, sessionId }: Greeted): Record<string, string> {
  const headers: Record<string, string> = { "mcp-protocol-version": initialized.protocolVersion };
  if (sessionId !== undefined) headers["mcp-session-id"] = sessionId;
  return headers;
}

/**
 * The handshake over streamable HTTP. Rejects with LinkError; `onLeft` is told then of a session that the
 * server has opened all the same, by the headers that name it.
 */
export async function greet(
  identity: LegacyIdentity,
  send: Send,
  patience: Patience,
  onLeft: (headers: Readonly<Record<string, string>>) => void,
): Promise<Greeted> {
  let opened: string | undefined;
  let version: string | undefined;
  try {
    const request = initializeRequest(identity);
    const start: Start = (receiver) =>
      send(
        request,
        {},
        {
          ...receiver,
          onOpen(status, framing, headers) {
            opened = sessionIdIn(headers).id;
            receiver.onOpen(status, framing, headers);
          },
        },
      );
    const greeting = await answerTo(request.id, start, patience);
    const initialized = readInitialized(greeting.data, greeting.status);
    version = initialized.protocolVersion;
    const { id: sessionId, problem } = sessionIdIn(greeting.headers);
    if (problem !== undefined) throw new LinkError(invalid(problem));
    const greeted = { initialized, sessionId };
    const noted = { jsonrpc: "2.0", method: "notifications/initialized" };
    await heardBy((receiver) => send(noted, sessionHeaders(greeted), receiver), patience);
    return greeted;
  } catch (error) {
    if (opened !== undefined)
      onLeft({
        "mcp-session-id": opened,
        ...(version === undefined ? {} : { "mcp-protocol-version": version }),
      });
    throw error;
  }
}
