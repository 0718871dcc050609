import { type Cell, everything, paths } from "./cells.js";
import { type Limit, limitOf, limits } from "./limits.js";

/** The table, and what its "-" mean; as Markdown. */
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

/** One line a client, server and path, one column a feature. */
function table(cells: readonly Cell[]): string {
  const features = everything.features.filter((name) =>
    cells.some((cell) => cell.feature === name),
  );
  const rows = pairsOf(cells).map((pair) => [
    pair[0]?.client ?? "",
    pair[0]?.server ?? "",
    pair[0]?.path ?? "",
    ...features.map((name) => markOf(pair.find((cell) => cell.feature === name))),
  ]);
  const head = ["client", "server", "path", ...features];
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
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

function markOf(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  if (cell.missing === undefined) return "ok";
  return limitOf(cell) === undefined ? "FAIL" : "-";
}

function pairsOf(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  return everything.clients.flatMap((client) =>
    everything.servers.flatMap((server) =>
      paths
        .map((path) =>
          cells.filter(
            (cell) => cell.client === client && cell.server === server && cell.path === path,
          ),
        )
        .filter((pair) => pair.length > 0),
    ),
  );
}
