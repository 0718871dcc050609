import type { JsonObject } from "@hub/core/json";
import { type JsonRpcId, type ListKind, listChanged, metaKeys, resourceUpdated } from "@hub/mcp";
import { routeRequest } from "../catalogue/routing.js";
import type { Selection } from "../catalogue/selection.js";
import type { Reply } from "../reply/reply.js";
import type { GatewayContext } from "../upstream/context.js";
import type { Watchers } from "../upstream/watchers.js";
import { longestFollowed } from "./follow-resource.js";
import type { Listeners } from "./listeners.js";

const filters = {
  tools: "toolsListChanged",
  prompts: "promptsListChanged",
  resources: "resourcesListChanged",
} as const satisfies Record<ListKind, string>;

const mostResources = 1_000;

export type SubscriptionOptions = {
  readonly id: JsonRpcId;
  readonly reply: Reply;
  readonly selection: () => Selection;
  readonly context: GatewayContext;
  readonly listeners: Listeners;
  readonly watchers: Watchers;
  readonly onEnd: () => void;
};

/** One `subscriptions/listen` of a modern client: a stream that tells of changes until it is closed. */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #stops: (() => void)[] = [];
  readonly #asked: Promise<unknown>[] = [];
  /** What happens before the acknowledgement. */
  #waiting: { readonly method: string; readonly params: object }[] | undefined = [];

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  /** `filter`: what it is to be told. Of what the hub cannot tell of, the acknowledgement says nothing. */
  start(filter: JsonObject): void {
    const { listeners, reply, selection } = this.#options;
    const kinds = (Object.keys(filters) as ListKind[]).filter(
      (kind) => filter[filters[kind]] === true,
    ); // the keys of `filters` are its kinds
    const uris = (Array.isArray(filter.resourceSubscriptions) ? filter.resourceSubscriptions : [])
      .filter((uri): uri is string => typeof uri === "string" && uri.length <= longestFollowed)
      .slice(0, mostResources);
    const followed = [...new Set(uris)].filter((uri) => this.#follow(uri));
    this.#options.reply.openStream();
    this.#stops.push(
      listeners.add(selection, new Set(kinds), (kind) => this.#send(listChanged(kind), {})).stop,
    );
    this.#stops.push(
      reply.onGone(() => {
        this.#stop();
        this.#options.onEnd();
      }),
    );
    const honoured = {
      ...Object.fromEntries(kinds.map((kind) => [filters[kind], true])),
      ...(followed.length === 0 ? {} : { resourceSubscriptions: followed }),
    };
    // From the acknowledgement on, the client hears of every change.
    const { faults } = this.#options.context;
    Promise.all(this.#asked)
      .then(() => this.#acknowledge(honoured))
      .catch((error: unknown) => faults.report(error));
  }

  /** The first message of the stream; what came before it follows. */
  #acknowledge(notifications: object): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#send("notifications/subscriptions/acknowledged", { notifications });
    for (const { method, params } of waiting) this.#send(method, params);
  }

  /** The hub ends it: with the result that says so. */
  finish(): void {
    this.#stop();
    const { id, reply } = this.#options;
    const result = { resultType: "complete", _meta: { [metaKeys.subscriptionId]: id } };
    reply.message(JSON.stringify({ jsonrpc: "2.0", id, result }));
  }

  #follow(uri: string): boolean {
    const { context, reply, selection, watchers } = this.#options;
    const view = context.views.of(selection());
    const routing = routeRequest(view, "resources/subscribe", { uri });
    if ("error" in routing) return false;
    const { entry, params } = routing.route;
    const own = String(params?.uri);
    const following = watchers.follow({
      serverId: entry.record.id,
      uri: own,
      shownUri: uri,
      peer: reply.peer,
      onUpdated: () => {
        if (context.views.mayFollow(selection(), entry.record.id))
          this.#send(resourceUpdated, { uri });
      },
    });
    if (following === undefined) return false;
    this.#stops.push(following.stop);
    this.#asked.push(following.isFollowed);
    return true;
  }

  #send(method: string, params: object): boolean {
    const { id, reply } = this.#options;
    if (!reply.isOpen) return false;
    if (this.#waiting !== undefined) {
      this.#waiting.push({ method, params });
      return true;
    }
    const tagged = { _meta: { [metaKeys.subscriptionId]: id }, ...params };
    reply.event({ data: JSON.stringify({ jsonrpc: "2.0", method, params: tagged }) });
    return true;
  }

  #stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}
