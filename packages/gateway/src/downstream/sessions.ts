import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { BudgetUse, Shares } from "@hub/core";
import type { GatewayContext } from "../relay/context.js";
import { ClientSession } from "./client-session.js";

/** Tells the hub's sessions from those of servers. */
const sessionPrefix = "hub-";

type NewSession = Omit<ConstructorParameters<typeof ClientSession>[0], "id" | "context" | "onEnd">;

const longestRetryMs = 60_000;

/**
 * The sessions of 2025 clients. Many clients never end one, so who is idle for long goes. When there are
 * too many, one that was never used after its handshake goes; one that was used never goes for a new one.
 */
export class Sessions {
  readonly #context: GatewayContext;
  /** The one used last comes last. */
  readonly #sessions = new Map<string, ClientSession>();
  readonly #onEnd: (session: ClientSession) => void;
  readonly #shares: Shares;

  constructor(context: GatewayContext, onEnd: (session: ClientSession) => void) {
    this.#context = context;
    this.#shares = context.budgets.shares("sessions");
    this.#onEnd = onEnd;
    const { budgets } = context;
    budgets.watch("identityBytes", () => this.#most(({ identity }) => identity.bytes));
    budgets.watch("questions", () => this.#most(({ questions }) => questions.size));
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** A new session; undefined when its client has all that it may have. */
  create(options: NewSession): ClientSession | undefined {
    const id = `${sessionPrefix}${randomBytes(18).toString("base64url")}`;
    const session: ClientSession = new ClientSession({
      ...options,
      id,
      context: this.#context,
      onEnd: () => this.end(session),
    });
    if (!this.#shares.admit(session.peer, session)) return undefined;
    this.#sessions.set(id, session);
    return session;
  }

  /** When the session that is unused for longest ends by itself, at most a minute. */
  get retryAfterMs(): number {
    const [first] = this.#sessions.values();
    const { sessionIdleMs } = this.#context.limits;
    const endsAt = (first?.usedAt ?? 0) + sessionIdleMs;
    return Math.min(longestRetryMs, Math.max(0, endsAt - this.#context.catalogue.now().hub));
  }

  /** The session, now used; undefined for one that ended or never was. */
  use(id: string): ClientSession | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined) return undefined;
    session.usedAt = this.#context.catalogue.now().hub;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  end(session: ClientSession): void {
    if (!this.#sessions.delete(session.id)) return;
    this.#shares.leave(session.peer, session);
    this.#onEnd(session);
    session.close();
  }

  /** Ends sessions that nobody used for long, and in the others what leads nowhere. */
  sweep(): void {
    const oldest = this.#context.catalogue.now().hub - this.#context.limits.sessionIdleMs;
    for (const session of this.#sessions.values()) {
      if (session.usedAt <= oldest && session.isIdle) this.end(session);
      else session.sweep();
    }
  }

  keepAlive(): void {
    for (const session of this.#sessions.values()) session.keepAlive();
  }

  /** Ends the streams of all sessions; their calls go on. */
  endStreams(): void {
    for (const session of this.#sessions.values()) session.endStreams();
  }

  close(): void {
    for (const session of [...this.#sessions.values()]) this.end(session);
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

/** A session the hub opened, whether or not it still stands: no server knows it. */
export function isHubSession({ headers }: IncomingMessage): boolean {
  return headers["mcp-session-id"]?.toString().startsWith(sessionPrefix) === true;
}
