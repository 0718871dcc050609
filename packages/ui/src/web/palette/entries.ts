import type { ServerSummary, ToolList } from "@hub/api";
import type { Policy } from "@hub/core/policy";
import { seriousness, stateOf } from "../parts/seriousness.js";
import { pages } from "../shell/pages.js";

/** What the palette does where one stays. */
export type PaletteAct =
  | { readonly does: "probe"; readonly serverId: string }
  | { readonly does: "copy"; readonly text: string }
  | { readonly does: "theme"; readonly theme: "system" | "light" | "dark" };

/** One thing the palette can go to, or do. */
export type PaletteEntry = {
  readonly key: string;
  readonly kind: "page" | "server" | "tool" | "action";
  readonly label: string;
  readonly detail: string;
  /** The path, with its query; or what is done where one is. */
  readonly to: string | PaletteAct;
  readonly status?: ServerSummary["status"];
};

const mostServers = 8;
const mostTools = 8;
/** Of so many servers, each has what can be done with it: more of them would push the tools out of sight. */
const mostActed = 2;

function serverPath(id: string): string {
  return `/ui/servers/${encodeURIComponent(id)}`;
}

/** How well a text fits: 0 begins with the words, 1 has a word that does, 2 contains them; else undefined. */
function rank(text: string, words: string): number | undefined {
  const lower = text.toLowerCase();
  if (lower.startsWith(words)) return 0;
  if (lower.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(words))) return 1;
  return lower.includes(words) ? 2 : undefined;
}

function best<Item>(
  items: readonly Item[],
  textsOf: (item: Item) => readonly (string | undefined)[],
  words: string,
): readonly Item[] {
  return items
    .flatMap((item) => {
      const ranks = textsOf(item).flatMap((text) => rank(text ?? "", words) ?? []);
      return ranks.length === 0 ? [] : [{ item, rank: Math.min(...ranks) }];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

const action = (label: string, to: PaletteEntry["to"]): PaletteEntry => ({
  // Not the label: two servers may have the same title.
  key: `action ${JSON.stringify(to)}`,
  kind: "action",
  label,
  detail: "Do",
  to,
});

/** Where the palette is open, and for whom. */
type Here = {
  /** Where the hub is. */
  readonly hubUrl: string;
  /** What this person may do: nothing else is offered. */
  readonly policy: Pick<Policy, "may" | "mayAtAll" | "mayWithAll">;
};

/** What can be done anywhere. */
const actionsAnywhere = ({ policy }: Here): readonly PaletteEntry[] => [
  ...(policy.mayAtAll("register") ? [action("Add a server", "/ui/add")] : []),
  ...(policy.mayWithAll("admin") ? [action("New toolset", "/ui/toolsets?new=yes")] : []),
  action("Theme: light", { does: "theme", theme: "light" }),
  action("Theme: dark", { does: "theme", theme: "dark" }),
  action("Theme: as the system", { does: "theme", theme: "system" }),
];

/** What can be done with one server. */
function actionsOn(server: ServerSummary, { hubUrl, policy }: Here): readonly PaletteEntry[] {
  const { id, name, title } = server;
  const shown = title ?? name;
  return [
    action(`Connect to ${shown}`, `${serverPath(id)}?tab=connect`),
    ...(policy.may("call", server)
      ? [action(`Probe ${shown}`, { does: "probe", serverId: id })]
      : []),
    action(`Copy the address of ${shown}`, {
      does: "copy",
      text: `${hubUrl}/servers/${encodeURIComponent(id)}/mcp`,
    }),
  ];
}

/**
 * What matches the words: pages, then servers and what can be done, then tools. Without words, what one most likely
 * wants: the servers in trouble first.
 */
export function entriesFor(
  given: string,
  servers: readonly ServerSummary[],
  tools: ToolList["tools"],
  here: Here,
): readonly PaletteEntry[] {
  const words = given.trim().toLowerCase();
  const foundPages = best(pages, ({ label }) => [label], words).map(
    ({ to, label }): PaletteEntry => ({
      key: `page ${to}`,
      kind: "page",
      label,
      detail: "Page",
      to,
    }),
  );
  const troubleFirst =
    words === ""
      ? [...servers].sort((a, b) => seriousness(stateOf(a)) - seriousness(stateOf(b)))
      : servers;
  const matching = best(
    troubleFirst,
    ({ id, name, title, tags }) => [title, name, id, ...tags],
    words,
  );
  const foundServers = matching.slice(0, mostServers).map(
    ({ id, name, title, status }): PaletteEntry => ({
      key: `server ${id}`,
      kind: "server",
      label: title ?? name,
      detail: "Server",
      to: serverPath(id),
      status,
    }),
  );
  const actedOn = (some: readonly ServerSummary[]) =>
    some.slice(0, mostActed).flatMap((server) => actionsOn(server, here));
  // "probe wea" names what to do and with which.
  const [verb = "", ...rest] = words.split(" ");
  const named = rest.join(" ");
  const spelt = actedOn(
    named === "" ? [] : best(servers, ({ id, name, title }) => [title, name, id], named),
  ).filter(({ label }) => label.toLowerCase().startsWith(verb));
  const foundActions =
    words === ""
      ? []
      : [
          ...best(actionsAnywhere(here), ({ label }) => [label], words),
          ...spelt,
          ...actedOn(matching),
        ];
  const foundTools = (words === "" ? [] : tools).slice(0, mostTools).map(
    (tool): PaletteEntry => ({
      key: `tool ${tool.serverId} ${tool.name}`,
      kind: "tool",
      label: tool.title ?? tool.name,
      detail: `Tool of ${tool.serverName}`,
      to: `${serverPath(tool.serverId)}?tab=tools&item=${encodeURIComponent(tool.name)}`,
    }),
  );
  const found = [...foundPages, ...foundServers, ...foundActions, ...foundTools];
  // A server may be meant by its name alone and by what is to be done with it.
  return [...new Map(found.map((entry) => [entry.key, entry])).values()];
}
