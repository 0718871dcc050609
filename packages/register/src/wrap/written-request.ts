import { AsyncLocalStorage } from "node:async_hooks";
import type { JsonRpcId, Params } from "@hub/mcp";
import type { ReadJson } from "./written-numbers.js";

/** What a 2026-07-28 request was sent with; the SDK, which serves it, is handed plain numbers. */
const sent = new AsyncLocalStorage<Params | undefined>();

interface Message {
  readonly id?: JsonRpcId;
  readonly params?: Params;
}

/** Serves a request, of which `writtenParams` tells the numbers as they were written. */
export function servingWritten<Result>(
  { plain, written }: ReadJson,
  serve: (body: unknown) => Result,
): Result {
  if (plain === written || Array.isArray(plain)) return serve(plain);
  const { id, params } = written as Message; // told from a request of the 2025 revisions by now
  const counted = plain as Message;
  // Ids and progress tokens are handed back as they are, never counted with.
  const body = {
    ...counted,
    ...(id === undefined ? {} : { id }),
    ...(params?._meta === undefined ? {} : { params: { ...counted.params, _meta: params._meta } }),
  };
  return sent.run(params, () => serve(body));
}

/** The parameters of the request that is served, with its numbers as they were written; undefined where all are kept. */
export function writtenParams(): Params | undefined {
  return sent.getStore();
}
