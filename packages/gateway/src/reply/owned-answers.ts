import type { ServerResponse } from "node:http";
import type { Principal } from "@hub/core/access";

/** Answers that are under way, by who asked for them, so that those of one who may ask no more can be ended. */
export class OwnedAnswers {
  readonly #open = new Map<string, Set<ServerResponse>>();

  /** Does nothing for one that is here already. */
  add({ id }: Principal, response: ServerResponse): void {
    const own = this.#open.get(id) ?? new Set();
    if (own.has(response)) return;
    this.#open.set(id, own.add(response));
    response.once("close", () => {
      own.delete(response);
      if (own.size === 0 && this.#open.get(id) === own) this.#open.delete(id);
    });
  }

  /** Breaks off what somebody waits for. */
  endOf(principalId: string): void {
    for (const response of [...(this.#open.get(principalId) ?? [])]) response.destroy();
  }
}
