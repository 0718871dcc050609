import type { CapabilityKind } from "@hub/core";
import { isJsonObject } from "@hub/core/json";
import type { ReadyHeaders } from "@hub/core/upstream";
import {
  codes,
  connectionHeaders,
  encodeHeaderValue,
  errorText,
  headerMismatch,
  headersForArguments,
  type JsonRpcRequest,
  metaKeys,
  modernVersion,
  resultText,
} from "@hub/mcp";
import { HeldCall, type Waited } from "../calls/held-call.js";
import type { MayWait } from "../calls/may-wait.js";
import { routeOnceMore } from "../catalogue/once-more.js";
import {
  argumentsText,
  calledMethods,
  type Route,
  routeRequest,
  textFor,
  type Written,
} from "../catalogue/routing.js";
import type { View } from "../catalogue/view.js";
import type { HubTools } from "../hub-tools/hub-tools.js";
import { locateResource } from "../relay/locate-resource.js";
import { relayModernToModern } from "../relay/modern-to-modern.js";
import { relayRewrittenToModern } from "../relay/modern-to-modern-rewritten.js";
import type { PendingInput } from "../relay/pending-input.js";
import { HttpReply } from "../reply/http-reply.js";
import { sendPieces, sendText } from "../reply/send-text.js";
import { takeStreamPlace } from "../reply/stream-place.js";
import { clientName } from "../session/modern-caller.js";
import type { GatewayContext } from "../upstream/context.js";
import { postHeaders } from "../upstream/legacy-link.js";
import type { Watchers } from "../upstream/watchers.js";
import { resultPieces } from "../wire/pieces.js";
import { absoluteUri, isAbsoluteUri, shownUri } from "./absolute-uri.js";
import { discoverResult } from "./identity.js";
import type { Incoming } from "./incoming.js";
import { cursorProblem, listMethods } from "./list-requests.js";
import type { Listeners } from "./listeners.js";
import { checkModern } from "./modern-checks.js";
import { offersSessions, sessionKeepers } from "./offered-revision.js";
import { Subscription } from "./subscription.js";

/** What every call carries, up to the value of the last one. */
const callHeaders: ReadyHeaders = [
  ...Object.entries(postHeaders).flat(),
  "accept-encoding",
  "identity",
  "mcp-protocol-version",
  modernVersion,
  "mcp-method",
];

const parameterPrefix = "mcp-param-";
const letterM = 109;

export type ModernEndpointOptions = {
  readonly context: GatewayContext;
  readonly pendingInput: PendingInput;
  readonly listeners: Listeners;
  readonly watchers: Watchers;
  readonly hubTools: HubTools;
  readonly version: string;
};

/** Answers clients of 2026-07-28: every request stands for itself. */
export class ModernEndpoint {
  readonly #options: ModernEndpointOptions;
  readonly #subscriptions = new Set<Subscription>();

  constructor(options: ModernEndpointOptions) {
    this.#options = options;
  }

  handle(message: JsonRpcRequest, incoming: Incoming, written: Written, waited?: Waited): void {
    const { response, always } = incoming;
    const { method } = message;
    const refusal = checkModern(message, incoming.request.headers);
    if (refusal !== undefined) {
      const text = errorText(message.id, refusal.error);
      if (waited === undefined) sendText(response, refusal.status, text, always);
      else waited.held.refuse(text, refusal.status);
      return;
    }
    const view = this.#options.context.views.of(incoming.selection);
    if (waited !== undefined && calledMethods.has(method)) {
      this.#route(message, written, incoming, waited.held);
      return;
    }
    if (waited?.held.leaveToHub(waited.entry) === false) return;
    const kind = listMethods.get(method);
    if (kind !== undefined) this.#list(message, view, kind, incoming);
    else if (calledMethods.has(method)) this.#call(message, written, view, incoming);
    else if (method === "server/discover") this.#discover(message, view, incoming);
    else if (method === "subscriptions/listen") this.#listen(message, incoming);
    else
      sendText(
        response,
        404,
        errorText(message.id, {
          code: codes.methodNotFound,
          message: `Method not found: ${method.slice(0, 100)}`,
        }),
        always,
      );
  }

