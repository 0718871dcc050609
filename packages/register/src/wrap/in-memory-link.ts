import { AsyncLocalStorage } from "node:async_hooks";
import type { JsonRpcId } from "@hub/mcp";
import { isRequest, type JsonRpcMessage } from "./json-rpc.js";
import type { Link } from "./link.js";

/** The part of an SDK transport, v1 and v2 alike, that servers use. */
export interface ServerTransport {
  start(): Promise<void>;
  send(message: unknown, options?: { relatedRequestId?: JsonRpcId | undefined }): Promise<void>;
  close(): Promise<void>;
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  sessionId?: string | undefined;
}

/** Which request a piece of server code runs for, so that what it sends finds its way back. */
const running = new AsyncLocalStorage<{ readonly link: Link; readonly id: JsonRpcId }>();

/**
 * Connects a server of this process. Resolves once the server listens to the link, which is before
 * `connectServer` settles: some servers wait in there for the first message.
 */
export async function openInMemoryLink(
  connectServer: (transport: ServerTransport) => Promise<unknown>,
): Promise<Link> {
  let isOpen = true;
  let started = () => {};
  const isStarted = new Promise<void>((resolve) => {
    started = resolve;
  });

  const transport: ServerTransport = {
    async start() {
      started();
    },
    async send(message, options) {
      if (!isOpen) throw new Error("The connection is closed");
      const context = running.getStore();
      const causeId =
        options?.relatedRequestId ?? (context?.link === link ? context.id : undefined);
      // A copy, as a wire would make: neither side may see the other's later changes.
      const copy = JSON.parse(JSON.stringify(message)) as JsonRpcMessage; // SDK servers send nothing else
      queueMicrotask(() => isOpen && link.onMessage(copy, causeId));
    },
    async close() {
      end("the server closed its connection");
    },
  };

  const link: Link = {
    send(message) {
      const deliver = () => {
        if (isOpen) (transport.onmessage as ((message: unknown) => void) | undefined)?.(message);
      };
      queueMicrotask(
        isRequest(message) ? () => running.run({ link, id: message.id }, deliver) : deliver,
      );
    },
    async close() {
      end("the connection was closed");
    },
    onMessage: () => {},
    onClose: () => {},
  };

  function end(reason: string): void {
    if (!isOpen) return;
    isOpen = false;
    transport.onclose?.();
    link.onClose(reason);
  }

  const connected = connectServer(transport);
  await Promise.race([isStarted, connected]);
  connected.catch((error: unknown) => end(String(error)));
  return link;
}
