import { codes, errorText, type JsonRpcRequest, resourceUpdated, resultText } from "@hub/mcp";
import { routeRequest } from "../catalogue/routing.js";
import type { View } from "../catalogue/view.js";
import { sharerOf } from "../reply/peer.js";
import { refusalOf } from "../reply/refuse-more.js";
import type { Reply } from "../reply/reply.js";
import type { ClientSession } from "../session/client-session.js";
import { canSubscribe } from "../upstream/announced-changes.js";
import type { Following } from "../upstream/watchers.js";
import { absoluteUri, isAbsoluteUri, shownUri } from "./absolute-uri.js";
import type { LegacyEndpointOptions } from "./legacy-endpoint-options.js";
import { doneAs } from "./not-kept.js";
import { tellHubs } from "./tell-hubs.js";

/** What following needs. */
type Followable = Pick<LegacyEndpointOptions, "context" | "watchers" | "peers">;

const mostSubscriptions = 1_000;
const retryAfterMs = 30_000;
/** Of one URI to follow: it is kept, here and at the server, as long as somebody follows it. */
export const longestFollowed = 8_192;

/** Answers `resources/subscribe` and `resources/unsubscribe` of a 2025 client. */
export function followResource(
  options: Followable,
  session: ClientSession,
  view: View,
  message: JsonRpcRequest,
  reply: Reply,
  onFault: (error: unknown) => void,
): void {
  const uri = message.params?.uri;
  if (!isAbsoluteUri(uri)) {
    const text = `Expected params.uri to be ${absoluteUri}, got ${shownUri(uri)}`;
    reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
    return;
  }
  if (uri.length > longestFollowed) {
    const text = `A URI to follow may have at most ${longestFollowed} characters, got ${uri.length}`;
    reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
    return;
  }
  const done = () => reply.message(resultText(message.id, doneAs(session.followed.isStored(uri))));
  if (message.method === "resources/unsubscribe") {
    session.follow(uri, undefined).then(done).catch(onFault);
    return;
  }
  const routing = routeRequest(view, message.method, message.params);
  if ("error" in routing) {
    reply.message(errorText(message.id, routing.error));
    return;
  }
  const { entry, params } = routing.route;
  if (!canSubscribe(entry)) {
    const text = `${entry.record.name} (${entry.record.id}) does not announce changes of its resources.`;
    reply.message(errorText(message.id, { code: codes.methodNotFound, message: text }));
    return;
  }
  const { followed } = session;
  const isMore = !followed.has(uri) && !followed.missing.includes(uri);
  if (isMore && followed.size >= mostSubscriptions) {
    const text = `A session may follow at most ${mostSubscriptions} resources`;
    reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
    return;
  }
  void session.follow(uri, undefined);
  const following = begin(options, session, entry.record.id, String(params?.uri), uri);
  if (following === undefined) {
    const cause = `the resources that ${sharerOf(session.peer)} follows use all the memory that the hub gives it.`;
    const failure = { code: "TOO_MANY_FOLLOWED", cause } as const;
    const refused = refusalOf(message.id, failure, retryAfterMs);
    reply.message(refused.text, refused.status, refused.headers);
    return;
  }
  const stored = session.follow(uri, following);
  // From the answer on, the client hears of every change, also where it listens at another hub.
  Promise.all([following.isFollowed, stored.then(() => followElsewhere(options, session, uri))])
    .then(done)
    .catch(onFault);
}

/** Resolves when the hub at which the client listens follows the resource, too, or was given its time. */
async function followElsewhere(
  { peers }: Followable,
  session: ClientSession,
  uri: string,
): Promise<void> {
  if (session.hasStream) return;
  const principalId = session.principal.id;
  await tellHubs(peers, { kind: "session-resource", principalId, sessionId: session.id, uri });
}

/** Follows what a session follows at another hub or did in an earlier process, as far as that can be followed now. */
export function followAgain(
  options: Followable,
  session: ClientSession,
  uris: readonly string[],
): void {
  const view = options.context.views.of(session.selection);
  for (const uri of uris) {
    const routing = routeRequest(view, "resources/subscribe", { uri });
    if ("error" in routing) continue;
    const { entry, params } = routing.route;
    if (!canSubscribe(entry)) continue;
    const following = begin(options, session, entry.record.id, String(params?.uri), uri);
    if (following !== undefined) session.followed.resume(uri, following);
  }
}

/** Undefined when there is no room to follow it. */
function begin(
  { context, watchers }: Followable,
  session: ClientSession,
  serverId: string,
  uri: string,
  shownUri: string,
): Following | undefined {
  const updated = { jsonrpc: "2.0", method: resourceUpdated };
  return watchers.follow({
    serverId,
    uri,
    shownUri,
    peer: session.peer,
    onUpdated: () => {
      if (context.views.mayFollow(session.selection, serverId))
        session.tell({ data: JSON.stringify({ ...updated, params: { uri: shownUri } }) });
    },
  });
}
