import type { Entry } from "@hub/core";
import type { StreamEvent } from "@hub/mcp";
import { mayCallSome } from "../catalogue/callable.js";
import type { Selection } from "../catalogue/selection.js";
import type { GatewayContext } from "../upstream/context.js";
import { type KeptLink, type LegacyLink, resumeStreamableLink } from "../upstream/legacy-link.js";
import { applyLogLevel } from "../upstream/log-level.js";
import { openSession, type ServerSession } from "../upstream/open-session.js";
import { placeAt } from "../upstream/place.js";
import type { ClientIdentity } from "./client-identity.js";
import { OwnStreams } from "./own-streams.js";

/** A session with a server that calls can be sent in at once. */
type ReadySession = ServerSession & { readonly kind: "legacy" };

export type ServerSessionsOptions = {
  readonly context: GatewayContext;
  /** Whose they are when the hub shares out what it has. */
  readonly peer: string;
  readonly identity: ClientIdentity;
  readonly via: string | undefined;
  readonly logLevel: () => string | undefined;
  /** Whether the client listens here to what belongs to no call. */
  readonly isHeard: () => boolean;
  readonly isRunning: (link: LegacyLink) => boolean;
  /** Hears what servers send outside of any call. */
  readonly onOutside: (link: LegacyLink, event: StreamEvent) => void;
  /** Hears that there are others now. Resolves when that is stored; never rejects. */
  readonly onChange: () => Promise<void>;
  /** Hears of a new one. Resolves when whoever has the client's stream hears that server. */
  readonly onOpened: (serverId: string) => Promise<void>;
  readonly onForgotten: (link: LegacyLink) => void;
};

/**
 * The sessions of one 2025 client with the servers that it has called. Where several hubs have the client's session,
 * the one with a server that was stored first is that of all of them.
 */
export class ServerSessions {
  readonly #options: ServerSessionsOptions;
  /** What calls wait for. Where there is a link, this is its own: no opening waits for itself or for a later one. */
  readonly #sessions = new Map<string, Promise<ServerSession>>();
  readonly #links = new Map<string, LegacyLink>();
  /** Those of them that the store has; calls run in no other. */
  readonly #stored = new WeakSet<LegacyLink>();
  /** Those of them that calls can be sent in. */
  readonly #ready = new Map<string, ReadySession>();
  /** Those that the hub at which the client listens was told of. */
  readonly #told = new WeakMap<LegacyLink, Promise<void>>();
  /** What servers say outside of calls, while the client listens. */
  readonly #ownStreams: OwnStreams;
  /** Ends what is being opened. */
  readonly #closing = new AbortController();

  constructor(options: ServerSessionsOptions) {
    this.#options = options;
    this.#ownStreams = new OwnStreams(options.onOutside, () => options.context.catalogue.now().hub);
  }

  get links(): ReadonlyMap<string, LegacyLink> {
    return this.#links;
  }