  /** Ends every open stream as the revision says: with a result. */
  close(): void {
    for (const subscription of this.#subscriptions) subscription.finish();
    this.#subscriptions.clear();
  }

  #discover({ id }: JsonRpcRequest, view: View, incoming: Incoming): void {
    const { response, always, wantsModern, selection } = incoming;
    const { context, version } = this.#options;
    const keepers = wantsModern ? [] : sessionKeepers(selection, context.catalogue.list());
    if (keepers.length === 0)
      sendText(response, 200, resultText(id, discoverResult(view, version)), always);
    // As a server of the 2025 revisions says it, so that clients go on as they do with one.
    else sendText(response, 200, errorText(id, offersSessions(keepers)), always);
  }

  #list(message: JsonRpcRequest, view: View, kind: CapabilityKind, incoming: Incoming): void {
    const { response, always, principal } = incoming;
    const refusal = cursorProblem(message);
    if (refusal === undefined)
      sendPieces(
        response,
        200,
        resultPieces(message.id, view.answer(kind, true, principal.kind !== "anonymous")),
        always,
      );
    else sendText(response, 200, errorText(message.id, refusal), always);
  }

  #call(message: JsonRpcRequest, written: Written, view: View, incoming: Incoming): void {
    const { hubTools } = this.#options;
    if (message.method === "tools/call") {
      const own = hubTools.handle(view, message, true, incoming.principal);
      const { response, always } = incoming;
      switch (own?.kind) {
        case "answer":
          sendText(response, 200, own.text, always);
          return;
        case "later":
          own.text.then((text) => sendText(response, 200, text, always)).catch(incoming.onFault);
          return;
        case "call":
          this.#route(own.call, { ...written, isInside: true }, incoming);
          return;
      }
    }
    this.#route(message, written, incoming);
  }

  #route(message: JsonRpcRequest, written: Written, incoming: Incoming, held?: HeldCall): void {
    const { context } = this.#options;
    const { onFault, selection } = incoming;
    let view = context.views.of(selection);
    routeOnceMore({
      find: () => {
        view = context.views.of(selection);
        return routeRequest(view, message.method, message.params);
      },
      catchUp: context.catchUp,
      onError: (error) => {
        const text = errorText(message.id, error);
        if (held === undefined) sendText(incoming.response, 200, text, incoming.always);
        else held.refuse(text, 200);
      },
      onRoute: (route) => {
        if (route.others !== undefined && route.others.length > 0)
          return void locateResource(context, message, [route.entry, ...route.others])
            .then((entry) =>
              this.#send(message, written, { ...route, entry }, view, incoming, held),
            )
            .catch(onFault);
        this.#send(message, written, route, view, incoming, held);
      },
      onFault,
    });
  }

  /** `held`: it has waited for its server. */
  #send(
    message: JsonRpcRequest,
    written: Written,
    route: Route,
    view: View,
    incoming: Incoming,
    held?: HeldCall,
  ): void {
    const { context } = this.#options;
    const { entry, params, name } = route;
    const { response, via, always } = incoming;
    // The headers of a request say nothing of one that came inside of it.
    const isIndirect = written.isInside === true;
    const asked = params === undefined ? message : { ...message, params };
    const rewrites = view.rewrites.get(entry.record.id);
    const candidates = context.instances.candidates(entry);
    const waiting = () => this.#held(message, written, route, incoming);
    if (held === undefined && context.restarts.mustWait(entry, candidates[0]) && waiting().wait())
      return;
    const waits: MayWait = held?.waits ?? {
      onUnreached: (failure, running) => waiting().wait(failure, running),
    };
    const modern = candidates.filter((one) => one.eraIn(entry) === "modern");
    if (modern.length > 0 || candidates.length === 0) {
      const call = {
        ...waits,
        id: message.id,
        entry,
        method: message.method,
        name,
        body: textFor(written, message, route) ?? JSON.stringify(asked),
        headers: upstreamHeaders(
          asked,
          route,
          isIndirect ? { argumentsText: argumentsText(written) } : incoming.request.rawHeaders,
          connectionHeaders(incoming.request.headers.connection),
        ),
        via,
        client: clientName(message.params?._meta?.[metaKeys.clientInfo]),
        principal: incoming.principal,
        from: incoming.from,
        cameWith: incoming.request.headers,
        peer: incoming.peer,
        params,
        always,
      };
      // A stream that tells how it waits has begun already, so the rest comes message by message.
      const isAsItComes = rewrites === undefined && held?.reply.isStream !== true;
      if (isAsItComes) relayModernToModern(context, call, modern, response);
      else {
        const reply = held?.reply ?? new HttpReply(incoming, context);
        relayRewrittenToModern(context, call, modern, reply, rewrites);
      }
      return;
    }
    const reply = held?.reply ?? new HttpReply(incoming, context);
    const given = message.params?.arguments;
    const problem = isIndirect
      ? undefined
      : headerMismatch(route.headers ?? [], given, incoming.request.headers);
    if (problem !== undefined) {
      const error = { code: codes.headerMismatch, message: `Header mismatch: ${problem}` };
      reply.message(errorText(message.id, error), 400);
      waits.running?.end("error");
      return;
    }
    this.#options.pendingInput.handle({
      ...waits,
      entry,
      request: asked,
      argumentsText: () => argumentsText(written),
      name,
      reply,
      rewrites,
      via,
      principal: incoming.principal,
    });
  }

  #held(message: JsonRpcRequest, written: Written, route: Route, incoming: Incoming): HeldCall {
    const { context } = this.#options;
    const { principal, selectionFor } = incoming;
    const { id, method, params } = message;
    return new HeldCall(context, {
      entry: route.entry,
      id,
      method,
      name: route.name,
      client: clientName(params?._meta?.[metaKeys.clientInfo]),
      principal,
      params: route.params ?? params,
      toolset: selectionFor(principal).toolset,
      bytes: written.text.length,
      reply: new HttpReply(incoming, context),
      progressToken: params?._meta?.progressToken,
      selection: () => selectionFor(principal),
      send: (entry, held) => {
        const view = context.views.of(selectionFor(principal));
        this.#send(message, written, { ...route, entry }, view, incoming, held);
      },
    });
  }

  #listen(message: JsonRpcRequest, incoming: Incoming): void {
    const { principal, selectionFor, response, always } = incoming;
    const filter = message.params?.notifications;
    if (!isJsonObject(filter)) {
      const error = {
        code: codes.invalidParams,
        message: "Expected params.notifications to be an object",
      };
      sendText(response, 200, errorText(message.id, error), always);
      return;
    }
    const { resourceSubscriptions: uris } = filter;
    const wrong = Array.isArray(uris) ? uris.findIndex((uri) => !isAbsoluteUri(uri)) : -1;
    if (Array.isArray(uris) && wrong !== -1) {
      const where = `params.notifications.resourceSubscriptions[${wrong}]`;
      const text = `Expected ${where} to be ${absoluteUri}, got ${shownUri(uris[wrong])}`;
      const error = { code: codes.invalidParams, message: text };
      sendText(response, 200, errorText(message.id, error), always);
      return;
    }
    const { context, listeners, watchers } = this.#options;
    const reply = new HttpReply(incoming, context);
    const refused = takeStreamPlace(context, incoming, message.id);
    if (refused !== undefined) {
      reply.message(refused.text, refused.status, refused.headers);
      return;
    }
    const subscription: Subscription = new Subscription({
      id: message.id,
      reply,
      selection: () => selectionFor(principal),
      context,
      listeners,
      watchers,
      onEnd: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    subscription.start(filter);
  }
}

