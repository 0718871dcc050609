import { ServerResponse } from "node:http";
import { markShared } from "@hub/gateway";
import type { Context } from "hono";
import type { AppEnv } from "./hono.js";

/** Below this many bytes, keeping track costs more than writing again. */
const leastShared = 64 * 1024;

/**
 * Long answers that many are given, written once for all who are being sent them at the same time. They are kept
 * no longer than that: who asks again later is worth the time that it takes, and nothing waits for those who
 * never ask again.
 */
export class SharedAnswers {
  readonly #answers = new WeakMap<object, Map<string, WeakRef<Buffer<ArrayBuffer>>>>();

  /** The JSON of what `make` returns, which must be the same for every call with this `source` and `name`. */
  json(context: Context<AppEnv>, source: object, name: string, make: () => unknown): Response {
    const answer =
      this.#answers.get(source)?.get(name)?.deref() ?? this.#write(source, name, make());
    const outgoing = context.env?.outgoing;
    if (outgoing instanceof ServerResponse) markShared(outgoing, [answer]);
    return context.body(answer, 200, { "content-type": "application/json" });
  }

  #write(source: object, name: string, value: unknown): Buffer<ArrayBuffer> {
    const answer = Buffer.from(JSON.stringify(value));
    if (answer.length < leastShared) return answer;
    const answers = this.#answers.get(source) ?? new Map<string, WeakRef<Buffer<ArrayBuffer>>>();
    this.#answers.set(source, answers.set(name, new WeakRef(answer)));
    return answer;
  }
}
