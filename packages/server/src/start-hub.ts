import type { Registry } from "@hub/core";
import { composeHub } from "./hub.js";
import { configFrom } from "./hub-config.js";
import type { HubOptions } from "./hub-options.js";
import { type Listener, listen } from "./listen.js";
import { StartError } from "./start-error.js";

/** A hub that listens. */
export type Hub = {
  /** Where programs on this machine reach it. */
  readonly url: string;
  readonly port: number;
  readonly registry: Registry;
  /** Whether everybody may do all, because there are neither tokens nor an issuer. May change while it runs. */
  readonly isOpen: boolean;
  /**
   * Lets nobody in any more, says no to `/readyz`, ends streams, lets requests finish, writes what is left, closes.
   * Takes at most 10 s.
   */
  readonly stop: () => Promise<void>;
};

const drainMs = 8_000;

const everywhere: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Where programs on this machine reach a hub: one that listens on all addresses, at that of this machine alone. */
export function localUrl(host: string, port: number): string {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const near = everywhere[bare] ?? bare;
  return `http://${near.includes(":") ? `[${near}]` : near}:${port}`;
}

/**
 * Opens the store, begins to probe, and listens. Throws StartError for a port that is taken, and for a hub that
 * other machines reach and nothing asks who they are.
 */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const given = configFrom(options.config);
  const host = given.host.replace(/^\[(.*)\]$/, "$1");
  let listener: Listener | undefined;
  const hub = await composeHub(options, () => listener?.addresses ?? []);
  let running: Listener;
  try {
    running = await listen(hub.app, host, given.port, {
      takeRequest: hub.takeRequest,
      budgets: hub.budgets,
      callers: hub.callers,
      isProxy: (address) => hub.arrivals.trusts(address),
      onCut: (cut) => hub.log.warn("client-cut-off", { ...cut, reason: "it does not read" }),
      tellFault: hub.tellFault,
    });
  } catch (error) {
    await hub.close();
    throw isPortTaken(error)
      ? new StartError(
          `Port ${given.port} on ${host} is taken by another program. Stop it, or choose another port.`,
        )
      : error;
  }
  listener = running;
  hub.start();
  const { port } = running;
  let stopped: Promise<void> | undefined;
  return {
    url: localUrl(host, port),
    port,
    registry: hub.registry,
    get isOpen() {
      return hub.gate.isOpen;
    },
    stop: () => {
      stopped ??= (async () => {
        // All of it together: on a busy machine it takes seconds until nobody is let in any more.
        const until = performance.now() + drainMs;
        const left = () => Math.max(0, until - performance.now());
        await running.stopAccepting();
        hub.drain();
        await running.close(left());
        // After it: a request in flight may end with a question to its client.
        await hub.settle(left());
        await hub.close();
      })();
      return stopped;
    },
  };
}

const isPortTaken = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "EADDRINUSE";
