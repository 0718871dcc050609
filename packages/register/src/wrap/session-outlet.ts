import type { JsonRpcId, JsonRpcNotification, JsonRpcRequest } from "@hub/mcp";
import { isRequest } from "./json-rpc.js";
import type { OpenedSession } from "./legacy-sessions.js";

/** Kept for a client that reads nothing at the moment; the oldest goes first. */
const mostKept = 100;
/** Characters of JSON. */
const mostKeptLength = 1024 * 1024;

type Message = JsonRpcRequest | JsonRpcNotification;

/**
 * Finds a stream for what a server sends to one client without a call it belongs to: the stream for
 * such things, else that of a call. While the client reads neither, it is kept.
 */
export class SessionOutlet {
  readonly #session: OpenedSession;
  readonly #calls = new Set<JsonRpcId>();
  readonly #kept: { readonly message: Message; readonly length: number }[] = [];
  readonly #onDropped: (request: JsonRpcRequest) => void;
  #keptLength = 0;

  /** `onDropped` hears of the requests that will never reach the client. */
  constructor(session: OpenedSession, onDropped: (request: JsonRpcRequest) => void) {
    this.#session = session;
    this.#onDropped = onDropped;
    session.onListening = () => this.#sendKept();
  }

  /** A call's stream is open from now on, until `ended`. */
  began(id: JsonRpcId): void {
    this.#calls.add(id);
    this.#sendKept();
  }

  ended(id: JsonRpcId): void {
    this.#calls.delete(id);
  }

  /** `callId`: the call it belongs to, where that is known. */
  send(message: Message, callId?: JsonRpcId): void {
    const known = callId !== undefined && this.#calls.has(callId) ? callId : undefined;
    if (known !== undefined || this.#isOpen) this.#sendOn(message, known ?? this.#stream());
    else this.#keep(message);
  }

  get #isOpen(): boolean {
    return this.#session.isListening || this.#calls.size > 0;
  }

  /** With one call under way it can only be about that; with several, none of them may take it along. */
  #stream(): JsonRpcId | undefined {
    const calls = [...this.#calls];
    return calls.length === 1 || !this.#session.isListening ? calls.at(-1) : undefined;
  }

  #sendOn(message: Message, relatedRequestId: JsonRpcId | undefined): void {
    // A client that went away is no error here: its session ends by itself. The cast: the transports of
    // SDK v1 and v2 name the same messages differently.
    this.#session.transport
      .send(message as never, relatedRequestId === undefined ? {} : { relatedRequestId })
      .catch(() => {});
  }

  #keep(message: Message): void {
    const { length } = JSON.stringify(message);
    this.#kept.push({ message, length });
    this.#keptLength += length;
    while (this.#kept.length > mostKept || this.#keptLength > mostKeptLength) {
      const dropped = this.#take();
      if (dropped !== undefined && isRequest(dropped)) this.#onDropped(dropped);
    }
  }

  #take(): Message | undefined {
    const kept = this.#kept.shift();
    this.#keptLength -= kept?.length ?? 0;
    return kept?.message;
  }

  #sendKept(): void {
    while (this.#isOpen) {
      const message = this.#take();
      if (message === undefined) return;
      this.#sendOn(message, this.#stream());
    }
  }
}
