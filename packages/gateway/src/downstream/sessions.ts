import { randomBytes } from "node:crypto";
import type { GatewayContext } from "../relay/context.js";
import { ClientSession } from "./client-session.js";

/** Tells the hub's sessions from those of servers. */
export const sessionPrefix = "hub-";

type NewSession = Omit<ConstructorParameters<typeof ClientSession>[0], "id" | "context">;

/**
 * The sessions of 2025 clients. Many clients never end one, and some open one a call: who is idle for
 * long, or was unused for longest when there are too many, goes.
 */
export class Sessions {
  readonly #context: GatewayContext;
  /** The one used last comes last. */
  readonly #sessions = new Map<string, ClientSession>();
  readonly #onEnd: (session: ClientSession) => void;

  constructor(context: GatewayContext, onEnd: (session: ClientSession) => void) {
    this.#context = context;
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#sessions.size;
  }

  create(options: NewSession): ClientSession {
    const id = `${sessionPrefix}${randomBytes(18).toString("base64url")}`;
    if (this.#sessions.size >= this.#context.limits.mostSessions) this.#makeRoom();
    const session = new ClientSession({ ...options, id, context: this.#context });
    this.#sessions.set(id, session);
    return session;
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
    this.#onEnd(session);
    session.close();
  }

  /** Ends sessions that nobody used for long. */
  sweep(): void {
    const oldest = this.#context.catalogue.now().hub - this.#context.limits.sessionIdleMs;
    for (const session of this.#sessions.values()) {
      if (session.usedAt <= oldest && session.isIdle) this.end(session);
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

  #makeRoom(): void {
    const [first] = this.#sessions.values();
    const victim = [...this.#sessions.values()].find(({ isIdle }) => isIdle) ?? first;
    if (victim !== undefined) this.end(victim);
  }
}
