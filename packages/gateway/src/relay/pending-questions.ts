import { isJsonObject, type JsonObject } from "@hub/core/json";
import type { JsonRpcId, JsonRpcRequest } from "@hub/mcp";

type Question = { readonly serverId: JsonRpcId; readonly request: JsonObject };

/** What a 2025 server asked in the middle of a call and has no answer to yet, under keys of the hub. */
export class PendingQuestions {
  readonly #open = new Map<string, Question>();
  #lastKey = 0;

  get size(): number {
    return this.#open.size;
  }

  add({ id: serverId, method, params }: JsonRpcRequest): void {
    this.#lastKey += 1;
    const request = isJsonObject(params) ? { method, params } : { method };
    this.#open.set(`hub-${this.#lastKey}`, { serverId, request });
  }

  /** What an input-required result says of all of them. */
  get requests(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries([...this.#open].map(([key, { request }]) => [key, request]));
  }

  /** Takes the answers a client brought back, as `inputResponses`; those that are missing stay open. */
  answered(responses: JsonObject): { readonly serverId: JsonRpcId; readonly result: JsonObject }[] {
    return [...this.#open].flatMap(([key, { serverId }]) => {
      const result = Object.hasOwn(responses, key) ? responses[key] : undefined;
      if (!isJsonObject(result)) return [];
      this.#open.delete(key);
      return [{ serverId, result }];
    });
  }

  /** The server wants no answer any more. Returns how many of its questions that were. */
  takeBack(serverId: unknown): number {
    const taken = [...this.#open].filter(([, question]) => question.serverId === serverId);
    for (const [key] of taken) this.#open.delete(key);
    return taken.length;
  }

  clear(): void {
    this.#open.clear();
  }
}
