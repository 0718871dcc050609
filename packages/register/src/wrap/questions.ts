import { canAnswer, codes, type JsonRpcId, type JsonRpcRequest, type Outcome } from "@hub/mcp";
import type { Client } from "./client.js";
import { failed } from "./json-rpc.js";

/** Elicitations whose end may still be told; the oldest is forgotten first. */
const mostElicited = 100;

/** What one server asked of clients and waits for. */
export class Questions {
  readonly #asked = new Map<JsonRpcId, AbortController>();
  readonly #elicited = new Map<unknown, Client>();

  /** Asks a client what it said it can answer, and nothing else. */
  async ask(request: JsonRpcRequest, client: Client): Promise<Outcome> {
    const { id, method, params } = request;
    if (!canAnswer(client.capabilities, method))
      return failed(codes.methodNotFound, `The client does not support ${method}`);
    if (typeof params?.elicitationId === "string") this.#remember(params.elicitationId, client);
    const controller = new AbortController();
    this.#asked.set(id, controller);
    try {
      return await client.ask(request, controller.signal);
    } finally {
      if (this.#asked.get(id) === controller) this.#asked.delete(id);
    }
  }

  /** The server does not wait for this answer any more. */
  takeBack(id: JsonRpcId): void {
    this.#asked.get(id)?.abort();
  }

  takeAllBack(): void {
    for (const controller of this.#asked.values()) controller.abort();
  }

  /** Who was asked to do something elsewhere; that it is done is told later, in the course of no call. */
  clientOf(elicitationId: unknown): Client | undefined {
    return this.#elicited.get(elicitationId);
  }

  #remember(elicitationId: string, client: Client): void {
    this.#elicited.set(elicitationId, client);
    const [oldest] = this.#elicited.keys();
    if (this.#elicited.size > mostElicited) this.#elicited.delete(oldest);
  }
}
