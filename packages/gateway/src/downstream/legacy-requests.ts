import { isJsonObject } from "@hub/core/json";
import { codes, errorText, type JsonRpcRequest, resultText } from "@hub/mcp";
import { HeldCall } from "../calls/held-call.js";
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
import { LegacyCall } from "../relay/legacy-call.js";
import { locateResource } from "../relay/locate-resource.js";
import type { Reply } from "../reply/reply.js";
import type { ClientSession } from "../session/client-session.js";
import { applyLogLevel } from "../upstream/log-level.js";
import { resultPieces } from "../wire/pieces.js";
import { followResource } from "./follow-resource.js";
import type { LegacyEndpointOptions } from "./legacy-endpoint-options.js";
import { cursorProblem, listMethods } from "./list-requests.js";
import { doneAs } from "./not-kept.js";

/** How long a client that sets a level waits for its servers. */
const mostLevelMs = 500;
const longestLevel = 32;

type Caller = {
  readonly options: LegacyEndpointOptions;
  readonly session: ClientSession;
  readonly view: View;
  readonly reply: Reply;
  readonly onFault: (error: unknown) => void;
};

/** Answers one request of a 2025 client whose session is open: here, or by the server it is for. */
export function answerRequest(
  options: LegacyEndpointOptions,
  session: ClientSession,
  message: JsonRpcRequest,
  written: Written,
  reply: Reply,
  onFault: (error: unknown) => void,
): void {
  const { method } = message;
  const view = options.context.views.of(session.selection);
  const caller = { options, session, view, reply, onFault };
  const kind = listMethods.get(method);
  const result = (value: object) => reply.message(resultText(message.id, value));
  if (kind !== undefined) {
    const problem = cursorProblem(message);
    if (problem === undefined) reply.pieces(resultPieces(message.id, view.answer(kind, false)));
    else reply.message(errorText(message.id, problem));
  } else if (calledMethods.has(method)) call(caller, message, written);
  else if (method === "ping") result({});
  else if (method === "logging/setLevel") {
    setLevel(session, message)
      .then(() => result(doneAs(session.isLogLevelStored)))
      .catch(onFault);
  } else if (method === "resources/subscribe" || method === "resources/unsubscribe")
    followResource(options, session, view, message, reply, onFault);
  else if (method.startsWith("tasks/")) askTask(caller, message, written);
  else
    reply.message(
      errorText(message.id, {
        code: codes.methodNotFound,
        message: `Method not found: ${method.slice(0, 100)}`,
      }),
    );
}

function call(caller: Caller, message: JsonRpcRequest, written: Written): void {
  const { options, view, reply, onFault } = caller;
  if (message.method === "tools/call") {
    const own = options.hubTools.handle(view, message, false, caller.session.principal);
    switch (own?.kind) {
      case "answer":
        reply.message(own.text);
        return;
      case "later":
        own.text.then((text) => reply.message(text)).catch(onFault);
        return;
      case "call":
        route(caller, own.call, { ...written, isInside: true });
        return;
    }
  }
  route(caller, message, written);
}

function route(caller: Caller, message: JsonRpcRequest, written: Written): void {
  const { options, session, reply, onFault } = caller;
  const { context } = options;
  let current = caller;
  routeOnceMore({
    find: () => {
      current = { ...caller, view: context.views.of(session.selection) };
      return routeRequest(current.view, message.method, message.params);
    },
    catchUp: context.catchUp,
    onError: (error) => reply.message(errorText(message.id, error)),
    onRoute: (found) => {
      if (found.others === undefined || found.others.length === 0) {
        send(current, message, written, found);
        return;
      }
      locateResource(context, message, [found.entry, ...found.others])
        .then((entry) => send(current, message, written, { ...found, entry }))
        .catch(onFault);
    },
    onFault,
  });
}

function askTask(caller: Caller, message: JsonRpcRequest, written: Written): void {
  const { session, view, reply } = caller;
  const entry = session.tasks.findServer(view, message);
  if (entry === undefined) {
    const text = `Unknown task: ${JSON.stringify(message.params?.taskId)?.slice(0, 100) ?? "nothing"}`;
    reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
    return;
  }
  send(caller, message, written, { entry, params: message.params });
}

/** `held`: it has waited for its server. */
function send(
  caller: Caller,
  message: JsonRpcRequest,
  written: Written,
  found: Route,
  held?: HeldCall,
): void {
  const { options, session, view, reply, onFault } = caller;
  const { context } = options;
  const { entry, params, name, headers = [] } = found;
  const waiting = () => heldCall(caller, message, written, found);
  if (held === undefined) {
    const home = session.servers.links.get(entry.record.id)?.instance;
    const best = context.instances.first(entry);
    if (context.restarts.mustWait(entry, best, home) && waiting().wait()) return;
  }
  const remember = (text: string) => {
    session.tasks.remember(entry.record.id, text);
    session
      .changed()
      .then(() => reply.message(text))
      .catch(onFault);
  };
  const relay = new LegacyCall(context, {
    ...(held?.waits ?? {
      onUnreached: (failure, running) => waiting().wait(failure, running),
    }),
    session,
    entry,
    request: params === undefined ? message : { ...message, params },
    text: textFor(written, message, found),
    argumentsText: () => argumentsText(written),
    name,
    headers,
    reply,
    rewrites: view.rewrites.get(entry.record.id),
    onResponse: isJsonObject(message.params?.task) ? remember : undefined,
  });
  relay.start().catch(onFault);
}

function heldCall(
  caller: Caller,
  message: JsonRpcRequest,
  written: Written,
  found: Route,
): HeldCall {
  const { options, session, reply } = caller;
  const { id, method, params } = message;
  return new HeldCall(options.context, {
    entry: found.entry,
    id,
    method,
    name: found.name,
    client: session.client,
    principal: session.principal,
    params: found.params ?? params,
    toolset: session.selection.toolset,
    bytes: written.text.length,
    reply,
    progressToken: params?._meta?.progressToken,
    selection: () => session.selection,
    send: (entry, held) => {
      const view = options.context.views.of(session.selection);
      send({ ...caller, view }, message, written, { ...found, entry }, held);
    },
    onWait: (cancel) => {
      session.calls.set(id, cancel);
      return () => {
        if (session.calls.get(id) === cancel) session.calls.delete(id);
      };
    },
  });
}

/** Waits until the servers know it, so that the next call obeys it, but not for one that hangs. */
async function setLevel(session: ClientSession, { params }: JsonRpcRequest): Promise<void> {
  const level = params?.level;
  // It is kept as long as the session; the levels of MCP are short words.
  if (typeof level !== "string" || level.length > longestLevel) return;
  await session.setLogLevel(level);
  // By now also those that another hub has just opened.
  const links = [...session.servers.links.values()];
  await Promise.all(links.map((link) => applyLogLevel(link, level, mostLevelMs)));
}
