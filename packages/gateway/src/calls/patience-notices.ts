import type { Reply } from "../reply/reply.js";
import type { Place } from "../upstream/restart-queue.js";

/** How often a client is told that its call waits; most restarts are over before the first time. */
const everyMs = 1_000;

/**
 * Tells a client that asked for progress that its call waits for a server, so that it does not give up.
 * What is told counts up to nothing, the seconds that are left: it grows each time, as progress must, and
 * whatever the server says afterwards is more.
 */
export class PatienceNotices {
  readonly #progressToken: string | number;
  readonly #serverName: string;
  #toldAt: number | undefined;

  constructor(progressToken: string | number, serverName: string) {
    this.#progressToken = progressToken;
    this.#serverName = serverName;
  }

  /** In hub time. */
  tell(reply: Reply, { since, until }: Place, now: number): void {
    if (now - (this.#toldAt ?? since) < everyMs) return;
    this.#toldAt = now;
    const params = {
      progressToken: this.#progressToken,
      progress: Math.min(0, Math.round(now - until) / 1_000),
      message: `Waiting for ${this.#serverName} to come back`,
    };
    reply.event({
      data: JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params }),
    });
  }
}
