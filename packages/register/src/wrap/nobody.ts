import type { Log } from "../log.js";
import { failed, methodNotFound, type Outcome } from "./json-rpc.js";

const reason = "nothing says which client it is for";
/** A server may make up as many methods as it likes. */
const mostSaid = 20;

/** Takes what a server sends and what cannot be told whose it is; says so once for each method. */
export class Nobody {
  readonly #log: Log | undefined;
  readonly #said = new Set<string>();

  constructor(log: Log | undefined) {
    this.#log = log;
  }

  /** The answer to a question that no client is asked. */
  refuse(method: string): Outcome {
    this.#sayOnce("asked and was refused", method);
    return failed(methodNotFound, `No client is asked ${method}: ${reason}`);
  }

  /** A notification that no client hears. */
  hear(method: string): void {
    this.#sayOnce("sent and nobody heard", method);
  }

  #sayOnce(what: string, method: string): void {
    const name = method.slice(0, 100);
    if (this.#said.has(name) || this.#said.size >= mostSaid) return;
    this.#said.add(name);
    this.#log?.({ level: "warn", message: `the server ${what} ${name}: ${reason} (said once)` });
  }
}
