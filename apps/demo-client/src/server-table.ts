import type { ServerSummary } from "@hub/client";

const heading = ["ID", "STATUS", "TOOLS", "ENDPOINT"];

/** A line for each server, in columns. */
export function serverTable(servers: readonly ServerSummary[]): string {
  const rows = servers.map(({ id, status, capabilities, endpoint }) => [
    id,
    status,
    String(capabilities?.tools ?? "?"),
    endpoint,
  ]);
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`)
    .map((line) => line.trimEnd())
    .join("\n");
}
