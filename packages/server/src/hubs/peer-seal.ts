import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export type PeerSealOptions = {
  /** What all hubs on the store know. */
  readonly key: Buffer;
  readonly hubId: string;
  /** Milliseconds since 1970, by a clock that they agree on. */
  readonly wall: () => number;
};

/** A request between hubs, as far as it is sealed. */
type Sealed = { readonly method: string; readonly path: string };

/** What a request says of itself before its body comes. */
export type PeerHead = {
  readonly from: string;
  readonly nonce: string;
  /** Of the body, which is still to come. */
  readonly digest: string;
};

/** The header that a request and its answer carry. */
export const peerHeader = "mcp-hub-peer";

/** A request may be so old, or as far ahead, in milliseconds. */
const lifetimeMs = 30_000;
/** Requests whose time is not over, which may not come again. More are refused meanwhile. */
const mostNonces = 200_000;

/**
 * Seals requests between hubs, and judges them. A sealed request is for one hub, holds for half a minute, and is
 * taken once.
 */
export class PeerSeal {
  readonly #options: PeerSealOptions;
  /** When each was taken; the oldest is first. */
  readonly #nonces = new Map<string, number>();

  constructor(options: PeerSealOptions) {
    this.#options = options;
  }

  /** The header of a request to a hub, and the one that its answer must have. */
  seal(to: string, { method, path }: Sealed, body: string) {
    const { hubId, wall } = this.#options;
    const nonce = randomBytes(18).toString("base64url");
    const fields = [hubId, String(Math.round(wall())), nonce, digestOf(body)];
    const mac = this.#mac(["request", to, method, path, ...fields]);
    return { header: [...fields, mac].join(" "), answer: this.answerTo(nonce) };
  }

  /** What the answer to a request carries, which only a hub can know. */
  answerTo(nonce: string): string {
    return this.#mac(["answer", nonce]);
  }

  /** Judges a request before its body is read. Returns why it is not taken, or what it says of itself. */
  open(header: unknown, { method, path }: Sealed): PeerHead | { readonly refusal: string } {
    const { hubId, wall } = this.#options;
    const fields = typeof header === "string" ? header.split(" ") : [];
    const [from = "", at = "", nonce = "", digest = "", mac = "", ...rest] = fields;
    const expected = this.#mac(["request", hubId, method, path, from, at, nonce, digest]);
    if (rest.length > 0 || !isEqual(mac, expected))
      return { refusal: "it was not sealed for this hub, with the key that this hub has" };
    const now = wall();
    if (!(Math.abs(now - Number(at)) <= lifetimeMs)) return { refusal: "its time is over" };
    this.#forget(now);
    if (this.#nonces.has(nonce)) return { refusal: "it came before" };
    if (this.#nonces.size >= mostNonces) return { refusal: "too many came just now" };
    this.#nonces.set(nonce, now);
    return { from, nonce, digest };
  }

  /** What cannot come again, since it would be too old. */
  #forget(now: number): void {
    for (const [nonce, at] of this.#nonces) {
      if (now - at <= 2 * lifetimeMs) return;
      this.#nonces.delete(nonce);
    }
  }

  #mac(parts: readonly string[]): string {
    return createHmac("sha256", this.#options.key)
      .update(JSON.stringify(parts))
      .digest("base64url");
  }
}

/** What a body is known by. */
export function digestOf(body: string | Buffer): string {
  return createHash("sha256").update(body).digest("base64url");
}

/** Compares texts in a time that does not tell where they differ. */
export function isEqual(given: string, expected: string): boolean {
  const [one, two] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === two.length && timingSafeEqual(one, two);
}
