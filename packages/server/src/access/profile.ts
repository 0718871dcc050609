/** Whether only this machine reaches a hub, or others do. */
export type Profile = "local" | "network";

/** What says who reaches a hub. */
export type Reach = {
  /** Where it listens. */
  readonly host: string;
  /** Names that requests may be addressed to. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Where clients reach it, when that is another address than where it listens. */
  readonly publicUrl?: string | undefined;
  /** Addresses and networks of the proxies in front of it. */
  readonly trustedProxies?: readonly string[] | undefined;
};

/** True for an address or a name, with or without brackets, that means only this machine. */
export function isLoopbackHost(host: string): boolean {
  return (
    host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/**
 * The profile of a hub. It leaves the machine when it listens beyond loopback, and also when something in front of
 * it may: then it has a public address, a proxy or a host name that is not this machine's.
 */
export function profileOf({
  host,
  allowedHosts = [],
  publicUrl,
  trustedProxies = [],
}: Reach): Profile {
  const isFar = (name: string) => !isLoopbackHost(name.toLowerCase());
  const isFarNetwork = (network: string) => {
    const [address = "", bits] = network.split("/");
    return (
      isFar(address) || (bits !== undefined && Number(bits) < (address.includes(":") ? 128 : 8))
    );
  };
  const leaves =
    isFar(host) ||
    allowedHosts.some(isFar) ||
    trustedProxies.some(isFarNetwork) ||
    (publicUrl !== undefined && isFar(new URL(publicUrl).hostname));
  return leaves ? "network" : "local";
}

/** What happens with a name that nobody let in: unless it is said, it waits where other machines reach the hub. */
export function admissionOf(
  { admission }: { readonly admission?: "open" | "ask" | undefined },
  profile: Profile,
): "open" | "ask" {
  return admission ?? (profile === "network" ? "ask" : "open");
}
