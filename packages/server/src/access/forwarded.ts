/** What one proxy said of the request that it got. */
export type Hop = {
  /** Where the request came from, without port; undefined where the proxy does not say. */
  readonly address: string | undefined;
  /** The scheme that the sender used, in small letters. */
  readonly scheme: string | undefined;
  /** The `Host` that the sender wrote. */
  readonly host: string | undefined;
};

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/**
 * One `name=value` of a `Forwarded` header with what ends it (RFC 7239, section 4). Ports and IPv6 addresses have to
 * be quoted; many proxies do not, and it can be read in one way only.
 */
const pair = new RegExp(
  `[ \\t]*(?:(${token})=(?:([^\\s;,="]+)|"((?:[^"\\\\]|\\\\[^])*)")[ \\t]*)?(;|,|$)`,
  "y",
);

/**
 * The hops that a `Forwarded` header lists, the one nearest to the hub last; undefined when it cannot be read.
 * Each proxy appends its own, and whatever stands before may be made up.
 */
export function readForwarded(header: string): readonly Hop[] | undefined {
  const hops: Hop[] = [];
  let names = new Map<string, string>();
  pair.lastIndex = 0;
  while (pair.lastIndex <= header.length) {
    const found = pair.exec(header);
    if (found === null) return undefined;
    const [, name, plain, quoted, end] = found;
    if (name !== undefined) {
      const key = name.toLowerCase();
      if (names.has(key)) return undefined;
      names.set(key, plain ?? quoted?.replace(/\\(.)/gs, "$1") ?? "");
    }
    if (end === ";") continue;
    hops.push({
      address: addressIn(names.get("for")),
      scheme: names.get("proto")?.toLowerCase(),
      host: names.get("host"),
    });
    names = new Map();
    if (end === "") return hops;
  }
  return undefined;
}

export type ForwardedHeaders = {
  /** `X-Forwarded-For` */
  readonly addresses: string;
  /** `X-Forwarded-Proto` */
  readonly schemes?: string | undefined;
  /** `X-Forwarded-Host` */
  readonly hosts?: string | undefined;
};

/**
 * The same of the older headers. A list of schemes or hosts that is as long as that of addresses belongs to it
 * member by member. Of any other length, its last member is what the nearest proxy says, and so said of all.
 */
export function readOlderForwarded({
  addresses,
  schemes,
  hosts,
}: ForwardedHeaders): readonly Hop[] {
  const fors = membersOf(addresses);
  const at = (list: readonly string[], index: number) => {
    const said = list.length === fors.length ? list[index] : list.at(-1);
    return said === "" ? undefined : said;
  };
  const [protos, names] = [membersOf(schemes), membersOf(hosts)];
  return fors.map((address, index) => ({
    address: addressIn(address),
    scheme: at(protos, index)?.toLowerCase(),
    host: at(names, index),
  }));
}

const membersOf = (list = ""): readonly string[] => list.split(",").map((member) => member.trim());

// Clients write these too, so each is read in one go.
const older = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/;
const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?$/;
const bare = /^(?=[^:]*:)[0-9A-Fa-f:.]{2,45}$/;

/** The address of a node, without its port; undefined for `unknown`, a made-up name and anything else. */
function addressIn(node: string | undefined): string | undefined {
  if (node === undefined) return undefined;
  return older.exec(node)?.[1] ?? bracketed.exec(node)?.[1] ?? bare.exec(node)?.[0];
}
