import {
  changedLists,
  type JsonRpcNotification,
  listChanged,
  listKinds,
  resourceUpdated,
} from "@hub/mcp";

/** A client that outlives its calls, as far as changes concern it. */
export interface Subscriber {
  /** Resources it subscribed to. */
  readonly subscriptions: ReadonlySet<string>;
  notify(notification: JsonRpcNotification): void;
}

/** Whether it says that something changed which any client may want to know. */
export function isChangeNotice({ method }: JsonRpcNotification): boolean {
  return method === resourceUpdated || changedLists(method) !== undefined;
}

/** The clients of one upstream, and which of its changes concern which of them. */
export class Subscribers {
  readonly #subscribers = new Set<Subscriber>();
  readonly #watchers = new Set<(notification: JsonRpcNotification) => void>();

  /** Returns the way out. */
  join(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Sees every change notice, whoever subscribed to it. */
  watch(watcher: (notification: JsonRpcNotification) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Takes a change notice: of a list to all, of a resource to those who subscribed to it. */
  hear(notification: JsonRpcNotification): void {
    for (const watcher of this.#watchers) watcher(notification);
    for (const subscriber of concernedBy(notification, [...this.#subscribers]))
      subscriber.notify(notification);
  }

  /** After a restart nobody knows what changed, so everything may have. */
  announceEverythingChanged(): void {
    for (const kind of listKinds) this.hear({ jsonrpc: "2.0", method: listChanged(kind) });
  }

  subscribedUris(): Set<string> {
    return new Set([...this.#subscribers].flatMap((subscriber) => [...subscriber.subscriptions]));
  }
}

/** Those whom a change notice is meant for. */
export function concernedBy<One extends { readonly subscriptions: ReadonlySet<string> }>(
  { method, params }: JsonRpcNotification,
  listeners: readonly One[],
): readonly One[] {
  if (method !== resourceUpdated) return listeners;
  const wanted = subscriptionFor(String(params?.uri), listeners);
  return wanted === undefined
    ? []
    : listeners.filter(({ subscriptions }) => subscriptions.has(wanted));
}

/**
 * The subscription that made a server tell of an update. It may be for a folder of what changed, but
 * then it is the nearest: who subscribed to less does not hear of what others asked for.
 */
function subscriptionFor(
  uri: string,
  listeners: readonly { readonly subscriptions: ReadonlySet<string> }[],
): string | undefined {
  const all = listeners.flatMap(({ subscriptions }) => [...subscriptions]);
  const holding = all.filter((one) => {
    const folder = one.endsWith("/") ? one : `${one}/`;
    return one === uri || (one !== "" && uri.startsWith(folder));
  });
  return holding.sort((a, b) => b.length - a.length)[0];
}
