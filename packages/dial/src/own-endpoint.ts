import { HubError } from "@hub/core";
import { isOwnAddress, type ListenAddress } from "./connector.js";
import { hostOf, literalAddresses } from "./endpoint-rules.js";

/** Refuses an endpoint that is the hub's own, as far as its spelling tells. Throws ENDPOINT_REFUSED. */
export function refuseOwn(endpoint: string, own: readonly ListenAddress[]): void {
  const url = new URL(endpoint);
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  // Nearly every endpoint is on another port, which is cheaper to see than its addresses.
  if (!own.some((listening) => listening.port === port)) return;
  const addresses = literalAddresses(hostOf(url)) ?? [];
  if (!addresses.some((address) => isOwnAddress(address, port, own))) return;
  throw new HubError(
    "ENDPOINT_REFUSED",
    `The endpoint ${url.host} is the hub itself. Register the address that the server listens on.`,
  );
}
