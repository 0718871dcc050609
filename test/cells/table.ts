import { type Cell, everything, paths } from "./cells.js";
import { type Limit, limitOf, limits } from "./limits.js";

/** The table, and why a server does not do what it lacks; as Markdown. */
export function page(cells: readonly Cell[]): string {
  const reasons = limits.map((limit) => `- ${scopeOf(limit)}: ${limit.reason}.`);
  return [table(cells), "", ...reasons].join("\n");
}

function scopeOf({ server, features, clients, paths: ways }: Limit): string {
  const parts = [server, features.join(", ")];
  if (clients !== undefined) parts.push(`with ${clients.join(" and ")}`);
  if (ways !== undefined) parts.push(`${ways.join(" and ")} only`);
  return parts.join("; ");
}

/** One line for all clients with which a server works alike, one column a path. */
function table(cells: readonly Cell[]): string {
  const rows = everything.servers.flatMap((server) => {
    const alike = new Map<string, { clients: string[]; outcomes: readonly string[] }>();
    for (const client of everything.clients) {
      const ofPair = cells.filter((cell) => cell.server === server && cell.client === client);
      if (ofPair.length === 0) continue;
      const outcomes = paths.map((path) => outcomeOf(ofPair.filter((cell) => cell.path === path)));
      const known = alike.get(outcomes.join());
      if (known === undefined) alike.set(outcomes.join(), { clients: [client], outcomes });
      else known.clients.push(client);
    }
    return [...alike.values()].map(({ clients, outcomes }) => [
      server,
      clients.join(", "),
      ...outcomes,
    ]);
  });
  const head = ["server", "clients", ...paths];
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const good = cells.filter(({ missing }) => missing === undefined).length;
  const counted = `${cells.length} cells were tried, and ${good} are ok. A cell is one feature of one client, server and path.`;
  return [counted, "", line(head), rule, ...rows.map(line)].join("\n");
}

/** What works between a client and a server on one path. */
function outcomeOf(cells: readonly Cell[]): string {
  if (cells.length === 0) return "cannot talk";
  const named = (mark: string) =>
    cells.filter((cell) => markOf(cell) === mark).map(({ feature }) => feature);
  const [missing, failed] = [named("-"), named("FAIL")];
  const parts = [
    missing.length === 0 ? "all" : `all but ${missing.join(", ")}`,
    ...(failed.length === 0 ? [] : [`FAIL: ${failed.join(", ")}`]),
  ];
  return parts.join("; ");
}

/**
 * Every cell that is not as it should be: one that fails, and a limit that is none, for what does work on
 * the direct way, or on the way that the limit is for, is no limit of the server.
 */
export function failures(cells: readonly Cell[]): readonly string[] {
  return cells.flatMap((cell) => {
    const limit = limitOf(cell);
    const where = `${cell.client} > ${cell.server}, ${cell.path}: ${cell.feature}`;
    if (limit === undefined) return cell.missing === undefined ? [] : [`${where}: ${cell.missing}`];
    const mustFail = limit.paths !== undefined || cell.path === "direct";
    if (mustFail && cell.missing === undefined)
      return [`${where}: works, so it is no limit that "${limit.reason}"`];
    return [];
  });
}

function markOf(cell: Cell): string {
  if (cell.missing === undefined) return "ok";
  return limitOf(cell) === undefined ? "FAIL" : "-";
}
