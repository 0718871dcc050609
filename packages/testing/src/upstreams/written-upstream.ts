import type { UpstreamCall } from "./upstream-call.js";

/** Answers a call with a result that is written so, as servers do whose numbers have more digits than JavaScript's. */
export function answerWritten(call: UpstreamCall, members: string): undefined {
  const id = JSON.stringify(call.id ?? null);
  call.response.writeHead(200, { "content-type": "application/json" });
  call.response.end(`{"jsonrpc":"2.0","id":${id},"result":{${members}}}`);
}
