import ipaddr from "ipaddr.js";

/**
 * What dialling an address would mean. `denied` holds what no MCP server lives at: cloud metadata, link-local,
 * unspecified, multicast, broadcast and reserved addresses, and IPv6 addresses that lead to an IPv4 address, by
 * ways that nothing says.
 */
export type AddressKind = "public" | "loopback" | "private" | "denied";

/** Addresses inside otherwise legal networks where clouds answer with secrets. */
const metadataAddresses = new Set([
  "100.100.100.200", // Alibaba
  "168.63.129.16", // Azure wire server
  "fd00:ec2::254", // AWS
  "fd20:ce::254", // Google
  "fd00:c1::a9fe:a9fe", // Oracle
]);

function kindOfV4(address: ipaddr.IPv4): AddressKind {
  if (metadataAddresses.has(address.toString())) return "denied";
  switch (address.range()) {
    case "loopback":
      return "loopback";
    case "private":
    case "carrierGradeNat":
      return "private";
    case "unicast":
      return "public";
    default:
      return "denied";
  }
}

function v4At(bytes: readonly number[], offset: number): ipaddr.IPv4 {
  return new ipaddr.IPv4(bytes.slice(offset, offset + 4));
}

function isUnder(address: ipaddr.IPv6, network: string): boolean {
  const [base, bits] = ipaddr.IPv6.parseCIDR(network);
  return address.match(base, bits);
}

/** The IPv4 addresses that traffic for an IPv6 address may end up at. */
function embeddedV4(address: ipaddr.IPv6): ipaddr.IPv4[] {
  const bytes = address.toByteArray();
  if (isUnder(address, "::ffff:0:0/96")) return [v4At(bytes, 12)]; // IPv4-mapped
  if (isUnder(address, "::ffff:0:0:0/96")) return [v4At(bytes, 12)]; // IPv4-translated
  if (isUnder(address, "64:ff9b::/96")) return [v4At(bytes, 12)]; // NAT64
  if (isUnder(address, "::/96")) return [v4At(bytes, 12)]; // IPv4-compatible
  if (isUnder(address, "2002::/16")) return [v4At(bytes, 2)]; // 6to4
  if (isUnder(address, "2001::/32")) {
    // Teredo: the server as it is, the client inverted.
    return [v4At(bytes, 4), new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff))];
  }
  const isIsatap = bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  return isIsatap && (bytes[8] === 0 || bytes[8] === 2) ? [v4At(bytes, 12)] : [];
}

function kindOfV6(address: ipaddr.IPv6): AddressKind {
  if (metadataAddresses.has(address.toString())) return "denied";
  if (embeddedV4(address).length > 0 && !isPlain(address)) return "denied";
  switch (address.range()) {
    case "loopback":
      return "loopback";
    case "uniqueLocal":
      return "private";
    case "unicast":
      return isUnder(address, "2000::/3") ? "public" : "denied";
    default:
      return "denied";
  }
}

/** `::` and `::1` are no IPv4 addresses, although they are written as such would be. */
function isPlain(address: ipaddr.IPv6): boolean {
  const range = address.range();
  return range === "loopback" || range === "unspecified";
}

function parse(ip: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = ip.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  // The strict forms only: ipaddr.js also reads octal and short ones, which the URL parser has resolved.
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  return bare.includes(":") && ipaddr.IPv6.isValid(bare) ? ipaddr.IPv6.parse(bare) : undefined;
}

/** The kind of a literal IP address; undefined when the text is not one. */
export function addressKind(ip: string): AddressKind | undefined {
  const address = parse(ip);
  if (address === undefined) return undefined;
  return address instanceof ipaddr.IPv4 ? kindOfV4(address) : kindOfV6(address);
}

/** `0.0.0.0` and `::`, in each spelling: every address of the machine that listens there, and none to call. */
export function isListenAddress(ip: string): boolean {
  const address = parse(ip);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    return address.toIPv4Address().toString() === "0.0.0.0";
  return address?.range() === "unspecified" && /^[0.:]+$/.test(address.toString());
}

/** One spelling per address; an IPv4-mapped one becomes its IPv4 form. */
export function canonicalAddress(ip: string): string | undefined {
  const address = parse(ip);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    return address.toIPv4Address().toString();
  return address?.toString();
}

/** The IPv4 addresses that an IPv6 address leads to; none for all others. */
export function embeddedAddresses(ip: string): readonly string[] {
  const address = parse(ip);
  if (!(address instanceof ipaddr.IPv6) || isPlain(address)) return [];
  return embeddedV4(address).map((embedded) => embedded.toString());
}

export type Network = { readonly text: string; readonly bits: number; readonly base: string };

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [ip = "", suffix, ...rest] = text.trim().split("/");
  const address = parse(ip);
  if (address === undefined || rest.length > 0) return undefined;
  const longest = address instanceof ipaddr.IPv4 ? 32 : 128;
  if (suffix !== undefined && !/^\d{1,3}$/.test(suffix)) return undefined;
  const bits = suffix === undefined ? longest : Number(suffix);
  return bits > longest ? undefined : { text: text.trim(), bits, base: address.toString() };
}

/** Whether a network holds an address; an IPv4-mapped one also as the IPv4 address. */
export function networkHolds(network: Network, ip: string): boolean {
  const base = parse(network.base);
  return [ip, canonicalAddress(ip) ?? ip].some((form) => {
    const address = parse(form);
    if (address instanceof ipaddr.IPv4)
      return base instanceof ipaddr.IPv4 && address.match(base, network.bits);
    return (
      address !== undefined && base instanceof ipaddr.IPv6 && address.match(base, network.bits)
    );
  });
}
