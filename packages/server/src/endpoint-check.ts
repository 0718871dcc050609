import { HubError } from "@hub/core";
import { checkEndpoint, type EndpointRules, refuseOwn } from "@hub/dial";
import { hubEndpointOf } from "@hub/gateway";
import type { Listener } from "./listen.js";

export type EndpointCheckOptions = {
  readonly rules: EndpointRules;
  readonly ownAddresses: () => Listener["addresses"];
  /** The origin under which clients reach the hub, where it has one of its own. */
  readonly publicUrl: string | undefined;
};

/** Throws ENDPOINT_REFUSED for an endpoint that the hub may not dial, or that is itself, as far as its spelling tells. */
export function createEndpointCheck({
  rules,
  ownAddresses,
  publicUrl,
}: EndpointCheckOptions): (endpoint: string) => void {
  return (endpoint) => {
    checkEndpoint(endpoint, rules);
    refuseOwn(endpoint, ownAddresses());
    const { origin, pathname } = new URL(endpoint);
    // Other servers may be behind the same name, at other paths.
    if (origin === publicUrl && hubEndpointOf(pathname) !== undefined)
      throw new HubError(
        "ENDPOINT_REFUSED",
        `The endpoint ${endpoint.slice(0, 200)} is the hub itself, under its public URL. Register the address that the server listens on.`,
      );
  };
}
