import { codes, type Outcome } from "@hub/mcp";
import type { Log } from "../log.js";
import { failed } from "./json-rpc.js";

const reason = "nothing says which client it is for";
/** How many methods are logged, because a server may invent any number of them. */
const mostSaid = 20;

/** Takes messages of a server that belong to no known client, and logs each method once. */
export class NoCaller {
  readonly #log: Log | undefined;
  readonly #said = new Set<string>();

  constructor(log: Log | undefined) {
    this.#log = log;
  }

  /** Answers a question that is sent to no client. */
  refuse(method: string): Outcome {
    this.#sayOnce("asked and was refused", method);
    return failed(codes.methodNotFound, `No client is asked ${method}: ${reason}`);
  }

  /** Takes a notification that is sent to no client. */
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
