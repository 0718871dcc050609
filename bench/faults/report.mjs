// Prints what came of the lines, and keeps the table in docs/reference/faults.md.
import { readFileSync, writeFileSync } from "node:fs";

const page = new URL("../../docs/reference/faults.md", import.meta.url).pathname;
const beginMark = "<!-- table: npm run faults -- --write -->";
const endMark = "<!-- end of table -->";
const mostWrong = 10;

export function print({ name, title, isGood, figures, error, seconds }) {
  console.log(`\n${isGood ? "held  " : "FAILED"} ${name}: ${title} (${Math.round(seconds)} s)`);
  for (const { what, told, bar, isHeld, wrong = [] } of figures) {
    console.log(`  ${isHeld ? "  " : "NO"} ${what}: ${told}${bar === "" ? "" : ` (bar: ${bar})`}`);
    for (const one of wrong.slice(0, mostWrong)) console.log(`       ${one}`);
    if (wrong.length > mostWrong) console.log(`       and ${wrong.length - mostWrong} more`);
  }
  if (error !== undefined) console.log(`  NO it could not be played: ${error.stack ?? error}`);
}

const escaped = (cell) => cell.replaceAll("|", "\\|");

function rowsOf({ name, isGood, figures, error }) {
  const rows = figures.map(({ what, told, bar, isHeld }, index) => [
    index === 0 ? `\`${name}\`` : "",
    escaped(what),
    escaped(told),
    bar === "" || isHeld ? bar : `${bar}: **missed**`,
  ]);
  if (error !== undefined) rows.push([`\`${name}\``, "**could not be played**", "", ""]);
  return isGood || rows.length > 0 ? rows : [[`\`${name}\``, "**failed**", "", ""]];
}

/** The rows of the page, by line. */
function knownRows(table) {
  const known = new Map();
  let current;
  for (const [, row] of table.matchAll(/^\| (.*) \|$/gm)) {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const name = /^`([\w-]+)`$/.exec(cells[0])?.[1];
    if (name !== undefined && name !== current) known.set(name, []);
    current = name ?? current;
    known.get(current)?.push(cells);
  }
  return known;
}

/** Puts the figures into the page; lines that were not run keep the rows they have. */
export function write(results, lines) {
  const text = readFileSync(page, "utf8");
  const [begin, end] = [text.indexOf(beginMark), text.indexOf(endMark)];
  if (begin === -1 || end === -1) throw new Error(`${page} has no place for the table.`);
  const known = knownRows(text.slice(begin, end));
  for (const result of results) known.set(result.name, rowsOf(result));
  const rows = [
    ["line", "figure", "measured", "bar"],
    ...lines.flatMap(({ name }) => known.get(name) ?? []),
  ];
  const widths = [0, 1, 2, 3].map((at) => Math.max(3, ...rows.map((cells) => cells[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const table = [line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n");
  const before = text.slice(0, begin + beginMark.length);
  writeFileSync(page, `${before}\n\n${table}\n\n${text.slice(end)}`);
}
