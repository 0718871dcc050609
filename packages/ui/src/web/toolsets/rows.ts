import type { ServerSummary } from "@hub/api";

/** A tool as far as the tree shows it. */
export type TreeTool = {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
};

/** A server of the tree; one that is chosen and not registered has no status. */
export type TreeServer = Pick<ServerSummary, "id" | "name" | "tags"> & {
  readonly status?: ServerSummary["status"] | undefined;
  readonly tools: number;
};

type Place = { readonly at: number; readonly of: number };

/** A line of the tree, in the order in which it is shown. */
export type Row =
  | { readonly kind: "everything"; readonly key: string }
  | {
      readonly kind: "server";
      readonly key: string;
      readonly server: TreeServer;
      readonly isOpen: boolean;
      readonly place: Place;
    }
  | {
      readonly kind: "tool";
      readonly key: string;
      readonly serverId: string;
      readonly tool: TreeTool;
      readonly place: Place;
    }
  | { readonly kind: "note"; readonly key: string; readonly text: string };

/** What is known of the tools of an open server: they, or why they are not there. */
export type Branch = readonly TreeTool[] | string;

/** The servers of a toolset's tree: those that were chosen when it was opened first, so that none moves under a click. */
export function treeServers(
  servers: readonly ServerSummary[],
  chosen: readonly string[],
): readonly TreeServer[] {
  const first = new Set(chosen);
  const known = new Set(servers.map(({ id }) => id));
  const all = [
    ...chosen
      .filter((id) => !known.has(id))
      .map((id) => ({ id, name: id, tags: [], tools: 0, status: undefined })),
    ...servers.map(({ id, name, tags, status, capabilities }) => ({
      id,
      name,
      tags,
      status,
      tools: capabilities?.tools ?? 0,
    })),
  ];
  return all.sort((a, b) => Number(first.has(b.id)) - Number(first.has(a.id)));
}

/**
 * The lines of the tree. `found`: the tools that fit the words, by server; their servers are open and show
 * them alone. `toggled`: servers that somebody opened or closed against that.
 */
export function rowsOf(input: {
  readonly servers: readonly TreeServer[];
  readonly tags: readonly string[];
  readonly words: string;
  readonly found: ReadonlyMap<string, readonly TreeTool[]>;
  readonly toggled: ReadonlySet<string>;
  readonly branch: (serverId: string) => Branch | undefined;
}): readonly Row[] {
  const { servers, tags, words, found, toggled, branch } = input;
  const wanted = words.toLowerCase();
  const shown = servers.filter(
    ({ id, name, tags: own, status }) =>
      (tags.length === 0 || status === undefined || own.some((tag) => tags.includes(tag))) &&
      (wanted === "" || found.has(id) || `${id} ${name}`.toLowerCase().includes(wanted)),
  );
  const rows: Row[] = wanted === "" ? [{ kind: "everything", key: "*" }] : [];
  shown.forEach((server, index) => {
    const { id } = server;
    const isOpen = found.has(id) !== toggled.has(id);
    const place = { at: index + 1, of: shown.length };
    rows.push({ kind: "server", key: id, server, isOpen, place });
    if (isOpen) rows.push(...branchRows(id, found.get(id) ?? branch(id)));
  });
  return rows;
}

function branchRows(serverId: string, branch: Branch | undefined): Row[] {
  const note = (text: string): Row[] => [{ kind: "note", key: `${serverId}/`, text }];
  if (branch === undefined) return note("Reading its tools…");
  if (typeof branch === "string") return note(branch);
  if (branch.length === 0) return note("It offers no tools now. Those to come are in if it is.");
  return branch.map((tool, index) => ({
    kind: "tool",
    key: `${serverId}/${tool.name}`,
    serverId,
    tool,
    place: { at: index + 1, of: branch.length },
  }));
}

/** Where a key leads in the tree, from a line; undefined for no other line. */
export function lineAfter(
  rows: readonly Row[],
  from: number,
  key: string,
  page: number,
): number | undefined {
  const last = rows.length - 1;
  const isLine = (at: number) => rows[at] !== undefined && rows[at]?.kind !== "note";
  const seek = (at: number, by: 1 | -1): number | undefined => {
    for (let to = at; to >= 0 && to <= last; to += by) if (isLine(to)) return to;
    return undefined;
  };
  switch (key) {
    case "ArrowDown":
      return seek(from + 1, 1);
    case "ArrowUp":
      return seek(from - 1, -1);
    case "PageDown":
      return seek(Math.min(last, from + page), 1) ?? seek(last, -1);
    case "PageUp":
      return seek(Math.max(0, from - page), -1) ?? seek(0, 1);
    case "Home":
      return seek(0, 1);
    case "End":
      return seek(last, -1);
    default:
      return undefined;
  }
}

/** The line of the server that a tool belongs to. */
export function parentOf(rows: readonly Row[], at: number): number | undefined {
  for (let to = at - 1; to >= 0; to -= 1) if (rows[to]?.kind === "server") return to;
  return undefined;
}
