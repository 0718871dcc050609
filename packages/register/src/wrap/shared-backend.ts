import type { Backend } from "./backend.js";
import type { ServerDescription } from "./handshake.js";
import type { OpenedSession } from "./legacy-sessions.js";
import { ModernBridge } from "./modern-bridge.js";
import { ownSdk } from "./sdk.js";
import { SharedSession } from "./shared-session.js";
import type { Upstream } from "./upstream.js";

/** One server connection for all clients: an instance, or a process behind stdio. */
export class SharedBackend implements Backend {
  readonly announcesToSessions = false;
  readonly keepsWrittenNumbers: boolean;
  readonly reference: Upstream;
  readonly #bridge: ModernBridge;

  /** `keepsWrittenNumbers`: the connection is one of text. */
  constructor(upstream: Upstream, keepsWrittenNumbers: boolean) {
    this.reference = upstream;
    this.keepsWrittenNumbers = keepsWrittenNumbers;
    this.#bridge = new ModernBridge({
      reference: upstream,
      borrow: async () => ({ upstream, release() {} }),
    });
  }

  async attach(session: OpenedSession): Promise<void> {
    new SharedSession(session, this.reference);
    await session.transport.start();
  }

  async sdk() {
    return ownSdk;
  }

  createModernServer() {
    return this.#bridge.createServer();
  }

  describe(): Promise<ServerDescription> {
    return this.reference.initialize();
  }

  async close(): Promise<void> {
    this.#bridge.close();
    await this.reference.close();
  }
}
