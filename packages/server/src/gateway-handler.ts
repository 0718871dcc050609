import type { IncomingMessage, ServerResponse } from "node:http";
import { HubError } from "@hub/core";
import { actorOf, nobody, type Principal } from "@hub/core/access";
import { accessRefusal, type Gateway, hubEndpointOf, refusesAccess } from "@hub/gateway";
import { type Arrivals, receivedBy } from "./access/arrival.js";
import type { Callers } from "./access/callers.js";
import type { Gate } from "./access/gate.js";
import { headOfIncoming } from "./access/request-head.js";
import { closedTo, mcpAccess } from "./access/routes.js";
import { exposedHeaders, headersOfEveryAnswer } from "./api/answer-headers.js";
import { createGuard, type GuardOptions, guardedIncoming } from "./api/guard.js";
import { problemAnswer } from "./api/problem.js";
import type { Audit } from "./audit/audit.js";
import { sendProblem } from "./boundary.js";

/**
 * Takes the requests that are its own; false leaves one to the REST API. What is taken may be answered later:
 * a promise rejects with what went wrong until then.
 */
export type TakeRequest = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | Promise<void>;

export type GatewayHandlerOptions = {
  readonly gateway: Gateway;
  readonly guard: GuardOptions;
  /** Says how requests came. */
  readonly arrivals: Arrivals;
  readonly gate: Gate;
  /** What each caller may ask. */
  readonly callers: Callers;
  readonly audit: Pick<Audit, "refused">;
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
  arrivals,
  gate,
  callers,
  audit,
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
    const arrival = arrivals.of(receivedBy(request));
    if (HubError.is(arrival)) {
      sendProblem(response, problemAnswer(arrival), always);
      return true;
    }
    const judged = guardedIncoming(request, arrival);
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
    const query = mark === -1 ? "" : url.slice(mark + 1);
    const head = headOfIncoming(request, arrival);
    const refuse = (error: HubError, asker: Principal) => {
      const subject = `${request.method} ${url.slice(0, mark === -1 ? undefined : mark).slice(0, 200)}`;
      audit.refused({ who: actorOf(asker), from: arrival.address, error, subject });
      sendRefusal(response, error, gate.challenge(error, head), headersOfAnswer);
    };
    const answer = (asker: Principal | HubError) => {
      if (HubError.is(asker)) return refuse(asker, nobody);
      const closed =
        callers.admit(head, asker, arrival, request) ??
        closedTo(asker, mcpAccess) ??
        (request.method === "POST" ? callers.begin(asker, response) : undefined);
      if (closed !== undefined) return refuse(closed, asker);
      // What its principal has open, the gateway ends; what was opened with a session ends with that.
      const whileOpen =
        head.header("cookie") === undefined
          ? undefined
          : (end: () => void) => gate.whileOpen(head, end);
      if (whileOpen !== undefined)
        response.on(
          "close",
          whileOpen(() => response.destroy()),
        );
      const by = { principal: asker, from: arrival.address, whileOpen };
      gateway.handle(request, response, endpoint, query, headersOfAnswer, by);
    };
    const identified = gate.identify(head);
    if (!(identified instanceof Promise)) {
      answer(identified);
      return true;
    }
    return identified.then((later) => {
      // Its sender may have left meanwhile, and says so only once.
      if (!response.destroyed) answer(later);
    });
  };
}

/** A refusal as MCP clients expect it. What still comes is read, so that the client sees the answer. */
function sendRefusal(
  response: ServerResponse,
  refusal: HubError,
  challenge: string | undefined,
  always: Readonly<Record<string, string>>,
): void {
  const { code, message, retryAfterMs } = refusal;
  if (!refusesAccess(code)) {
    sendProblem(response, problemAnswer(refusal), always);
    return;
  }
  const { status, text } = accessRefusal(code, message);
  response.req.resume();
  response.writeHead(status, {
    ...always,
    "content-type": "application/json",
    "cache-control": "no-store",
    ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
    ...(retryAfterMs === undefined
      ? {}
      : { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) }),
  });
  response.end(text);
}

function noPage(): HubError {
  return new HubError(
    "NO_PAGE_HERE",
    "This is an MCP endpoint, which browsers do not open: give its URL to an MCP client. The web UI is at /.",
  );
}
