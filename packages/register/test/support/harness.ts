import { afterEach, beforeEach, expect } from "vitest";
import {
  type LogEntry,
  type Registered,
  type RegisterOptions,
  register,
  type Target,
} from "../../src/index.js";
import { clientKinds, connectClient } from "./clients.js";
import { HubStub } from "./hub-stub.js";

/** A hub for each test, what is started registered there, and all of it ended afterwards. */
export function useHub() {
  const harness = {
    hub: new HubStub(),
    log: [] as LogEntry[],
    cleanups: [] as (() => unknown)[],
    messages: () => harness.log.map(({ level, message }) => `${level}: ${message}`),
    start(target: Target, options: RegisterOptions = {}): Registered {
      const registered = register(target, {
        hubUrl: harness.hub.url,
        signals: false,
        log: (entry) => harness.log.push(entry),
        ...options,
      });
      harness.cleanups.push(() => registered.close());
      return registered;
    },
  };
  beforeEach(async () => {
    harness.hub = await new HubStub().start();
    harness.log = [];
  });
  afterEach(async () => {
    for (const cleanup of harness.cleanups.splice(0).reverse()) await cleanup();
    await harness.hub.stop();
  });
  return harness;
}

/** A client of each kind calls the server there. */
export async function greets(url: string | undefined): Promise<void> {
  for (const kind of clientKinds) {
    const client = await connectClient(kind, url ?? "");
    expect(await client.call("greet", { name: kind })).toBe(`Hello ${kind}`);
    await client.close();
  }
}
