import type { Entry } from "@hub/core";
import type { ByteShares } from "@hub/core/limits";
import type { ListKind } from "@hub/mcp";
import { announcesLists, canSubscribe } from "./announced-changes.js";
import type { GatewayContext } from "./context.js";
import { Rereadings } from "./rereadings.js";
import { Watcher } from "./watcher.js";

type Follower = () => void;

/** What following a resource costs beside its URI. */
const bytesOfFollower = 1_024;

export type FollowOptions = {
  readonly serverId: string;
  /** As the server knows it. */
  readonly uri: string;
  /** As the client knows it. */
  readonly shownUri: string;
  /** Whose it is: see `peerOf`. */
  readonly peer: string;
  /** Of each one that follows, a function of its own. */
  readonly onUpdated: Follower;
};

export type Following = {
  readonly stop: () => void;
  /** Resolves when the server knows. */
  readonly isFollowed: Promise<unknown>;
};

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
  readonly #onListChanged: (serverId: string, kind: ListKind) => void;
  readonly #watchers = new Map<string, Watcher>();
  readonly #rereadings: Rereadings;
  readonly #shares: ByteShares;
  /** By server and URI: who wants to hear of it. */
  readonly #followed = new Map<string, Map<string, Followed>>();

  /** `onListChanged` hears what servers say of their lists. */
  constructor(context: GatewayContext, onListChanged: (serverId: string, kind: ListKind) => void) {
    this.#context = context;
    this.#onListChanged = onListChanged;
    this.#rereadings = new Rereadings(context);
    this.#shares = context.budgets.byteShares("followedBytes");
  }

  /** Opens and closes connections as servers come, change and go. */
  look(entries: readonly Entry[]): void {
    const wanted = new Set<string>();
    for (const entry of entries) {
      if (!announcesLists(entry) && !canSubscribe(entry)) continue;
      for (const instance of this.#context.instances.of(entry)) {
        const key = `${entry.record.id} ${instance.instanceId}`;
        const known = this.#watchers.get(key);
        // Who is suspect may be back in a moment: whoever listens there tries again by itself.
        const mayListen = instance.status === "suspect" && known !== undefined;
        if (instance.status !== "up" && !mayListen) continue;
        wanted.add(key);
        // Whoever registered again may be another process, and listen where the one before did not.
        if (known?.endpoint === instance.endpoint && known.knownSince === instance.knownSince)
          continue;
        known?.close();
        const watcher = new Watcher({
          context: this.#context,
          entry,
          instance,
          uris: () => [...(this.#followed.get(entry.record.id)?.keys() ?? [])],
          isFollowed: (uri) => this.#followed.get(entry.record.id)?.has(uri) === true,
          onListChanged: (kind) => this.#onListChanged(entry.record.id, kind),
          onListsMissed: () => this.#rereadings.want(entry.record.id),
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
   * Follows a resource of a server. However many follow it, the server is asked once. Undefined when the
   * client's address may follow no more.
   */
  follow({ serverId, uri, shownUri, peer, onUpdated }: FollowOptions): Following | undefined {
    const bytes = Buffer.byteLength(uri) + Buffer.byteLength(shownUri) + bytesOfFollower;
    if (!this.#shares.take(peer, bytes)) {
      this.#context.budgets.refused("followedBytes");
      return undefined;
    }
    const byUri = this.#followed.get(serverId) ?? new Map<string, Followed>();
    this.#followed.set(serverId, byUri);
    const followed = byUri.get(uri) ?? this.#ask(serverId, uri, byUri);
    const { followers, isFollowed } = followed;
    followers.add(onUpdated);
    const stop = () => {
      if (!followers.delete(onUpdated)) return;
      this.#shares.give(peer, bytes);
      if (followers.size > 0) return;
      byUri.delete(uri);
      if (byUri.size === 0) this.#followed.delete(serverId);
      this.#each(serverId, (watcher) => watcher.unfollow(uri));
    };
    return { stop, isFollowed };
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#rereadings.close();
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

  /** Told to those who follow this very URI: of any other nobody can say whose it is. Returns how many. */
  #updated(serverId: string, uri: string): number {
    const followers = this.#followed.get(serverId)?.get(uri)?.followers;
    for (const tell of followers ?? []) tell();
    return followers?.size ?? 0;
  }
}
