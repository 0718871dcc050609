import type { IncomingMessage, ServerResponse } from "node:http";
import { HubError } from "@hub/core";
import { type Gateway, hubEndpointOf } from "@hub/gateway";
import { exposedHeaders, headersOfEveryAnswer } from "./api/answer-headers.js";
import { createGuard, type GuardOptions, guardedIncoming } from "./api/guard.js";
import { problemAnswer } from "./api/problem.js";
import { sendProblem } from "./boundary.js";

/** Takes the requests that are its own; false leaves one to the REST API. */
export type TakeRequest = (request: IncomingMessage, response: ServerResponse) => boolean;

export type GatewayHandlerOptions = {
  readonly gateway: Gateway;
  readonly guard: GuardOptions;
  readonly hubId: string;
};

/** What a browser says it wants an answer for when it would show it as a page, or as a part of one. */
const documents = new Set(["document", "iframe", "frame", "embed", "object"]);

/** Whether a browser would show the answer to a person, rather than hand it to a program. */
function asksForPage({ headers }: IncomingMessage): boolean {
  const destination = headers["sec-fetch-dest"];
  return (
    headers["sec-fetch-mode"] === "navigate" ||
    (typeof destination === "string" && documents.has(destination))
  );
}

/**
 * Lets MCP traffic into the gateway by the shortest way: the same checks as everywhere, then straight on,
 * without the web framework in between.
 */
export function createGatewayHandler({
  gateway,
  guard: options,
  hubId,
}: GatewayHandlerOptions): TakeRequest {
  const guard = createGuard(options, hubId);
  const always = headersOfEveryAnswer(hubId);
  return (request, response) => {
    const url = request.url ?? "/";
    const mark = url.indexOf("?");
    const endpoint = hubEndpointOf(mark === -1 ? url : url.slice(0, mark));
    // What pages ask before they call is answered by the API, for all paths alike.
    if (endpoint === undefined || request.method === "OPTIONS") return false;
    const judged = guardedIncoming(request);
    const refusal = guard.refusal(judged) ?? (asksForPage(request) ? noPage() : undefined);
    if (refusal !== undefined) {
      sendProblem(response, problemAnswer(refusal), always);
      return true;
    }
    const cors = guard.corsOrigin(judged);
    const headersOfAnswer =
      cors === undefined
        ? always
        : {
            ...always,
            "access-control-allow-origin": cors,
            "access-control-expose-headers": exposedHeaders,
            vary: "Origin",
          };
    gateway.handle(
      request,
      response,
      endpoint,
      mark === -1 ? "" : url.slice(mark + 1),
      headersOfAnswer,
    );
    return true;
  };
}

function noPage(): HubError {
  return new HubError(
    "NO_PAGE_HERE",
    "This is an MCP endpoint, which browsers do not open: give its URL to an MCP client. The web UI is at /.",
  );
}
