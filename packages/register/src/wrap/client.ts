import type { ClientCapabilities, JsonRpcNotification, JsonRpcRequest, Outcome } from "@hub/mcp";
import type { Subscriber } from "./subscribers.js";

/** A client: notifications and questions of the server that are its own come here. */
export interface Client {
  readonly capabilities: ClientCapabilities;
  notify(notification: JsonRpcNotification): void;
  /** Hands a request of the server to the client. `signal` fires when the server takes it back. */
  ask(request: JsonRpcRequest, signal: AbortSignal): Promise<Outcome>;
}

/** Who waits for a call: what belongs to the call comes here. */
export interface Caller extends Client {
  /** Whose call it is: a session has many, a stateless call is its own. */
  readonly client: Client;
}

/** A client session on an upstream that others may use too. */
export interface ClientSession extends Client, Subscriber {}
