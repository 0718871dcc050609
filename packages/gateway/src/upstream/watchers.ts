import type { Entry } from "@hub/core";
import { isJsonObject } from "@hub/core";
import type { ChangeKind } from "../catalogue/view.js";
import type { GatewayContext } from "../relay/context.js";
import { Watcher } from "./watcher.js";

type Follower = () => void;

type Followed = {
  readonly followers: Set<Follower>;
  /** Resolves when the server knows. */
  readonly isFollowed: Promise<unknown>;
};

/**
 * The hub's own catalogue connections: one to each instance that tells of changes. Through them the hub
 * hears at once that a list changed, and follows resources for all clients together.
 */
export class Watchers {
  readonly #context: GatewayContext;
  readonly #onListChanged: (serverId: string, kind: ChangeKind) => void;
  readonly #watchers = new Map<string, Watcher>();
  /** By server and URI: who wants to hear of it. */
  readonly #followed = new Map<string, Map<string, Followed>>();

  /** `onListChanged` hears what servers say of their lists. */
  constructor(
    context: GatewayContext,
    onListChanged: (serverId: string, kind: ChangeKind) => void,
  ) {
    this.#context = context;
    this.#onListChanged = onListChanged;
  }

  /** Opens and closes connections as servers come, change and go. */
  look(entries: readonly Entry[]): void {
    const wanted = new Set<string>();
    for (const entry of entries) {
      if (!tellsOfChanges(entry)) continue;
      for (const instance of this.#context.instances.of(entry)) {
        if (instance.status !== "up") continue;
        const key = `${entry.record.id} ${instance.instanceId}`;
        wanted.add(key);
        const known = this.#watchers.get(key);
        if (known?.endpoint === instance.endpoint) continue;
        known?.close();
        const watcher = new Watcher({
          context: this.#context,
          entry,
          instance,
          uris: () => [...(this.#followed.get(entry.record.id)?.keys() ?? [])],
          onListChanged: (kind) => this.#onListChanged(entry.record.id, kind),
          onUpdated: (uri) => this.#updated(entry.record.id, uri),
        });
        this.#watchers.set(key, watcher);
        watcher.open();
      }
    }
    for (const [key, watcher] of this.#watchers) {
      if (wanted.has(key)) continue;
      watcher.close();
      this.#watchers.delete(key);
    }
  }

  /**
   * Follows a resource of a server, by its own URI. However many follow it, the server is asked once.
   * `isFollowed` resolves when the server knows.
   */
  follow(
    serverId: string,
    uri: string,
    follower: Follower,
  ): { readonly stop: () => void; readonly isFollowed: Promise<unknown> } {
    const byUri = this.#followed.get(serverId) ?? new Map<string, Followed>();
    this.#followed.set(serverId, byUri);
    const followed = byUri.get(uri) ?? this.#ask(serverId, uri, byUri);
    const { followers, isFollowed } = followed;
    followers.add(follower);
    const stop = () => {
      if (!followers.delete(follower) || followers.size > 0) return;
      byUri.delete(uri);
      if (byUri.size === 0) this.#followed.delete(serverId);
      this.#each(serverId, (watcher) => watcher.unfollow(uri));
    };
    return { stop, isFollowed };
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #ask(serverId: string, uri: string, byUri: Map<string, Followed>): Followed {
    let tell = (_asked: Promise<unknown>) => {};
    const isFollowed = new Promise((resolve) => {
      tell = resolve;
    });
    const followed = { followers: new Set<Follower>(), isFollowed };
    // Known before anybody is asked: a connection says at its start all that is followed.
    byUri.set(uri, followed);
    // A server that has only just come up has no connection yet.
    this.look(this.#context.catalogue.list());
    const asked: Promise<void>[] = [];
    this.#each(serverId, (watcher) => void asked.push(watcher.follow(uri)));
    tell(Promise.all(asked));
    return followed;
  }

  #each(serverId: string, run: (watcher: Watcher) => void): void {
    for (const [key, watcher] of this.#watchers) if (key.startsWith(`${serverId} `)) run(watcher);
  }

  /** Told to those who follow this very URI: of any other nobody can say whose it is. */
  #updated(serverId: string, uri: string): void {
    for (const tell of this.#followed.get(serverId)?.get(uri)?.followers ?? []) tell();
  }
}

function tellsOfChanges({ snapshot }: Entry): boolean {
  const capabilities = snapshot?.capabilities ?? {};
  return ["tools", "prompts", "resources"].some((kind) => {
    const capability = capabilities[kind];
    return (
      isJsonObject(capability) && (capability.listChanged === true || capability.subscribe === true)
    );
  });
}
