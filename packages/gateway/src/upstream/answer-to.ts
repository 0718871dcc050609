import type { UpstreamFailure } from "@hub/core/upstream";
import { answersRequest, envelopeOf, type Headers, type JsonRpcId } from "@hub/mcp";
import { type Patience, type Start, startBrief } from "./brief-exchange.js";
import { notMcp, wantsToken } from "./classify-answer.js";
import { invalid, LinkError, notLetIn } from "./link-error.js";

type Answer = {
  readonly data: string;
  readonly status: number;
  readonly headers: Headers;
};

/**
 * The answer to a request, which must come within a time. What a server says before it is passed over: some
 * tell of changes even before they have introduced themselves. Rejects with LinkError.
 */
export function answerTo(id: JsonRpcId, start: Start, patience: Patience): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Headers = {};
    let kind: LinkError["kind"] = "broken";
    const fail = (failure: UpstreamFailure) => reject(new LinkError(failure, kind));
    const served = startBrief(
      start,
      {
        onOpen(given, _, received) {
          status = given;
          headers = received;
          if (given === 404 || given === 405) kind = "wrong-era";
        },
        onEvent({ data }) {
          if (data === undefined) return;
          const envelope = envelopeOf(data);
          if (envelope !== undefined && !answersRequest(envelope, id)) return;
          // What is no JSON at all is an answer as well, if a bad one; an empty event is not.
          if (envelope === undefined && data.trim() === "") return;
          served();
          const refusal = wantsToken(status, headers);
          if (refusal !== undefined)
            return fail({ ...invalid(refusal.cause.replace(/\.$/, "")), code: notLetIn });
          resolve({ data, status, headers });
        },
        onEnd() {
          const refusal = notMcp(status, headers);
          const detail = refusal?.cause.replace(/\.$/, "");
          const failure = invalid(detail ?? `it answered HTTP ${status} without a message`);
          fail(refusal?.code === "SERVER_UNAVAILABLE" ? { ...failure, code: notLetIn } : failure);
        },
        onFailure: fail,
      },
      patience,
    );
  });
}

/**
 * Resolves when a server has heard a message without an answer, whatever it says of it: servers that want
 * none of it serve their clients all the same. Rejects with LinkError.
 */
export function heardBy(start: Start, patience: Patience): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (failure: UpstreamFailure) => reject(new LinkError(failure));
    const served = startBrief(
      start,
      {
        onOpen() {
          served();
          resolve();
        },
        onEvent: () => undefined,
        onEnd: () => undefined,
        onFailure: fail,
      },
      patience,
    );
  });
}
