import { flappingOf } from "@hub/core";
import { announcesLists } from "./announced-changes.js";
import type { GatewayContext } from "./context.js";

/** A proxy may end the stream of each instance every minute, and each reading asks all of them. */
const betweenMs = 30_000;

type Resting = { isWanted: boolean; readonly timer: NodeJS.Timeout };

/**
 * Reads the lists of servers again that may have changed while nobody heard it: at once, and then not again for some
 * time, however many instances were not heard meanwhile. What was missed in that time is read at its end.
 */
export class Rereadings {
  readonly #context: Pick<GatewayContext, "catalogue" | "readAgain">;
  /** Servers that were read only just now. */
  readonly #resting = new Map<string, Resting>();

  constructor(context: Pick<GatewayContext, "catalogue" | "readAgain">) {
    this.#context = context;
  }

  want(serverId: string): void {
    const resting = this.#resting.get(serverId);
    if (resting === undefined) this.#read(serverId);
    else resting.isWanted = true;
  }

  close(): void {
    for (const { timer } of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
  }

  #read(serverId: string): void {
    const { catalogue, readAgain } = this.#context;
    const entry = catalogue.get(serverId);
    if (entry === undefined || !announcesLists(entry)) return;
    // One that flaps is read when its time has come, whatever may have changed.
    if (flappingOf(entry.pace) !== undefined) return;
    const timer = setTimeout(() => this.#rested(serverId), betweenMs).unref();
    this.#resting.set(serverId, { isWanted: false, timer });
    void readAgain?.(serverId);
  }

  #rested(serverId: string): void {
    const isWanted = this.#resting.get(serverId)?.isWanted === true;
    this.#resting.delete(serverId);
    if (isWanted) this.#read(serverId);
  }
}
