import type { Log } from "../log.js";
import type { Backend } from "../wrap/backend.js";
import type { ServerDescription } from "../wrap/handshake.js";
import type { OpenedSession } from "../wrap/legacy-sessions.js";
import { isListing } from "../wrap/list-memory.js";
import { ModernBridge } from "../wrap/modern-bridge.js";
import { type OwnServer, OwnSession } from "../wrap/own-session.js";
import { ownSdk } from "../wrap/sdk.js";
import { Upstream } from "../wrap/upstream.js";
import type { ServerProcess } from "./command.js";
import { ProcessPool } from "./process-pool.js";
import { Restarts } from "./restarts.js";

/** A server that answered once answers again at once, or refuses to in its own way. Milliseconds. */
const greetAgainMs = 10_000;

export interface ProcessBackendOptions {
  start(): Promise<ServerProcess>;
  /** At most so many processes at a time. */
  readonly mostProcesses: number;
  /**
   * The process of requests without a session ends when no call came for this long, in milliseconds; that
   * of a session gives way to a new one when its client asked nothing for this long.
   */
  readonly idleMs: number;
  /** How long a process may take to answer for the first time, in milliseconds. */
  readonly handshakeMs: number;
  readonly log: Log;
  /** Milliseconds that never jump. */
  now(): number;
}

/**
 * A process for each session, and one for all requests without a session. When as many run as may, a
 * session whose client has long been silent ends for a new one, though it may still listen. The first one, which said
 * what the server is, goes to the first session, unless a request without a session did more in it
 * than list. With no process running the server is still described and its lists are answered; what
 * else comes starts one.
 */
export class ProcessBackend implements Backend {
  readonly announcesToSessions = false;
  readonly keepsWrittenNumbers = true;
  /** That of the requests without a session. It asks nothing back: nobody could tell whom. */
  readonly reference: Upstream;
  readonly #options: ProcessBackendOptions;
  readonly #pool: ProcessPool<ServerProcess>;
  readonly #restarts: Restarts;
  readonly #bridge: ModernBridge;
  readonly #sessions = new Set<OpenedSession>();
  #calls = 0;
  #usedAt: number;

  constructor(options: ProcessBackendOptions) {
    this.#options = options;
    this.#usedAt = options.now();
    this.#pool = new ProcessPool(options.mostProcesses, () => this.#endSilent());
    this.#restarts = new Restarts(() => this.#pool.open(() => options.start()));
    this.reference = new Upstream({
      open: async () => {
        const { link } = await this.#restarts.start();
        this.#usedAt = options.now();
        return link;
      },
      clientCapabilities: {},
      handshakeMs: options.handshakeMs,
      remembersLists: true,
      wantsLogs: false,
      log: options.log,
    });
    this.#bridge = new ModernBridge({
      reference: this.reference,
      borrow: async (_client, method) => ({
        upstream: this.reference,
        // The hub lists from time to time with nobody behind it: that is no use of the process.
        release: isListing(method) ? () => {} : this.#begin(),
      }),
    });
  }

  async sdk() {
    return ownSdk;
  }

  async attach(session: OpenedSession): Promise<void> {
    const { handshakeMs } = this.#options;
    new OwnSession(session, {
      open: () => this.#openForSession(),
      openFresh: () => this.#openFresh(),
      handshakeMs,
      greetAgainMs,
    });
    const { transport } = session;
    const ended = transport.onclose;
    this.#sessions.add(session);
    transport.onclose = () => {
      this.#sessions.delete(session);
      ended?.();
    };
    await transport.start();
  }

  createModernServer() {
    return this.#bridge.createServer();
  }

  describe(): Promise<ServerDescription> {
    return this.reference.describe();
  }

  /** Ends the process of the requests without a session, if it has been idle for long enough. */
  async endIdle(): Promise<void> {
    const isUsed = this.#calls > 0 || this.reference.subscribers.subscribedUris().size > 0;
    if (isUsed) this.#usedAt = this.#options.now();
    else if (this.#options.now() - this.#usedAt >= this.#options.idleMs)
      await this.reference.rest();
  }

  async close(): Promise<void> {
    this.#bridge.close();
    await this.reference.close();
  }

  /** Ends the session that was silent for longest, if that is long enough. Its process ends with it. */
  #endSilent(): boolean {
    const { idleMs } = this.#options;
    const [silent] = [...this.#sessions]
      .filter(({ silentMs }) => silentMs >= idleMs)
      .sort((one, other) => other.silentMs - one.silentMs);
    if (silent === undefined) return false;
    this.#sessions.delete(silent);
    void silent.transport.close();
    return true;
  }

  #begin(): () => void {
    this.#calls += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#calls -= 1;
      this.#usedAt = this.#options.now();
    };
  }

  async #openForSession(): Promise<OwnServer> {
    const link = await this.reference.giveAway(greetAgainMs);
    const first = link === undefined ? undefined : this.#restarts.letGo();
    if (first === undefined || first.isEnding) return this.#openFresh();
    return { link: first.link, isGreeted: true, end: () => first.end() };
  }

  async #openFresh(): Promise<OwnServer> {
    const opened = await this.#pool.open(() => this.#options.start());
    return { link: opened.link, isGreeted: false, end: () => opened.end() };
  }
}
