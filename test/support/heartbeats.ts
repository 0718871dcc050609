import { holdResponse } from "@hub/testing";
import { expect } from "vitest";

/** The heartbeats of a server, as often as its lease asks for them. Each must be taken, whatever the hub's store does. */
export class Heartbeats {
  /** How many were taken. */
  count = 0;
  readonly #send: () => Promise<Response>;
  readonly #everyMs: number;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(url: string, lease: { readonly id: string; readonly heartbeatMs: number }) {
    this.#send = () => fetch(`${url}/leases/${lease.id}`, { method: "PUT" });
    this.#everyMs = lease.heartbeatMs;
    this.#beat();
  }

  /** Rejects when one of them was not taken. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#last;
  }

  #beat(): void {
    const sent = this.#send().then(async (response) => {
      await holdResponse("PUT", "/leases/x", response);
      expect(response.status).toBe(200);
      this.count += 1;
      if (!this.#isStopped) this.#timer = setTimeout(() => this.#beat(), this.#everyMs);
    });
    sent.catch(() => {}); // Told by `stop`.
    this.#last = sent;
  }
}
