import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { openPrincipal, type Principal } from "@hub/core/access";
import type { Shares } from "@hub/core/limits";
import type { KeptSession, SealedSession, SessionStore, SharedSessions } from "@hub/core/storage";
import type { GatewayContext } from "../upstream/context.js";
import { ClientIdentity } from "./client-identity.js";
import { ClientSession } from "./client-session.js";
import { DormantSessions } from "./dormant-sessions.js";
import { KeptSessions } from "./kept-sessions.js";
import { LatestLook } from "./latest-look.js";
import { keyOfSession } from "./sealed-row.js";
import { watchSessions } from "./session-figures.js";
import { SessionNews } from "./session-news.js";
import { SharedExpiry } from "./shared-expiry.js";

/** Tells the hub's sessions from those of servers. */
const sessionPrefix = "hub-";

type SessionOptions = ConstructorParameters<typeof ClientSession>[0];
type NewSession = Omit<SessionOptions, "id" | "context" | "onChange" | "onEnd">;
/** Of a session that goes on, the rest is kept. */
type RevivedSession = Pick<NewSession, "principal" | "selection" | "onOutside" | "onOpened">;

/** Which budget has no room for another session. */
type FullSessions = { readonly full: "sessions" | "principalSessions" };

/** Where sessions are kept beyond the process, and what is there when it starts. */
export type SessionKeeping = {
  readonly store: SessionStore;
  readonly kept: readonly KeptSession[];
  /** Where other hubs have the same sessions. Default: none does. */
  readonly shared?: SharedSessions | undefined;
  /** Hears that one changed whose client may listen at another hub: see `takeNews`. Default: nobody does. */
  readonly onNews?: (() => void) | undefined;
};

const longestRetryMs = 60_000;

/**
 * The sessions of 2025 clients. Many clients never end one, so who is idle for long goes. When there are
 * too many, one that was never used after its handshake goes; one that was used never goes for a new one.
 * They outlive the hub's process where they are kept: one that was, counts as used when the hub started.
 */
export class Sessions {
  readonly #context: GatewayContext;
  /** The one used last comes last. */
  readonly #sessions = new Map<string, ClientSession>();
  readonly #dormant: DormantSessions;
  readonly #kept: KeptSessions | undefined;
  readonly #shared: SharedSessions | undefined;
  /** Where several hubs have them: what each was when this one read it. */
  readonly #marks = new Map<string, string>();
  readonly #expiry: SharedExpiry | undefined;
  readonly #onEnd: (session: ClientSession) => void;
  readonly #onJoined: (session: ClientSession, followed: readonly string[]) => void;
  readonly #news: SessionNews;
  readonly #looks = new LatestLook((id) => this.#look(id));
  readonly #shares: Shares;

