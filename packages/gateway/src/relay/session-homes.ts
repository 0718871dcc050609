import type { BudgetBook } from "@hub/core";
import type { UpstreamInstance } from "../upstream/instances.js";

type Home = { readonly instanceId: string; readonly bytes: number };

/** What an entry of the map costs beside its texts. */
const bytesOfEntry = 128;

/** Which instance of a server each of its sessions lives at. Those used longest ago make room. */
export class SessionHomes {
  readonly #budgets: BudgetBook;
  /** The one used last comes last. */
  readonly #homes = new Map<string, Home>();
  #bytes = 0;

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
    budgets.watch("sessionHomeBytes", () => ({ used: this.#bytes }));
  }

  /** The id of the instance that a session of a server was last seen at. */
  of(serverId: string, sessionId: string): string | undefined {
    return this.#homes.get(keyOf(serverId, sessionId))?.instanceId;
  }

  remember({ serverId, instanceId }: UpstreamInstance, sessionId: string): void {
    const key = keyOf(serverId, sessionId);
    this.#forget(key);
    const bytes = key.length + instanceId.length + bytesOfEntry;
    this.#homes.set(key, { instanceId, bytes });
    this.#bytes += bytes;
    const limit = this.#budgets.limit("sessionHomeBytes");
    for (const oldest of this.#homes.keys()) {
      if (this.#bytes <= limit) break;
      this.#forget(oldest);
      this.#budgets.refused("sessionHomeBytes");
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#homes.get(key)?.bytes ?? 0;
    this.#homes.delete(key);
  }
}

/** Some servers number their sessions, so they are alike at two of them. */
function keyOf(serverId: string, sessionId: string): string {
  return `${serverId} ${sessionId}`;
}
