import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * A fetch that hands on a stream of events one by one. SDK v1's client of HTTP+SSE loses progress that comes in
 * one piece with its result, whoever sends it so; what a server sent is to be seen all the same.
 */
export const fetchEventByEvent: typeof fetch = async (url, init) => {
  const response = await fetch(url, init);
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (!isStream || response.body === null) return response;
  const { status, headers } = response;
  return new Response(response.body.pipeThrough(oneByOne()), { status, headers });
};

function oneByOne(): TransformStream<Uint8Array, Uint8Array> {
  let rest = "";
  const decoder = new TextDecoder();
  return new TransformStream({
    async transform(chunk, controller) {
      rest += decoder.decode(chunk, { stream: true });
      for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
        controller.enqueue(new TextEncoder().encode(rest.slice(0, end + 2)));
        rest = rest.slice(end + 2);
        await nextTurn();
      }
    },
  });
}
