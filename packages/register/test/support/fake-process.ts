import type { JsonObject } from "@hub/core/json";
import type { ServerProcess } from "../../src/stdio/command.js";
import { isRequest, type JsonRpcMessage } from "../../src/wrap/json-rpc.js";
import type { Link } from "../../src/wrap/link.js";

/** A process of a server that knows its number and counts, without an operating system. */
export class FakeProcess implements ServerProcess {
  readonly number: number;
  count = 0;
  isEnding = false;
  readonly gone: Promise<boolean>;
  readonly link: Link;
  #leave = (_isAccident: boolean) => {};

  constructor(number: number) {
    this.number = number;
    this.gone = new Promise((resolve) => {
      this.#leave = resolve;
    });
    this.link = {
      send: (message) => queueMicrotask(() => this.#receive(message)),
      close: () => this.end(),
      onMessage: () => {},
      onClose: () => {},
    };
  }

  /** It ends by itself. */
  crash(): void {
    this.#over(true, "signal SIGKILL");
  }

  async end(): Promise<void> {
    this.#over(false, "exit code 0");
  }

  #over(isAccident: boolean, reason: string): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.link.onClose(reason);
    this.#leave(isAccident);
  }

  #receive(message: JsonRpcMessage): void {
    if (!isRequest(message) || this.isEnding) return;
    const result = this.#results[message.method]?.() ?? {};
    this.link.onMessage({ jsonrpc: "2.0", id: message.id, result }, undefined);
  }

  readonly #results: Readonly<Record<string, () => JsonObject>> = {
    initialize: () => ({
      protocolVersion: "2025-06-18",
      capabilities: { tools: {} },
      serverInfo: { name: "Fake", version: "1" },
    }),
    "tools/list": () => ({ tools: [{ name: "count", inputSchema: { type: "object" } }] }),
    "tools/call": () => {
      this.count += 1;
      return { content: [{ type: "text", text: `${this.number}:${this.count}` }] };
    },
  };
}
