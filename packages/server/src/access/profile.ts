import { type HubConfig, isLoopbackHost } from "../hub-config.js";

/** `local`: only this machine can reach the hub. `network`: others can. */
export type Profile = "local" | "network";

const anyHostOf = (network: string) => network.split("/", 1)[0] ?? "";

/**
 * A hub leaves the machine when it listens beyond loopback, and also when anything in front of it does: a public
 * URL, a proxy or a host name that is not this machine's.
 */
export function profileOf({
  host,
  publicUrl,
  trustedProxies,
  allowedHosts,
}: Pick<HubConfig, "host" | "publicUrl" | "trustedProxies" | "allowedHosts">): Profile {
  const names = [
    host,
    ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname]),
    ...trustedProxies.map(anyHostOf),
    ...allowedHosts,
  ];
  return names.every((name) => isLoopbackHost(name.toLowerCase())) ? "local" : "network";
}
