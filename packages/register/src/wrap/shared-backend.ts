import type { Backend } from "./backend.js";
import type { SessionTransport } from "./legacy-sessions.js";
import { ModernBridge } from "./modern-bridge.js";
import { SharedSession } from "./shared-session.js";
import type { ServerDescription, Upstream } from "./upstream.js";

/** One server connection for all clients: an instance, or a process behind stdio. */
export class SharedBackend implements Backend {
  readonly isShared = true;
  readonly reference: Upstream;
  readonly #bridge: ModernBridge;

  constructor(upstream: Upstream) {
    this.reference = upstream;
    this.#bridge = new ModernBridge({
      reference: upstream,
      borrow: async () => ({ upstream, release() {} }),
    });
  }

  async attach(transport: SessionTransport): Promise<void> {
    new SharedSession(transport, this.reference);
    await transport.start();
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
