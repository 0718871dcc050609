import type { Draft } from "./draft.js";

type Lists = Pick<Draft, "choice" | "allow" | "deny">;

const ofServer = (serverId: string) => (reference: string) => reference.startsWith(`${serverId}/`);
const without = (list: readonly string[], ...references: readonly string[]) =>
  list.filter((one) => !references.includes(one));
const including = (list: readonly string[], reference: string) =>
  list.includes(reference) ? list : [...list, reference];

/** Whether clients get a tool, as the hub decides it: `deny` wins over `allow`. */
export function allowsTool({ choice, allow, deny }: Lists, serverId: string, tool: string) {
  if (choice === "all") return true;
  const names = (list: readonly string[]) =>
    list.includes(`${serverId}/${tool}`) || list.includes(`${serverId}/*`);
  return (choice === "without" || names(allow)) && !names(deny);
}

/** How many tools of a server clients get, of `total`, from the lists alone. */
export function countThrough({ choice, allow, deny }: Lists, serverId: string, total: number) {
  if (choice === "all") return total;
  const all = `${serverId}/*`;
  if (deny.includes(all)) return 0;
  const denied = deny.filter(ofServer(serverId));
  const count =
    choice === "without" || allow.includes(all)
      ? total - denied.length
      : without(allow.filter(ofServer(serverId)), ...denied).length;
  return Math.min(total, Math.max(0, count));
}

/** The lists after all tools of a server, those to come as well, were chosen or not. */
export function withServer<T extends Lists>(lists: T, serverId: string, isOn: boolean): T {
  const all = `${serverId}/*`;
  const isOther = (reference: string) => !ofServer(serverId)(reference);
  const allow = lists.allow.filter(isOther);
  const deny = lists.deny.filter(isOther);
  if (lists.choice === "only") return { ...lists, allow: isOn ? [...allow, all] : allow, deny };
  return { ...lists, deny: isOn ? deny : [...deny, all] };
}

/** The lists after one tool was chosen or not. `tools`: all that its server has. */
export function withTool<T extends Lists>(
  lists: T,
  serverId: string,
  tool: string,
  isOn: boolean,
  tools: readonly string[],
): T {
  const reference = `${serverId}/${tool}`;
  const all = `${serverId}/*`;
  if (!isOn) {
    // Out of a whole server one tool is taken by name, so that those to come stay in.
    const isByName = lists.choice === "only" && !lists.allow.includes(all);
    return isByName
      ? { ...lists, allow: without(lists.allow, reference) }
      : { ...lists, deny: including(lists.deny, reference) };
  }
  const deny = lists.deny.includes(all)
    ? [
        ...lists.deny.filter((one) => !ofServer(serverId)(one)),
        ...tools.filter((one) => one !== tool).map((one) => `${serverId}/${one}`),
      ]
    : without(lists.deny, reference);
  const isIn = lists.choice === "without" || lists.allow.includes(all);
  return { ...lists, deny, allow: isIn ? lists.allow : including(lists.allow, reference) };
}
