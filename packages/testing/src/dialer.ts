import { createDialer, createEndpointRules, type Dialer, type DialerOptions } from "@hub/dial";

/** A dialer as a hub on loopback has it. */
export function createTestDialer(options: Partial<DialerOptions> = {}): Dialer {
  return createDialer({
    rules: createEndpointRules({ profile: "local" }),
    hubId: "hub-under-test",
    version: "1.2.3",
    ...options,
  });
}
