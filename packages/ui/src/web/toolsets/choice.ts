import type { Draft } from "./draft.js";

type Lists = Pick<Draft, "scope" | "servers" | "allow" | "deny">;

/** How much of something is chosen. */
export type Mark = "all" | "some" | "none";

const wholeOf = (serverId: string) => `${serverId}/*`;
const ofServer = (serverId: string) => (reference: string) => reference.startsWith(`${serverId}/`);
const without = (list: readonly string[], ...references: readonly string[]) =>
  list.filter((one) => !references.includes(one));
const including = (list: readonly string[], reference: string) =>
  list.includes(reference) ? list : [...list, reference];

/** Whether clients get a tool, as the hub decides it: `deny` wins over `allow`. */
export function allowsTool({ scope, allow, deny }: Lists, serverId: string, tool: string) {
  const names = (list: readonly string[]) =>
    list.includes(`${serverId}/${tool}`) || list.includes(wholeOf(serverId));
  return (scope === "all" || names(allow)) && !names(deny);
}

/** How many tools of a server clients get, of `total`, from the lists alone. */
export function countThrough({ scope, allow, deny }: Lists, serverId: string, total: number) {
  const all = wholeOf(serverId);
  if (deny.includes(all)) return 0;
  const denied = deny.filter(ofServer(serverId));
  const count =
    scope === "all" || allow.includes(all)
      ? total - denied.length
      : without(allow.filter(ofServer(serverId)), ...denied).length;
  return Math.min(total, Math.max(0, count));
}

/** How much of a server is chosen. One without tools counts by whether those to come are in. */
export function markOf(lists: Lists, serverId: string, total: number): Mark {
  const { scope, allow, deny } = lists;
  const all = wholeOf(serverId);
  const isWhole = scope === "all" || allow.includes(all);
  if (isWhole && !deny.some(ofServer(serverId))) return "all";
  const count = countThrough(lists, serverId, total);
  return count === 0 ? "none" : count < total ? "some" : "all";
}

/** How much of all servers is chosen. */
export function markOfEverything({ scope, allow, deny }: Lists): Mark {
  if (scope === "all") return deny.length === 0 ? "all" : "some";
  return allow.length === 0 ? "none" : "some";
}

/** The lists after all tools of all servers, those to come as well, were chosen or not. */
export function withEverything<T extends Lists>(lists: T, isOn: boolean): T {
  return { ...lists, scope: isOn ? "all" : "picked", servers: [], allow: [], deny: [] };
}

/**
 * The servers of a toolset go with its tools, as its prompts and resources come from them. One that lets tools
 * through by name alone may offer the prompts and resources of all servers, and goes on to.
 */
function serversAfter({ servers, allow }: Lists, serverId: string, after: readonly string[]) {
  const isFollowed = servers.length > 0 || allow.length === 0;
  if (!isFollowed) return servers;
  return after.some(ofServer(serverId)) ? including(servers, serverId) : without(servers, serverId);
}

/** The lists after all tools of a server, those to come as well, were chosen or not. */
export function withServer<T extends Lists>(lists: T, serverId: string, isOn: boolean): T {
  const all = wholeOf(serverId);
  const isOther = (reference: string) => !ofServer(serverId)(reference);
  const deny = lists.deny.filter(isOther);
  if (lists.scope === "all") return { ...lists, deny: isOn ? deny : [...deny, all] };
  const others = lists.allow.filter(isOther);
  const allow = isOn ? [...others, all] : others;
  return { ...lists, allow, deny, servers: serversAfter(lists, serverId, allow) };
}

/** Whether `withTool` has to know all tools of the server: it is left out as a whole, and one comes back. */
export function needsNames({ deny }: Lists, serverId: string): boolean {
  return deny.includes(wholeOf(serverId));
}

/** The lists after one tool was chosen or not. `tools`: all that its server has, when `needsNames`. */
export function withTool<T extends Lists>(
  lists: T,
  serverId: string,
  tool: string,
  isOn: boolean,
  tools: readonly string[],
): T {
  const reference = `${serverId}/${tool}`;
  const all = wholeOf(serverId);
  if (!isOn) {
    // Out of a whole server one tool is taken by name, so that those to come stay in.
    if (lists.scope === "all" || lists.allow.includes(all))
      return { ...lists, deny: including(lists.deny, reference) };
    const allow = without(lists.allow, reference);
    return { ...lists, allow, servers: serversAfter(lists, serverId, allow) };
  }
  const deny = needsNames(lists, serverId)
    ? [
        ...lists.deny.filter((one) => !ofServer(serverId)(one)),
        ...tools.filter((one) => one !== tool).map((one) => `${serverId}/${one}`),
      ]
    : without(lists.deny, reference);
  if (lists.scope === "all" || lists.allow.includes(all)) return { ...lists, deny };
  const allow = including(lists.allow, reference);
  return { ...lists, deny, allow, servers: serversAfter(lists, serverId, allow) };
}
