import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** What the hub lets a client carry between the rounds of a call that waits for its answers. */
export type HeldState = {
  /** The hub that holds it, which is another one after each start. */
  readonly hub: string;
  readonly held: string;
  readonly round: number;
  /** What the call was: the retry must be for the same. */
  readonly subject: string;
  /** Hub time of that hub, which no change of the wall clock touches; it begins with the process. */
  readonly expiresAt: number;
};

/** A digest of who asks, the method and what it is about. */
export function subjectOf(
  principalId: string,
  method: string,
  serverId: string,
  params: unknown,
): string {
  return createHash("sha256")
    .update(JSON.stringify([principalId, method, serverId, params]))
    .digest("base64url")
    .slice(0, 22);
}

/** Signs and checks the state. */
export class StateSeal {
  readonly #key: Uint8Array;

  /**
   * Default: a key that lives as long as the process, as the calls it speaks of do: a state from before a restart is
   * refused like a forged one.
   */
  constructor(key: Uint8Array = randomBytes(32)) {
    this.#key = key;
  }

  seal(state: HeldState): string {
    const payload = Buffer.from(JSON.stringify(state), "utf8").toString("base64url");
    return `${payload}.${this.#sign(payload)}`;
  }

  /** The state; undefined when it was not sealed here. Whether it still holds is the caller's to say. */
  open(sealed: string): HeldState | undefined {
    const [payload = "", signature = "", ...rest] = sealed.split(".");
    const expected = Buffer.from(this.#sign(payload));
    const given = Buffer.from(signature);
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
      return undefined;
    // Signed here, so it is what `seal` wrote.
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as HeldState;
  }

  #sign(payload: string): string {
    return createHmac("sha256", this.#key).update(payload).digest("base64url");
  }
}
