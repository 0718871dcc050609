import type { BudgetBook, ByteShares } from "@hub/core";
import type { UpstreamInstance } from "../upstream/instances.js";

/** What an entry of the map costs beside its texts. */
const bytesOfEntry = 128;

/**
 * Which instance of a server each of its sessions lives at. Servers share the room, and those of a
 * server's sessions that were used longest ago make room for its new ones.
 */
export class SessionHomes {
  readonly #budgets: BudgetBook;
  readonly #shares: ByteShares;
  /** By server and session, the ids of instances; of each server, the session used last comes last. */
  readonly #homes = new Map<string, Map<string, string>>();

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
    this.#shares = budgets.byteShares("sessionHomeBytes");
  }

  /** The id of the instance that a session of a server was last seen at. To ask is to use it. */
  of(serverId: string, sessionId: string): string | undefined {
    const homes = this.#homes.get(serverId);
    const instanceId = homes?.get(sessionId);
    if (homes === undefined || instanceId === undefined) return undefined;
    homes.delete(sessionId);
    homes.set(sessionId, instanceId);
    return instanceId;
  }

  remember({ serverId, instanceId }: UpstreamInstance, sessionId: string): void {
    this.#forget(serverId, sessionId);
    const bytes = bytesOf(sessionId, instanceId);
    while (!this.#shares.take(serverId, bytes)) {
      this.#budgets.refused("sessionHomeBytes");
      const [oldest] = this.#homes.get(serverId)?.keys() ?? [];
      if (oldest === undefined) return;
      this.#forget(serverId, oldest);
    }
    const homes = this.#homes.get(serverId) ?? new Map<string, string>();
    this.#homes.set(serverId, homes.set(sessionId, instanceId));
  }

  /** Forgets the sessions of servers that are no more. */
  retain(serverIds: ReadonlySet<string>): void {
    for (const [serverId, homes] of this.#homes)
      if (!serverIds.has(serverId))
        for (const sessionId of [...homes.keys()]) this.#forget(serverId, sessionId);
  }

  #forget(serverId: string, sessionId: string): void {
    const homes = this.#homes.get(serverId);
    const instanceId = homes?.get(sessionId);
    if (homes === undefined || instanceId === undefined) return;
    homes.delete(sessionId);
    if (homes.size === 0) this.#homes.delete(serverId);
    this.#shares.give(serverId, bytesOf(sessionId, instanceId));
  }
}

function bytesOf(sessionId: string, instanceId: string): number {
  return sessionId.length + instanceId.length + bytesOfEntry;
}
