// Keeps the table of docs/reference/gauntlet.md.
import { readFileSync, writeFileSync } from "node:fs";

const page = new URL("../../docs/reference/gauntlet.md", import.meta.url).pathname;
const beginMark = "<!-- table: npm run gauntlet -- --write -->";
const endMark = "<!-- end of table -->";

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n");
}

/** Writes what came of each kind; `arrived` is how much reached a server although it was refused. */
export function write(results, arrived) {
  const whole = readFileSync(page, "utf8");
  const [start, end] = [whole.indexOf(beginMark), whole.indexOf(endMark)];
  if (start === -1 || end === -1) throw new Error(`${page} has no place for the table.`);
  const rows = results.map(({ kind, cases, tried, failed }) => [
    `\`${kind.name}\``,
    kind.title,
    String(cases.length),
    String(tried),
    failed.length === 0 ? "held" : `**${failed.length} failed**`,
  ]);
  const told = `Refused requests that reached a server: ${arrived}.`;
  const text = table([["kind", "what is tried", "cases", "requests", ""], ...rows]);
  writeFileSync(
    page,
    `${whole.slice(0, start)}${beginMark}\n\n${text}\n\n${told}\n\n${whole.slice(end)}`,
  );
}