/**
 * The headers of a request as its server shall see them: names as it knows them, arguments as received.
 * Where none were received for it, they are made from its arguments.
 */
function upstreamHeaders(
  { method, params }: JsonRpcRequest,
  route: Route,
  received: readonly string[] | { readonly argumentsText: string | undefined },
  ofConnection: ReadonlySet<string>,
): ReadyHeaders {
  const headers = [...callHeaders, method];
  const named = route.name ?? params?.uri;
  if (method !== "completion/complete" && typeof named === "string")
    headers.push("mcp-name", encodeHeaderValue(named));
  if ("argumentsText" in received) {
    const { argumentsText } = received;
    const made = headersForArguments(route.headers ?? [], params?.arguments, argumentsText);
    return [...headers, ...Object.entries(made).flat()];
  }
  // The raw list is quicker to look through than the object made of it.
  for (let index = 0; index < received.length; index += 2) {
    const name = received[index] ?? "";
    // Most names are ruled out by their first letter, which costs no new text.
    const isParameter =
      (name.charCodeAt(0) | 32) === letterM &&
      name.length > parameterPrefix.length &&
      name.slice(0, parameterPrefix.length).toLowerCase() === parameterPrefix;
    if (isParameter && !ofConnection.has(name.toLowerCase()))
      headers.push(name.toLowerCase(), received[index + 1] ?? "");
  }
  return headers;
}
