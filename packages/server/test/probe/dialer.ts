import type { Dialer, DialerOptions } from "../../src/probe/dialer.js";
import { createDialer } from "../../src/probe/dialer.js";
import { createEndpointRules } from "../../src/probe/endpoint-rules.js";

/** A dialer as a hub on loopback has it. */
export function createTestDialer(options: Partial<DialerOptions> = {}): Dialer {
  return createDialer({
    rules: createEndpointRules({ profile: "local" }),
    hubId: "hub-under-test",
    version: "1.2.3",
    ...options,
  });
}
