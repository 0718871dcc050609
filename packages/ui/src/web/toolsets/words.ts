import type { ToolsetView } from "@hub/api";

function listed(items: readonly string[], most = 3): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(", ")} and ${rest} more` : items.join(", ");
}

type Selected = Pick<ToolsetView, "servers" | "tags" | "allow" | "deny" | "overrides">;

/** What a toolset selects, in a sentence. `nameOf`: what people call a server. */
export function selects(toolset: Selected, nameOf: (serverId: string) => string): string {
  const { servers, tags, allow, deny, overrides } = toolset;
  const from = servers.length === 0 ? "all servers" : listed(servers.map(nameOf));
  const tagged = tags.length === 0 ? "" : ` tagged ${listed(tags)}`;
  const lists = [
    ...(allow === undefined ? [] : [`only ${count(allow)} let through`]),
    ...(deny.length === 0 ? [] : [`${count(deny)} left out`]),
    ...(Object.keys(overrides).length === 0
      ? []
      : [`${Object.keys(overrides).length} renamed or described anew`]),
  ];
  const start = allow === undefined ? "All tools of" : "Tools of";
  return `${start} ${from}${tagged}${lists.length === 0 ? "" : `; ${lists.join(", ")}`}.`;
}

/** Tools by name and whole servers, as the lists hold them. */
function count(references: readonly string[]): string {
  const whole = references.filter((one) => one.endsWith("/*")).length;
  const tools = references.length - whole;
  const parts = [
    ...(tools > 0 || whole === 0 ? [`${tools} ${tools === 1 ? "tool" : "tools"}`] : []),
    ...(whole > 0 ? [`${whole} whole ${whole === 1 ? "server" : "servers"}`] : []),
  ];
  return parts.join(" and ");
}

export const amount = (value: number) => value.toLocaleString("en");
export const plural = (value: number, one: string, many = `${one}s`) =>
  `${amount(value)} ${value === 1 ? one : many}`;
