import type { ServerResponse } from "node:http";
import type { Principal } from "@hub/core/access";

type Owned = {
  readonly owner: string;
  readonly response: ServerResponse;
  /** Where it stands among those that are open. */
  at: number;
};

/**
 * Answers that are under way, and who asked for them, so that those of one who may ask no more can be ended. A list
 * whose last moves to where one ends: a map that answers come to and go from is made anew every few of them, and its
 * old self keeps those it had alive until all garbage is collected.
 */
export class OwnedAnswers {
  readonly #open: Owned[] = [];

  /** One that is here already is here twice, which does no harm. */
  add({ id }: Principal, response: ServerResponse): void {
    const owned: Owned = { owner: id, response, at: this.#open.length };
    this.#open.push(owned);
    response.on("close", () => this.#remove(owned));
  }

  /** Breaks off what somebody waits for. */
  endOf(principalId: string): void {
    for (const { response } of this.#open.filter(({ owner }) => owner === principalId))
      response.destroy();
  }

  #remove(owned: Owned): void {
    const last = this.#open.pop();
    if (last === undefined || last === owned) return;
    last.at = owned.at;
    this.#open[last.at] = last;
  }
}
