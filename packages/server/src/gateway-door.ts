import type { IncomingMessage, ServerResponse } from "node:http";
import { HubError } from "@hub/core";
import { type Gateway, targetOf } from "@hub/gateway";
import { exposedHeaders, headersOfEveryAnswer } from "./api/answer-headers.js";
import { createGuard, type GuardOptions } from "./api/guard.js";
import { problemResponse } from "./api/problem.js";
import { hubViaHeader } from "./probe/index.js";

/** Takes the requests that are its own; false leaves one to the REST API. */
export type Door = (request: IncomingMessage, response: ServerResponse) => boolean;

export type GatewayDoorOptions = {
  readonly gateway: Gateway;
  readonly guard: GuardOptions;
  readonly hubId: string;
};

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/**
 * Lets MCP traffic into the gateway by the shortest way: the same checks as everywhere, then straight on,
 * without the web framework in between.
 */
export function createGatewayDoor({ gateway, guard: options, hubId }: GatewayDoorOptions): Door {
  const guard = createGuard(options, hubId);
  const always = headersOfEveryAnswer(hubId);
  return (request, response) => {
    const url = request.url ?? "/";
    const mark = url.indexOf("?");
    const target = targetOf(mark === -1 ? url : url.slice(0, mark));
    // What pages ask before they call is answered by the API, for all paths alike.
    if (target === undefined || request.method === "OPTIONS") return false;
    const { headers, method = "GET" } = request;
    const judged = {
      method,
      host: headers.host ?? "",
      origin: single(headers.origin),
      site: single(headers["sec-fetch-site"]),
      via: single(headers[hubViaHeader]),
    };
    try {
      guard.check(judged);
    } catch (error) {
      if (!HubError.is(error)) throw error;
      void refuse(request, response, error, always);
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
      target,
      mark === -1 ? "" : url.slice(mark + 1),
      headersOfAnswer,
    );
    return true;
  };
}

async function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: HubError,
  always: Readonly<Record<string, string>>,
): Promise<void> {
  const problem = problemResponse(error);
  const body = await problem.text();
  // What still comes is read and dropped, so that the client sees the answer.
  request.resume();
  response.writeHead(problem.status, { ...always, ...Object.fromEntries(problem.headers) });
  response.end(body);
}
