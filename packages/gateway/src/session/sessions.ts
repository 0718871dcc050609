import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { openPrincipal, type Principal } from "@hub/core/access";
import type { BudgetUse, Holder, Shares } from "@hub/core/limits";
import type { KeptSession, SessionStore } from "@hub/core/storage";
import type { GatewayContext } from "../upstream/context.js";
import { ClientIdentity } from "./client-identity.js";
import { ClientSession } from "./client-session.js";
import { KeptSessions } from "./kept-sessions.js";
import { keyOfSession } from "./sealed-row.js";

/** Tells the hub's sessions from those of servers. */
const sessionPrefix = "hub-";

type SessionOptions = ConstructorParameters<typeof ClientSession>[0];
type NewSession = Omit<SessionOptions, "id" | "context" | "onChange" | "onEnd">;
/** Of a session that goes on, the rest is kept. */
type RevivedSession = Pick<NewSession, "principal" | "selection" | "onOutside">;

/** A session of an earlier process of the hub that nobody has asked for since. */
type Dormant = Holder & Omit<KeptSession, "bytes">;

/** Which budget has no room for another session. */
type FullSessions = { readonly full: "sessions" | "principalSessions" };

/** Where sessions are kept beyond the process, and what is there when it starts. */
export type SessionKeeping = {
  readonly store: SessionStore;
  readonly kept: readonly KeptSession[];
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
  /** By key. */
  readonly #dormant = new Map<string, Dormant>();
  readonly #startedAt: number;
  readonly #kept: KeptSessions | undefined;
  readonly #onEnd: (session: ClientSession) => void;
  readonly #shares: Shares;

  /** Without `keeping`, sessions end with the process. */
  constructor(
    context: GatewayContext,
    keeping: SessionKeeping | undefined,
    onEnd: (session: ClientSession) => void,
  ) {
    const { budgets, faults } = context;
    this.#context = context;
    this.#shares = budgets.shares("sessions");
    this.#onEnd = onEnd;
    this.#startedAt = context.catalogue.now().hub;
    budgets.watch("identityBytes", () => this.#most(({ identity }) => identity.bytes));
    budgets.watch("principalSessions", () => this.#mostOfPrincipal());
    budgets.watch("questions", () => this.#most(({ questions }) => questions.size));
    if (keeping === undefined) return;
    this.#kept = new KeptSessions({ ...keeping, budgets, faults });
    // What found no room is not there for anybody who asks, as it is removed.
    for (const kept of keeping.kept) if (this.#kept.has(kept.key)) this.#addDormant(kept);
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
    void session.changed();
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
    const usedAt = this.#dormant.size > 0 ? this.#startedAt : (first?.usedAt ?? 0);
    const endsAt = usedAt + sessionIdleMs;
    return Math.min(longestRetryMs, Math.max(0, endsAt - this.#context.catalogue.now().hub));
  }

  /**
   * The session, now used; undefined for one that ended, never was or is somebody else's, or is not open yet:
   * see `revive`.
   */
  use(id: string, principal: Principal): ClientSession | undefined {
    const session = this.#sessions.get(id);
    if (session?.principal.id !== principal.id) return undefined;
    session.usedAt = this.#context.catalogue.now().hub;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
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
    const dormant = this.#dormant.get(keyOfSession(id));
    const state = dormant && (await this.#kept?.read(id, dormant));
    // Another request may have come first.
    if (dormant === undefined || this.#sessions.has(id)) return this.use(id, options.principal);
    if (state === undefined) dormant.end();
    const isOwn = (state?.principal ?? openPrincipal.id) === options.principal.id;
    if (state?.endpoint !== endpoint || !isOwn || !this.#dormant.delete(dormant.key))
      return undefined;
    const identity = new ClientIdentity(
      state.protocolVersion,
      state.capabilities as object,
      state.clientInfo,
    );
    const { peer, isUsed } = dormant;
    const session = this.#make(id, { ...options, peer, identity, via: state.via });
    session.takeOver(state, isUsed);
    this.#shares.leave(peer, dormant);
    this.#shares.keep(peer, session);
    this.#sessions.set(id, session);
    onRevived(session, state.followed);
    return session;
  }

  /** Ends it for good. Resolves with whether that outlives the process; else see `endAgain`. */
  end(session: ClientSession): Promise<boolean> {
    if (!this.#sessions.delete(session.id)) return Promise.resolve(true);
    this.#shares.leave(session.peer, session);
    const isStored = this.#kept?.remove(keyOfSession(session.id)) ?? Promise.resolve(true);
    this.#onEnd(session);
    session.close(false);
    return isStored;
  }

  /** Ends the sessions of somebody who may ask no more, open or not. */
  endOf(principalId: string): void {
    for (const session of [...this.#sessions.values()])
      if (session.principal.id === principalId) void this.end(session);
    for (const dormant of [...this.#dormant.values()])
      if (dormant.peer === principalId) dormant.end();
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
      if (session.usedAt <= oldest && session.isIdle) void this.end(session);
      else session.sweep();
    }
    if (this.#startedAt <= oldest) for (const dormant of [...this.#dormant.values()]) dormant.end();
    this.#kept?.retry();
  }

  /** Ends the streams of all sessions; their calls go on. */
  endStreams(): void {
    for (const session of this.#sessions.values()) session.endStreams();
  }

  /** Lets go of all of them; those that are kept are for the next process of the hub. */
  async close(): Promise<void> {
    await this.#kept?.close();
    for (const session of this.#sessions.values()) {
      this.#onEnd(session);
      session.close(this.#kept?.has(keyOfSession(session.id)) === true);
    }
    this.#sessions.clear();
  }

  #make(id: string, options: NewSession, isKept = true): ClientSession {
    const session: ClientSession = new ClientSession({
      ...options,
      id,
      context: this.#context,
      onChange: () => {
        const isToKeep = isKept && this.#sessions.has(id);
        return (isToKeep ? this.#kept?.changed(session) : undefined) ?? Promise.resolve();
      },
      onEnd: () => void this.end(session),
    });
    return session;
  }

  /** Whether a principal may have one session more, beside its share of all; one that was never used makes room. */
  #hasOwnPlace({ peer, principal }: ClientSession): boolean {
    if (principal.kind === "anonymous") return true;
    if (this.#shares.heldBy(peer) < this.#context.budgets.limit("principalSessions")) return true;
    const own = [...this.#dormant.values(), ...this.#sessions.values()];
    const unused = own.find((one) => one.peer === peer && !one.isUsed);
    unused?.end();
    return unused !== undefined;
  }

  #addDormant({ key, peer, isUsed }: KeptSession): void {
    const dormant: Dormant = {
      key,
      peer,
      isUsed,
      end: () => {
        this.#shares.leave(peer, dormant);
        if (this.#dormant.delete(key)) void this.#kept?.remove(key);
      },
    };
    if (this.#shares.keep(peer, dormant)) this.#dormant.set(key, dormant);
    else void this.#kept?.remove(key);
  }

  #mostOfPrincipal(): BudgetUse {
    let most: BudgetUse = { used: 0 };
    const counts = new Map<string, number>();
    for (const { peer, principal } of this.#sessions.values()) {
      if (principal.kind === "anonymous") continue;
      const used = (counts.get(peer) ?? 0) + 1;
      counts.set(peer, used);
      if (used > most.used) most = { used, by: peer };
    }
    return most;
  }

  /** The session that has most of something, by the address of its client. */
  #most(count: (session: ClientSession) => number): BudgetUse {
    let most: BudgetUse = { used: 0 };
    for (const session of this.#sessions.values()) {
      const used = count(session);
      if (used > most.used) most = { used, by: session.peer };
    }
    return most;
  }
}

/** The id of a session that a hub opened: this one, or one behind it. */
export function hubSessionOf({ headers }: IncomingMessage): string | undefined {
  const id = headers["mcp-session-id"]?.toString();
  return id?.startsWith(sessionPrefix) === true ? id : undefined;
}
