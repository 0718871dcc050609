import type { JsonRpcNotification } from "./json-rpc.js";
import type { Caller } from "./upstream.js";

/** A client session that outlives its calls. */
export interface Listener extends Caller {
  /** Resources this session subscribed to. */
  readonly subscriptions: ReadonlySet<string>;
}

const listChanges = ["tools", "resources", "prompts"].map(
  (kind) => `notifications/${kind}/list_changed`,
);

/** The sessions on one upstream, and what reaches which of them. */
export class Audience {
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<(notification: JsonRpcNotification) => void>();

  /** Returns the way out. */
  join(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sees every notification that belongs to no single call, whoever subscribed to it. */
  watch(watcher: (notification: JsonRpcNotification) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  hear(notification: JsonRpcNotification): void {
    for (const watcher of this.#watchers) watcher(notification);
    const uri =
      notification.method === "notifications/resources/updated"
        ? notification.params?.uri
        : undefined;
    for (const listener of this.#listeners) {
      if (typeof uri === "string" && !isSubscribed(listener, uri)) continue;
      listener.notify(notification);
    }
  }

  /** After a restart nobody knows what changed, so everything may have. */
  hearThatAllChanged(): void {
    for (const method of listChanges) this.hear({ jsonrpc: "2.0", method });
  }

  subscribedUris(): Set<string> {
    return new Set([...this.#listeners].flatMap((listener) => [...listener.subscriptions]));
  }

  /** A question outside any call goes to a session only when there is no doubt which. */
  whoCanAnswer(method: string): Listener | undefined {
    const able = [...this.#listeners].filter((listener) => listener.canAnswer(method));
    return able.length === 1 ? able[0] : undefined;
  }
}

/** An update may name a part of what was subscribed to. */
function isSubscribed(listener: Listener, uri: string): boolean {
  return [...listener.subscriptions].some((subscribed) => uri.startsWith(subscribed));
}
