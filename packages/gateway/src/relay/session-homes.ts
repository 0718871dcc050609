import type { BudgetBook } from "@hub/core";
import type { ByteShares } from "@hub/core/limits";
import type { UpstreamInstance } from "../upstream/instances.js";

/** What an entry of the map costs beside its texts. */
const bytesOfEntry = 160;

type Home = {
  readonly instanceId: string;
  /** The revision that client and server agreed on; undefined until that was read in passing. */
  protocolVersion: string | undefined;
};

/**
 * Which instance of a server each of its sessions lives at, and what it agreed on. Servers share the room, and those of a
 * server's sessions that were used longest ago make room for its new ones.
 */
export class SessionHomes {
  readonly #budgets: BudgetBook;
  readonly #shares: ByteShares;
  /** By server and session; of each server, the session used last comes last. */
  readonly #homes = new Map<string, Map<string, Home>>();

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
    this.#shares = budgets.byteShares("sessionHomeBytes");
  }

  /** The id of the instance that a session of a server was last seen at. To ask is to use it. */
  of(serverId: string, sessionId: string): string | undefined {
    const homes = this.#homes.get(serverId);
    const home = homes?.get(sessionId);
    if (homes === undefined || home === undefined) return undefined;
    homes.delete(sessionId);
    homes.set(sessionId, home);
    return home.instanceId;
  }

  /** The revision that a session of a server agreed on, as far as it is known. */
  versionOf(serverId: string, sessionId: string): string | undefined {
    return this.#homes.get(serverId)?.get(sessionId)?.protocolVersion;
  }

  /** A session whose instance is known has agreed on a revision. */
  agreed(serverId: string, sessionId: string, protocolVersion: string | undefined): void {
    const home = this.#homes.get(serverId)?.get(sessionId);
    if (home !== undefined) home.protocolVersion = protocolVersion;
  }

  remember({ serverId, instanceId }: UpstreamInstance, sessionId: string): void {
    const protocolVersion = this.versionOf(serverId, sessionId);
    this.#forget(serverId, sessionId);
    const bytes = bytesOf(sessionId, instanceId);
    while (!this.#shares.take(serverId, bytes)) {
      this.#budgets.refused("sessionHomeBytes");
      const [oldest] = this.#homes.get(serverId)?.keys() ?? [];
      if (oldest === undefined) return;
      this.#forget(serverId, oldest);
    }
    const homes = this.#homes.get(serverId) ?? new Map<string, Home>();
    this.#homes.set(serverId, homes.set(sessionId, { instanceId, protocolVersion }));
  }

  /** Forgets the sessions of servers that are no more. */
  retain(serverIds: ReadonlySet<string>): void {
    for (const [serverId, homes] of this.#homes)
      if (!serverIds.has(serverId))
        for (const sessionId of [...homes.keys()]) this.#forget(serverId, sessionId);
  }

  #forget(serverId: string, sessionId: string): void {
    const homes = this.#homes.get(serverId);
    const home = homes?.get(sessionId);
    if (homes === undefined || home === undefined) return;
    homes.delete(sessionId);
    if (homes.size === 0) this.#homes.delete(serverId);
    this.#shares.give(serverId, bytesOf(sessionId, home.instanceId));
  }
}

function bytesOf(sessionId: string, instanceId: string): number {
  return sessionId.length + instanceId.length + bytesOfEntry;
}