  /**
   * Without `keeping`, sessions end with the process. `onJoined` hears what a session follows since another hub
   * changed it.
   */
  constructor(
    context: GatewayContext,
    keeping: SessionKeeping | undefined,
    onEnd: (session: ClientSession) => void,
    onJoined: (session: ClientSession, followed: readonly string[]) => void = () => undefined,
  ) {
    const { budgets, faults } = context;
    this.#onJoined = onJoined;
    this.#news = new SessionNews(keeping?.onNews ?? (() => undefined));
    this.#context = context;
    this.#shares = budgets.shares("sessions");
    this.#dormant = new DormantSessions(this.#shares, (key) => {
      this.#marks.delete(key);
      if (this.#shared === undefined) void this.#kept?.remove(key);
      else this.#kept?.letGo(key);
    });
    this.#onEnd = onEnd;
    const startedAt = context.catalogue.now().hub;
    const shared = keeping?.shared;
    this.#shared = shared;
    this.#expiry =
      shared &&
      new SharedExpiry({
        shared,
        idleMs: context.limits.sessionIdleMs,
        now: () => context.catalogue.now().hub,
        sessions: () => this.#sessions.values(),
        isStored: (session) => this.#isStored(session),
        onRemoved: (session, row, isUsed) => this.#removed(session, row, isUsed),
        onIdleHere: (session, goesOn) => this.#letGo(session, goesOn),
        report: (error) => context.faults.report(error),
      });
    watchSessions(budgets, () => this.#sessions.values());
    if (keeping === undefined) return;
    const kept = this.#shared === undefined ? keeping.kept : [];
    this.#kept = new KeptSessions({
      ...keeping,
      kept,
      budgets,
      faults,
      knownOf: (key) => (this.#shared === undefined ? undefined : (this.#marks.get(key) ?? null)),
      catchUp: async (session) => {
        await this.look(session.id);
        return this.#sessions.get(session.id) === session;
      },
      // It may have a stream or calls at another hub.
      onOver: (key) => {
        if (this.#shared !== undefined) this.#news.add(key);
      },
    });
    // Sessions that others have open, too, are looked for when somebody asks for them.
    if (this.#shared !== undefined) return;
    // What found no room is not there for anybody who asks, as it is removed.
    for (const kept of keeping.kept)
      if (this.#kept.has(kept.key)) this.#dormant.add(kept, startedAt);
  }

  /** Those that are open, or may be asked for again. */
  get size(): number {
    return this.#sessions.size + this.#dormant.size;
  }

  /**
   * A new session; the budget that is full when its client has all that it may have. `isKept`: it outlives the
   * process, where sessions do. Default: it does.
   */
  create(options: NewSession, isKept = true): ClientSession | FullSessions {
    const id = `${sessionPrefix}${randomBytes(18).toString("base64url")}`;
    const session = this.#make(id, options, isKept);
    if (!this.#hasOwnPlace(session)) return { full: "principalSessions" };
    if (!this.#shares.admit(session.peer, session)) return { full: "sessions" };
    this.#sessions.set(session.id, session);
    // No other hub can know of it yet, so this is no news.
    if (isKept) void this.#kept?.changed(session);
    return session;
  }

  /** Resolves when the store has what sessions are now, as far as it can. */
  written(): Promise<void> {
    return this.#kept?.written() ?? Promise.resolve();
  }

  /** When the session that is unused for longest ends by itself, at most a minute. */
  get retryAfterMs(): number {
    const [first] = this.#sessions.values();
    const { sessionIdleMs } = this.#context.limits;
    const since = Math.min(first?.usedAt ?? Infinity, this.#dormant.oldestFoundAt ?? Infinity);
    const endsAt = since + sessionIdleMs;
    return Math.min(longestRetryMs, Math.max(0, endsAt - this.#context.catalogue.now().hub));
  }

  /**
   * The session, now used; undefined for one that ended, never was or is somebody else's, or is not open yet:
   * see `revive`.
   */
  use(id: string, principal: Principal): ClientSession | undefined {
    const session = this.#sessions.get(id);
    if (session?.principal.id !== principal.id) return undefined;
    this.#expiry?.beforeUse(session);
    session.usedAt = this.#context.catalogue.now().hub;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  /** One that is open here, for what belongs to something that is under way in it. */
  openOf(id: string, principalId: string): ClientSession | undefined {
    const session = this.#sessions.get(id);
    return session?.principal.id === principalId ? session : undefined;
  }

  /**
   * Where several hubs have the same sessions: resolves when what others made of this one is known here, and it may
   * be used or revived. While the store cannot be read, what is known here counts.
   */
  async look(id: string): Promise<void> {
    if (this.#shared !== undefined && id.startsWith(sessionPrefix)) await this.#looks.at(id);
  }

  async #look(id: string): Promise<void> {
    const key = keyOfSession(id);
    const row = await this.#shared?.find(key).catch(() => null);
    const session = this.#sessions.get(id);
    if (row === null || this.#kept?.isLeaving(key) === true) return;
    if (row === undefined) {
      if (this.#expiry?.isRemoving(key) === true) return;
      // It was there, and another hub has ended it.
      if (session !== undefined && this.#kept?.has(key) === true) this.#letGo(session, false);
      this.#dormant.get(key)?.end();
      return;
    }
    if (session !== undefined && (row.isOwn || this.#marks.get(key) === row.mark)) return;
    if (session !== undefined) {
      const written = await this.#kept?.read(id).catch(() => undefined);
      // What it were given now that it has ended, nobody would take back.
      if (this.#sessions.get(id) !== session) return;
      // What could not be read is read the next time.
      if (written === undefined) return;
      this.#onJoined(session, session.join(written.state));
      this.#marks.set(key, row.mark);
      return;
    }
    this.#dormant.get(key)?.end();
    if (this.#kept?.adopt(row) !== true) return;
    this.#marks.set(key, row.mark);
    this.#dormant.add(row, this.#context.catalogue.now().hub);
  }

  /** What other hubs are told of those that changed here; they hear it with `hearNews`. */
  takeNews(): readonly string[] {
    return this.#news.take();
  }

  /** Other hubs changed or ended the sessions with these keys: those that listen or call here are read again. */
  hearNews(keys: readonly string[]): void {
    const changed = new Set(keys);
    for (const { id, key, isIdle } of this.#sessions.values())
      if (!isIdle && changed.has(key))
        this.look(id).catch((error: unknown) => void this.#context.faults.report(error));
  }

  /** Whether it is one of these, open or not; one that ended is one until that is stored. */
  knows(id: string): boolean {
    const isLeaving = () => this.#kept?.isLeaving(keyOfSession(id)) === true;
    return this.#sessions.has(id) || this.isKept(id) || isLeaving();
  }

  /** Whether an earlier process of the hub had this session. */
  isKept(id: string): boolean {
    return this.#dormant.size > 0 && this.#dormant.has(keyOfSession(id));
  }

  /**
   * Opens a session of an earlier process again, when it belongs to this endpoint and to who asks. `onRevived`
   * hears once of it, with what it followed. Rejects with STORE_UNAVAILABLE.
   */
  async revive(
    id: string,
    endpoint: string,
    options: RevivedSession,
    onRevived: (session: ClientSession, followed: readonly string[]) => void,
  ): Promise<ClientSession | undefined> {
    const key = keyOfSession(id);
    const isThere = this.#dormant.has(key);
    const written = isThere ? await this.#kept?.read(id) : undefined;
    // Another request may have come first, and looked at it again or opened it.
    const dormant = this.#dormant.get(key);
    if (dormant === undefined || this.#sessions.has(id)) return this.use(id, options.principal);
    if (written === undefined) {
      dormant.end();
      return undefined;
    }
    const { state, isUsed } = written;
    const isOwn = (state.principal ?? openPrincipal.id) === options.principal.id;
    if (state.endpoint !== endpoint || !isOwn) return undefined;
    this.#dormant.takeOut(dormant);
    const identity = new ClientIdentity(
      state.protocolVersion,
      state.capabilities as object,
      state.clientInfo,
    );
    const { peer } = dormant;
    const session = this.#make(id, { ...options, peer, identity, via: state.via });
    session.takeOver(state, isUsed);
    this.#shares.leave(peer, dormant);
    this.#shares.keep(peer, session);
    this.#sessions.set(id, session);
    this.#expiry?.resumed(session);
    onRevived(session, state.followed);
    return session;
  }

  /** Ends it for good. Resolves with whether that outlives the process; else see `endAgain`. */
  end(session: ClientSession): Promise<boolean> {
    if (!this.#sessions.delete(session.id)) return Promise.resolve(true);
    const { key } = session;
    this.#forget(key);
    this.#shares.leave(session.peer, session);
    const isStored = this.#kept?.remove(key) ?? Promise.resolve(true);
    this.#onEnd(session);
    session.close(false);
    return isStored;
  }

  /** Ends the sessions of somebody who may ask no more, open or not. */
  endOf(principalId: string): void {
    for (const session of [...this.#sessions.values()])
      if (session.principal.id === principalId) void this.end(session);
    for (const dormant of this.#dormant.all) if (dormant.peer === principalId) dormant.end();
  }

  /** Tries again to store that a session of a peer's has ended, as `end` does; undefined where there is no need to. */
  endAgain(id: string, peer: string): Promise<boolean> | undefined {
    const key = keyOfSession(id);
    const isLeaving = this.#kept?.isLeaving(key) === true && this.#kept.peerOf(key) === peer;
    return isLeaving ? this.#kept?.remove(key) : undefined;
  }

  /** Ends sessions that nobody used for long, and in the others what leads nowhere. */
  sweep(): void {
    const oldest = this.#context.catalogue.now().hub - this.#context.limits.sessionIdleMs;
    for (const session of this.#sessions.values()) {
      if (session.usedAt > oldest || !session.isIdle) this.#sweep(session);
      // Its client may use it at another hub.
      else if (this.#expiry === undefined || !this.#isStored(session)) void this.end(session);
    }
    this.#expiry?.sweep();
    // Where others have them, too, these were looked for, and not opened.
    for (const dormant of this.#dormant.all) if (dormant.foundAt <= oldest) dormant.end();
    this.#kept?.retry();
  }

  /** Ends the streams of all sessions; their calls go on. */
  endStreams(): void {
    for (const session of this.#sessions.values()) session.endStreams();
  }

  /** Lets go of all of them; those that are kept are for the next process of the hub. */
  async close(): Promise<void> {
    // What goes on although it was removed is written with the rest.
    await this.#expiry?.endNoMore();
    await Promise.all([this.#expiry?.tell(), this.#kept?.close()]);
    for (const session of this.#sessions.values()) {
      this.#onEnd(session);
      session.close(this.#kept?.has(session.key) === true);
    }
    this.#sessions.clear();
  }

  #sweep(session: ClientSession): void {
    session.sweep();
    const { missing } = session.followed;
    // A server that was away when the session came here may be back.
    if (missing.length > 0) this.#onJoined(session, missing);
  }

  /** Forgets a session that goes on elsewhere, or is over there: then nobody else ends what was opened here for it. */
  #letGo(session: ClientSession, goesOn: boolean): void {
    const { key } = session;
    this.#sessions.delete(session.id);
    this.#forget(key);
    this.#shares.leave(session.peer, session);
    this.#onEnd(session);
    session.close(goesOn);
    this.#kept?.letGo(key);
  }

  /** Nothing stays here of one that is not here any more, however long other hubs cannot be told of it. */
  #forget(key: string): void {
    this.#marks.delete(key);
    this.#news.drop(key);
  }

  /** Whether it is open here, and in the store. */
  #isStored(session: ClientSession): boolean {
    return this.#sessions.get(session.id) === session && this.#kept?.has(session.key) === true;
  }

  /** The store has it no more: it ends, with all that hubs opened for it at servers, or goes on as one that begins. */
  #removed(session: ClientSession, row: SealedSession, isUsed: boolean): void {
    const { id, key } = session;
    const written = this.#kept?.open(id, row);
    const followed = written === undefined ? [] : session.join(written.state);
    if (!isUsed) {
      this.#letGo(session, false);
      return;
    }
    this.#onJoined(session, followed);
    this.#marks.delete(key);
    this.#kept?.letGo(key);
    void session.changed();
  }

  #make(id: string, options: NewSession, isKept = true): ClientSession {
    const session: ClientSession = new ClientSession({
      ...options,
      id,
      context: this.#context,
      onChange: () => {
        if (!isKept || !this.#sessions.has(id) || this.#kept === undefined) {
          // It ends with this process, and so does all that it has.
          session.whenStored()();
          return Promise.resolve();
        }
        const written = this.#kept.changed(session);
        if (this.#shared === undefined || session.hasStream) return written;
        return written.then(() => {
          if (this.#sessions.has(id)) this.#news.add(session.key);
        });
      },
      onEnd: () => void this.end(session),
    });
    return session;
  }

  /** Whether a principal may have one session more, beside its share of all; one that was never used makes room. */
  #hasOwnPlace({ peer, principal }: ClientSession): boolean {
    if (principal.kind === "anonymous") return true;
    if (this.#shares.heldBy(peer) < this.#context.budgets.limit("principalSessions")) return true;
    const own = [...this.#dormant.all, ...this.#sessions.values()];
    const unused = own.find((one) => one.peer === peer && !one.isUsed);
    unused?.end();
    return unused !== undefined;
  }
}

/** The id of a session that a hub opened: this one, or one behind it. */
export function hubSessionOf({ headers }: IncomingMessage): string | undefined {
  const id = headers["mcp-session-id"]?.toString();
  return id?.startsWith(sessionPrefix) === true ? id : undefined;
}
