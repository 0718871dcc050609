import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterBody } from "../wrap/after-body.js";
import type { FetchHandler, NodeListener } from "./node-listener.js";

/** What was sent before its sender knew of the end arrives in this time. Milliseconds. */
const onItsWayMs = 100;

/** The calls that a place answers now, so that it can finish them before it closes. */
export class RunningCalls {
  readonly #running = new Set<object>();
  /** Called at each end of a call. */
  readonly #waiting = new Set<() => void>();
  #touchedAt = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#running.size;
  }

  /** A call has come. Returns what to call when it is answered or given up. */
  begin(): () => void {
    const call = {};
    this.#running.add(call);
    this.#touchedAt = performance.now();
    return () => {
      if (!this.#running.delete(call)) return;
      this.#touchedAt = performance.now();
      for (const look of this.#waiting) look();
    };
  }

  /** Resolves when the calls that run now are over, or after `ms`. Those that come meanwhile do not count. */
  whenOver(ms: number): Promise<void> {
    const calls = [...this.#running];
    return this.#until(() => !calls.some((call) => this.#running.has(call)), ms);
  }

  /** Resolves when none has run for as long as one may be on its way, or after `ms`. */
  async whenQuiet(ms: number): Promise<void> {
    const end = performance.now() + ms;
    if (this.#touchedAt === Number.NEGATIVE_INFINITY) return;
    for (;;) {
      await this.#until(() => this.size === 0, end - performance.now());
      await readArrived();
      const now = performance.now();
      const leftMs = Math.min(this.#touchedAt + onItsWayMs, end) - now;
      if (now >= end || (this.size === 0 && leftMs <= 0)) return;
      await sleep(Math.max(leftMs, 0));
    }
  }

  async #until(isSo: () => boolean, ms: number): Promise<void> {
    if (isSo() || ms <= 0) return;
    const done = new AbortController();
    const look = () => {
      if (isSo()) done.abort();
    };
    this.#waiting.add(look);
    // It ends early by being aborted.
    await sleep(ms, undefined, { signal: done.signal }).catch(() => {});
    this.#waiting.delete(look);
  }
}

/** A process that was busy for long takes first the connections that wait, then what they sent. */
async function readArrived(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A stream stays open until its place closes: nothing waits for its end. */
function isCall(method: string | undefined, mcpMethod: unknown): boolean {
  return method === "POST" && mcpMethod !== "subscriptions/listen";
}

/** Counts what a web-standard handler answers. */
export function countingFetch(running: RunningCalls, fetch: FetchHandler): FetchHandler {
  return async (request, parsedBody) => {
    if (!isCall(request.method, request.headers.get("mcp-method")))
      return fetch(request, parsedBody);
    const done = running.begin();
    try {
      return afterBody(await fetch(request, parsedBody), done);
    } catch (error) {
      done();
      throw error;
    }
  };
}

/** Counts what a `node:http` listener answers, until the system has it. */
export function countingNode(running: RunningCalls, listener: NodeListener): NodeListener {
  return (request, response) => {
    const { method, headers } = request as IncomingMessage; // nothing else calls a `node:http` listener
    if (isCall(method, headers["mcp-method"]))
      (response as ServerResponse).once("close", running.begin());
    listener(request, response);
  };
}
