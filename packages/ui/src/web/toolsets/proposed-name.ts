/** So many servers are named; of more, the rest is counted. */
const mostNamed = 2;
/** As long as a name may be. */
const longest = 80;

/** What a toolset of these servers could be called, for whom a name of their own is not worth typing. */
export function proposedName(servers: readonly string[]): string {
  if (servers.length === 0) return "All servers";
  const named = servers.slice(0, mostNamed);
  const more = servers.length - named.length;
  const text = more > 0 ? `${named.join(", ")} and ${more} more` : named.join(" and ");
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