  /** What another process of the hub needs to go on in them. */
  get kept(): readonly KeptLink[] {
    return [...this.#links.values()].flatMap(({ kept }) => (kept === undefined ? [] : [kept]));
  }

  /** The way to a server: opened with the first call, kept, and opened anew when it was lost. */
  async with(entry: Entry): Promise<ServerSession> {
    const serverId = entry.record.id;
    const current = this.#sessions.get(serverId);
    const known = await current?.catch(() => undefined);
    if (known?.kind === "legacy") {
      const { link } = known;
      const stands = !link.isLost && this.#stands(entry, link);
      if (stands && (!link.isInDoubt || (await link.verify()))) {
        if (this.#ownStreams.mustOpen(link)) await this.#listen(link);
        // Another hub may not have come to that yet, or another one has the client's stream now.
        await this.#tell(link);
        // One of an earlier process of the hub has proved itself now.
        if (this.#links.get(serverId) === link) this.#ready.set(serverId, known);
        return known;
      }
      this.drop(serverId, known.link);
    } else if (this.#sessions.get(serverId) === current) {
      // What the modern way means is looked at with each call; it costs nothing to open.
      this.#sessions.delete(serverId);
    }
    // Another hub may have opened one meanwhile.
    if (this.#links.has(serverId)) return this.with(entry);
    return this.#sessions.get(serverId) ?? this.#opening(entry);
  }

  /** The same for a session that stands, where nothing need be waited for. */
  ready(entry: Entry): ReadySession | undefined {
    const ready = this.#ready.get(entry.record.id);
    if (ready === undefined) return undefined;
    const { link } = ready;
    // First: it also learns whether the instance registered again, which is what the doubt is about.
    if (!this.#stands(entry, link)) return undefined;
    const mustWait = link.isLost || link.isInDoubt || this.#ownStreams.mustOpen(link);
    return mustWait ? undefined : ready;
  }

  /** Forgets one that is no more. */
  drop(serverId: string, link: LegacyLink): void {
    // Another call may have opened a new one already.
    if (this.#links.get(serverId) !== link) return;
    this.#forget(serverId, link);
    link.close();
    void this.#options.onChange();
  }

  /** Ends those that are lost, gone or not to be called any more, where no call runs in them. */
  sweep(selection: Selection): void {
    const { context, isRunning } = this.#options;
    for (const [serverId, link] of [...this.#links]) {
      const entry = context.catalogue.get(serverId);
      const mayStand = entry !== undefined && mayCallSome(selection, entry.record);
      const stands = !link.isLost && mayStand && this.#stands(entry, link);
      if (!stands && !isRunning(link)) this.drop(serverId, link);
    }
    this.#ownStreams.openAgain();
  }

  /** They go on as they were in another process of the hub. */
  takeOver(links: readonly KeptLink[]): void {
    for (const link of links) this.#resume(link);
  }

  /** Another hub has these. */
  join(links: readonly KeptLink[]): void {
    for (const link of links) this.#join(link);
    if (this.#options.isHeard()) this.listen();
  }

  /** The client listens now: hears all of them outside of calls. */
  listen(): void {
    for (const link of this.#links.values()) void this.#listen(link);
  }

  /** Resolves when what a server says outside of calls is heard, or will not be. */
  async listenTo(serverId: string): Promise<void> {
    const link = this.#links.get(serverId);
    if (link !== undefined && this.#options.isHeard()) await this.#listen(link);
  }

  /** The client does not listen any more. */
  listenNoMore(): void {
    this.#ownStreams.closeAll();
  }

  /** Opens no more. `isKept`: another process of the hub goes on with those that can be. */
  close(isKept: boolean): void {
    this.#closing.abort();
    this.#ownStreams.closeAll();
    for (const link of this.#links.values()) if (!isKept || link.kept === undefined) link.close();
    this.#links.clear();
    this.#ready.clear();
    this.#sessions.clear();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #opening(entry: Entry): Promise<ServerSession> {
    const serverId = entry.record.id;
    const opening = this.#open(entry);
    this.#sessions.set(serverId, opening);
    // Whoever waits for it hears why.
    opening.catch(() => {
      if (this.#sessions.get(serverId) === opening) this.#sessions.delete(serverId);
    });
    return opening;
  }

  async #open(entry: Entry): Promise<ServerSession> {
    const serverId = entry.record.id;
    let session: ServerSession;
    try {
      const { context, identity, peer, via } = this.#options;
      const { signal } = this.#closing;
      session = await openSession(context, entry, {
        identity,
        via,
        signal,
        reach: (instance) => placeAt(instance.openings, peer, signal),
      });
    } catch (error) {
      const other = this.#links.get(serverId);
      if (other === undefined) throw error;
      return this.#giveWay(entry, other);
    }
    if (session.kind !== "legacy") return session;
    const other = this.#links.get(serverId);
    if (other === undefined && !this.#isClosed) {
      const begun = this.#begin(entry, session);
      // A later opening may be under way by now, if that of another hub came and went meanwhile.
      this.#sessions.set(serverId, begun);
      return begun;
    }
    session.link.close();
    return other === undefined ? session : this.#giveWay(entry, other);
  }

  /** Another one is there meanwhile, which is as good. */
  async #giveWay(entry: Entry, other: LegacyLink): Promise<ServerSession> {
    await this.#tellLevel(other);
    return this.with(entry);
  }

  /** Before the first call: the session is stored, its server knows what the client wants to hear, and is heard. */
  async #begin(entry: Entry, session: ReadySession): Promise<ServerSession> {
    const serverId = entry.record.id;
    const { logLevel, isHeard, onChange } = this.#options;
    const { link } = session;
    this.#links.set(serverId, link);
    // What a call leaves in a session with a server is not lost with the hub's process.
    const greetedWith = logLevel();
    await Promise.all([
      this.#tellLevel(link),
      isHeard() ? this.#listen(link) : undefined,
      link.kept === undefined ? undefined : onChange(),
    ]);
    // Another hub's may have come first, or its level.
    if (this.#links.get(serverId) === link)
      await Promise.all([
        this.#tell(link),
        logLevel() === greetedWith ? undefined : this.#tellLevel(link),
      ]);
    const current = this.#links.get(serverId);
    if (current === link) {
      this.#stored.add(link);
      this.#ready.set(serverId, session);
    }
    // One that was dropped tells its caller so.
    return current === undefined || current === link ? session : this.#giveWay(entry, current);
  }

  #join(kept: KeptLink): void {
    const { serverId } = kept;
    const own = this.#links.get(serverId);
    // What this hub is just opening with the same server gives way to it.
    if (own === undefined) this.#resume(kept);
    else if (own.kept?.sessionId !== kept.sessionId && !this.#options.isRunning(own)) {
      // Opened here at the same time, or lost and opened anew there.
      const isUnused = !this.#stored.has(own);
      this.#forget(serverId, own);
      if (isUnused) own.close();
      this.#resume(kept);
    }
  }

  #resume(kept: KeptLink): void {
    const { context, identity, via } = this.#options;
    const { catalogue, dialer, instances, limits, serverMessages } = context;
    const entry = catalogue.get(kept.serverId);
    const instance = entry === undefined ? undefined : instances.get(entry, kept.instanceId);
    // A session goes with its instance.
    if (instance === undefined) return;
    const { handshakeMs } = limits;
    const link = resumeStreamableLink(
      { dialer, instance, identity, handshakeMs, limits: serverMessages, via },
      kept,
    );
    this.#stored.add(link);
    this.#links.set(kept.serverId, link);
    this.#sessions.set(kept.serverId, Promise.resolve({ kind: "legacy", link }));
  }

  #forget(serverId: string, link: LegacyLink): void {
    this.#links.delete(serverId);
    this.#ready.delete(serverId);
    this.#sessions.delete(serverId);
    this.#ownStreams.close(link);
    this.#options.onForgotten(link);
  }

  #tellLevel(link: LegacyLink): Promise<void> {
    const { context, logLevel } = this.#options;
    return applyLogLevel(link, logLevel(), context.limits.handshakeMs);
  }

  /** Where the client listens at another hub: resolves when that one hears the server, too, or was given its time. */
  #tell(link: LegacyLink): Promise<void> {
    const { isHeard, onOpened } = this.#options;
    if (link.kept === undefined || isHeard()) return Promise.resolve();
    const told = this.#told.get(link) ?? onOpened(link.instance.serverId);
    this.#told.set(link, told);
    return told;
  }

  /** Hears a server outside of calls. Resolves when it can be heard, or will not be. */
  async #listen(link: LegacyLink): Promise<void> {
    if (!this.#isClosed) await this.#ownStreams.open(link);
  }

  /** A session stays with its instance as long as that is there, also while it drains. */
  #stands(entry: Entry, link: LegacyLink): boolean {
    const { instances } = this.#options.context;
    return instances.get(entry, link.instance.instanceId) !== undefined;
  }
}
