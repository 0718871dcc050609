import { HubError } from "@hub/core";
import {
  type AddressKind,
  addressKind,
  embeddedAddresses,
  isListenAddress,
  type Network,
  networkHolds,
  parseNetwork,
} from "./address.js";

/** `local`: the hub listens on loopback only. `network`: others can reach it. */
export type EndpointProfile = "local" | "network";

export type EndpointRules = {
  readonly profile: EndpointProfile;
  /** Networks the operator named in MCP_HUB_ALLOW_ENDPOINTS. */
  readonly allow: readonly Network[];
};

export type AddressVerdict =
  | { readonly isAllowed: true }
  | { readonly isAllowed: false; readonly reason: string; readonly fix: string };

/** Throws a sentence that names the entry of MCP_HUB_ALLOW_ENDPOINTS that is no network. */
export function createEndpointRules(options: {
  readonly profile: EndpointProfile;
  readonly allow?: readonly string[];
}): EndpointRules {
  const allow = (options.allow ?? []).map((text) => {
    const network = parseNetwork(text);
    if (network !== undefined) return network;
    throw new HubError(
      "INVALID_REQUEST",
      `MCP_HUB_ALLOW_ENDPOINTS must list networks such as 10.0.0.0/8 or fd00::/8, got ${JSON.stringify(text.slice(0, 80))}.`,
    );
  });
  return { profile: options.profile, allow };
}

/** What no profile opens is opened only by a network of that very kind, never by one so wide that it happens to hold it. */
function opensDenied(network: Network): boolean {
  const narrowest = network.base.includes(":") ? 10 : 8;
  return network.bits >= narrowest && addressKind(network.base) === "denied";
}

const names: Readonly<Record<Exclude<AddressKind, "public">, string>> = {
  loopback: "a loopback address",
  private: "on a private network",
  denied:
    "a metadata, link-local, multicast or reserved address, or an IPv4 address inside of IPv6",
};

/** Whether the hub may connect to an address. Asked again for every connection. */
export function checkAddress(ip: string, rules: EndpointRules): AddressVerdict {
  const kind = addressKind(ip);
  if (kind === "public") return { isAllowed: true };
  if (kind === undefined)
    return {
      isAllowed: false,
      reason: "is no IP address",
      fix: "Use an IP address or a host name.",
    };
  if (kind !== "denied" && rules.profile === "local") return { isAllowed: true };
  const isNamed = rules.allow.some(
    (network) => networkHolds(network, ip) && (kind !== "denied" || opensDenied(network)),
  );
  // Who names a way to IPv4 addresses does not name all of these.
  if (isNamed) {
    const refused = embeddedAddresses(ip).map((embedded) => checkAddress(embedded, rules));
    return refused.find(({ isAllowed }) => !isAllowed) ?? { isAllowed: true };
  }
  if (isListenAddress(ip))
    return {
      isAllowed: false,
      reason: "is where a server listens, not where it can be called",
      fix: "Register it under 127.0.0.1, localhost or the name of its machine.",
    };
  const example = `MCP_HUB_ALLOW_ENDPOINTS=${ip}/${ip.includes(":") ? 128 : 32}`;
  return kind === "denied"
    ? {
        isAllowed: false,
        reason: `is ${names.denied}, which the hub never dials`,
        fix: `Register the server under an ordinary address; if it really is there, start the hub with ${example}.`,
      }
    : {
        isAllowed: false,
        reason: `is ${names[kind]}, which a hub that is open to the network does not dial by itself`,
        fix: `If servers may live there, start the hub with ${example} (or a wider network).`,
      };
}

/** The host of a URL as one compares it: no brackets, no trailing dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/** The addresses a literal host stands for; undefined when it is a name that must be resolved. */
export function literalAddresses(host: string): readonly string[] | undefined {
  // `localhost` is loopback by definition (RFC 6761), whatever the resolver says; `foo.localhost` is just a name.
  if (host === "localhost") return ["127.0.0.1", "::1"];
  return addressKind(host) === undefined ? undefined : [host];
}

/**
 * Refuses, when a server registers, an endpoint the hub would never dial. A host name passes: its
 * addresses are checked at every connection. Throws ENDPOINT_REFUSED.
 */
export function checkEndpoint(endpoint: string, rules: EndpointRules): void {
  const refuse = (message: string) => new HubError("ENDPOINT_REFUSED", message);
  if (!URL.canParse(endpoint)) throw refuse("The endpoint is not a URL.");
  const url = new URL(endpoint);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw refuse("The endpoint must be an http:// or https:// URL.");
  if (url.username !== "" || url.password !== "")
    throw refuse("The endpoint must not hold a user name or password.");
  const host = hostOf(url);
  if (host === "" || url.port === "0")
    throw refuse("The endpoint needs a host and a port that exist.");
  const verdicts = (literalAddresses(host) ?? []).map((address) => checkAddress(address, rules));
  if (verdicts.some(({ isAllowed }) => isAllowed)) return;
  for (const verdict of verdicts) {
    if (!verdict.isAllowed)
      throw refuse(`The endpoint's host ${host} ${verdict.reason}. ${verdict.fix}`);
  }
}
