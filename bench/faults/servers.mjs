// Servers of the run that are ended and started again, with when each was ready to be called.
import { fork } from "node:child_process";
import { here, keep, stop } from "../gateway/processes.mjs";

/**
 * A server in a process of its own. `hubUrl` of "-": it registers nowhere. Those of one `serviceKey` are instances of
 * one name.
 */
export class Server {
  #child;
  #url;

  constructor(name, { era, hubUrl, port = 0, serviceKey }) {
    this.name = name;
    this.era = era;
    this.hubUrl = hubUrl;
    this.port = port;
    this.serviceKey = serviceKey;
  }

  /** Resolves when it is registered, or else listens. */
  async start() {
    const args = [this.name, this.era, String(this.port), this.hubUrl];
    if (this.serviceKey !== undefined) args.push(this.serviceKey);
    const child = keep(
      fork(here("../faults/server.mjs"), args, { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
    );
    this.#child = child;
    const { url } = await new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) => reject(new Error(`${this.name} ended with exit code ${code}`)));
    });
    this.#url = url;
  }

  /** How long a request to the server itself takes just now, which is the machine's part of any wait. */
  async directMs() {
    const began = performance.now();
    const body = '{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}}';
    await fetch(this.#url, { method: "POST", body }).catch(() => undefined);
    return performance.now() - began;
  }

  /** Ends it, and starts it again when it is gone. Resolves with when it went and when it was back. */
  async restart(signal) {
    const leftAt = performance.now();
    await this.end(signal);
    await this.start();
    return { leftAt, backAt: performance.now() };
  }

  async end(signal) {
    const child = this.#child;
    if (signal !== "SIGKILL") return stop(child);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}
