// Judges what came of the scenes, prints it, and keeps the table in docs/reference/attack.md.
import { readFileSync, writeFileSync } from "node:fs";
import { before } from "./before.mjs";

export const bars = { p99Ms: 100, memoryMb: 250, calmMs: 50 };

const page = new URL("../../docs/reference/attack.md", import.meta.url).pathname;
const beginMark = "<!-- table: npm run attack -- --write -->";
const endMark = "<!-- end of table -->";

const aboveQuiet = ({ quiet, under }) => under.p99 - quiet.p99;
const aboveIdle = ({ idleMb, peakMb }) => peakMb - idleMb;
/** A machine that does much else says nothing about times. */
export const wasCalm = ({ quiet }) => quiet.p99 < bars.calmMs;
export const isSlow = (result) => aboveQuiet(result) >= bars.p99Ms;

/** What is wrong with it, in words; nothing when it passed. `isTimed`: times count. */
export function failures(result, { isTimed }) {
  const wrong = result.claims
    .filter(({ isGood }) => !isGood)
    .map(({ what, value }) => `${what}: ${value}`);
  const memory = aboveIdle(result);
  if (memory > bars.memoryMb) wrong.push(`memory: ${memory.toFixed(0)} MB above idle`);
  if (isTimed && isSlow(result) && wasCalm(result))
    wrong.push(`the bystander's p99: ${aboveQuiet(result).toFixed(0)} ms above quiet`);
  return wrong;
}

const ms = (value) => value.toFixed(value < 10 ? 1 : 0);

export function print(result, options) {
  const wrong = failures(result, options);
  const { name, quiet, under, faults, title, seconds } = result;
  console.log(
    `\n${wrong.length === 0 ? "held  " : "FAILED"} ${faults.join(", ")} ${name}: ${title}`,
  );
  for (const { what, value, isGood } of result.claims)
    if (!isGood || !usual.has(what)) console.log(`  ${isGood ? "ok" : "NO"}  ${what}: ${value}`);
  const memory = `${result.idleMb.toFixed(0)} MB idle, ${result.peakMb.toFixed(0)} at most, ${result.afterMb?.toFixed(0) ?? "?"} after`;
  console.log(
    `      bystander p50/p99 ${ms(under.p50)}/${ms(under.p99)} ms, quiet ${ms(quiet.p50)}/${ms(quiet.p99)}${wasCalm(result) ? "" : " (the machine was busy)"}; ${memory}; ${seconds.toFixed(0)} s`,
  );
  for (const { what, value } of result.notes) console.log(`      ${what}: ${value}`);
  for (const one of wrong) if (/^memory|^the bystander's/.test(one)) console.log(`  NO  ${one}`);
}

/** Of every scene, so they are told only when they do not hold. */
const usual = new Set(["the hub lives", "turns of the bystander that failed"]);

function row(result, options) {
  const { name, faults, title, quiet, under } = result;
  const told = result.claims
    .filter(({ what, isGood }) => !isGood || !usual.has(what))
    .map(({ what, value }) => `${what}: ${value}`);
  const verdict = failures(result, options).length === 0 ? "held" : "**failed**";
  return [
    faults.join(", "),
    `\`${name}\`: ${title}`,
    verdict,
    told.join("; "),
    `${ms(under.p50)} / ${ms(under.p99)} (${ms(quiet.p50)} / ${ms(quiet.p99)})`,
    `${aboveIdle(result).toFixed(0)} MB`,
    before[name] ?? "",
  ];
}

const heads = [
  "faults",
  "scene",
  "",
  "what came of it",
  "bystander p50 / p99 in ms (quiet)",
  "memory above idle",
  "at commit 9da686a",
];

/** A Markdown table with columns as wide as their cells. */
function table(rows) {
  const all = [heads, ...rows].map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = heads.map((_, column) => Math.max(3, ...all.map((cells) => cells[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(all[0]), rule, ...all.slice(1).map(line)].join("\n");
}

/** Puts the table into the page; scenes that were not played keep the row they have. */
export function write(results, options, names) {
  const text = readFileSync(page, "utf8");
  const [start, end] = [text.indexOf(beginMark), text.indexOf(endMark)];
  if (start === -1 || end === -1) throw new Error(`${page} has no place for the table.`);
  const known = new Map();
  for (const cells of text.slice(start, end).matchAll(/^\| (.*) \|$/gm)) {
    const parts = cells[1].split(/ \| /).map((cell) => cell.trim());
    const name = /^`([\w-]+)`/.exec(parts[1])?.[1];
    if (name !== undefined) known.set(name, parts);
  }
  for (const result of results) known.set(result.name, row(result, options));
  const rows = names.flatMap((name) => (known.has(name) ? [known.get(name)] : []));
  writeFileSync(
    page,
    `${text.slice(0, start)}${beginMark}\n\n${table(rows)}\n\n${text.slice(end)}`,
  );
}
