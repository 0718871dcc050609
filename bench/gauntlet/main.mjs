// npm run gauntlet: everything that identities, grants and addresses could be got round by, in every spelling that
// is known, against a hub as it ships. See docs/reference/gauntlet.md.
import { cleanUp } from "../gateway/processes.mjs";
import { readOptions } from "../options.mjs";
import { House } from "./house.mjs";
import { kinds } from "./kinds/index.mjs";
import { write } from "./report.mjs";

const options = readOptions("gauntlet", {
  one: "kind",
  things: kinds,
  short: "fewer random inputs, as in CI",
  page: "docs/reference/gauntlet.md",
});

/** One case: how often it was tried, and what went wrong, in words. */
async function play(house, kind, { name, run }) {
  house.current = `${kind.name}: ${name}`;
  const before = { tried: house.tried, arrived: house.arrived.length };
  const faults = [];
  try {
    await run(house, (fault) => faults.push(fault));
  } catch (error) {
    faults.push(`it could not be played: ${error.stack}`);
  }
  faults.push(...house.arrived.slice(before.arrived));
  return { name, tried: house.tried - before.tried, faults };
}

async function main() {
  const began = performance.now();
  const house = await House.open({ isShort: options.short });
  const results = [];
  try {
    for (const kind of options.chosen) {
      const cases = [];
      for (const one of kind.cases(house)) cases.push(await play(house, kind, one));
      const tried = cases.reduce((sum, one) => sum + one.tried, 0);
      const failed = cases.filter(({ faults }) => faults.length > 0);
      results.push({ kind, cases, tried, failed });
      const verdict = failed.length === 0 ? "held  " : "FAILED";
      console.log(`${verdict} ${kind.name}: ${cases.length} cases, ${tried} requests`);
      for (const { name, faults } of failed) {
        console.log(`   NO  ${name}`);
        for (const fault of faults.slice(0, 5)) console.log(`       ${fault}`);
        if (faults.length > 5) console.log(`       and ${faults.length - 5} more`);
      }
    }
    for (const hub of house.hubs)
      if (hub.child.exitCode !== null) results.at(-1).failed.push({ name: "a hub ended" });
  } finally {
    await house.close();
  }
  const sum = (of) => results.reduce((total, result) => total + of(result), 0);
  const failed = sum((result) => result.failed.length);
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  const told = `${sum(({ cases }) => cases.length)} cases, ${sum(({ tried }) => tried)} requests`;
  console.log(
    `\n${told} in ${seconds} s; ${failed} failed; refused and arrived: ${house.arrived.length}`,
  );
  if (options.write) write(results, house.arrived.length);
  process.exitCode = failed > 0 || house.arrived.length > 0 ? 1 : 0;
}

try {
  if (options !== undefined) await main();
} finally {
  cleanUp();
}
process.exit();
