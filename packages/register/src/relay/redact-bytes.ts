import { Transform, type TransformCallback } from "node:stream";
import { spellingsOf } from "../mask-secrets.js";

const mark = "***";

/**
 * Takes texts out of a stream of bytes, as they are and as they stand in JSON, in URLs and in Base64, also where
 * one is cut in two between chunks. Holds bytes back only
 * while they may be the beginning of such a text, so that events cross as they come.
 */
export class RedactBytes extends Transform {
  /** As bytes, one character each. The longest first: one may be part of another. */
  readonly #secrets: readonly string[];
  #held = "";

  constructor(secrets: readonly string[]) {
    super();
    const written = secrets.flatMap((one) => [
      ...[one, JSON.stringify(one).slice(1, -1)],
      ...spellingsOf(one),
    ]);
    this.#secrets = [...new Set(written)]
      .filter((one) => one !== "")
      .map((one) => Buffer.from(one, "utf8").toString("latin1"))
      .sort((one, other) => other.length - one.length);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = this.#without(this.#held + chunk.toString("latin1"));
    const end = text.length - this.#beginningAtEnd(text);
    this.#held = text.slice(end);
    done(null, Buffer.from(text.slice(0, end), "latin1"));
  }

  override _flush(done: TransformCallback): void {
    done(null, Buffer.from(this.#held, "latin1"));
  }

  #without(text: string): string {
    return this.#secrets.reduce((left, secret) => left.replaceAll(secret, mark), text);
  }

  /** How many characters at the end may be the beginning of a secret. */
  #beginningAtEnd(text: string): number {
    const longest = Math.min((this.#secrets[0]?.length ?? 1) - 1, text.length);
    for (let length = longest; length > 0; length -= 1) {
      const end = text.slice(-length);
      if (this.#secrets.some((secret) => secret.length > length && secret.startsWith(end)))
        return length;
    }
    return 0;
  }
}
