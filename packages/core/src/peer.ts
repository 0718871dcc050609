const mapped = /^::ffff:(?=\d+\.)/i;

/** An address without what a socket for both kinds writes before one of the older kind. */
export function plainAddress(address: string): string {
  return address.replace(mapped, "");
}

/**
 * Who a client is when the hub shares out what it has: its address, without the part that it may choose
 * itself. Of IPv6 that is the network, a /64, which is what one household or machine is given; of IPv4 it is
 * all of it, however a socket for both kinds writes it. `::1` is the same as 127.0.0.1.
 */
export function peerOf(given = ""): string {
  const address = plainAddress(given);
  if (!address.includes(":")) return address;
  const [whole = ""] = address.toLowerCase().split("%", 1);
  const groups = groupsOf(whole);
  if (groups === undefined) return address;
  if (groups.slice(0, 7).every((group) => group === 0) && groups[7] === 1) return "127.0.0.1";
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(":")}::/64`;
}

/** The eight numbers of an IPv6 address; undefined when it is none. */
function groupsOf(address: string): readonly number[] | undefined {
  const [before = "", after, more] = address.replace(/\d+\.\d+\.\d+\.\d+$/, "0:0").split("::");
  const read = (part: string) =>
    (part === "" ? [] : part.split(":")).map((group) => Number.parseInt(group, 16));
  const [head, tail] = [read(before), read(after ?? "")];
  const missing = 8 - head.length - tail.length;
  if (more !== undefined || (after === undefined ? missing !== 0 : missing < 0)) return undefined;
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail];
  return groups.every((group) => group >= 0 && group <= 0xffff) ? groups : undefined;
}
