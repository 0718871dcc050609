// npm run faults: breaks servers, hubs, networks, disks and clocks under load, and counts what is lost and what a
// caller notices of it. See docs/reference/faults.md.
import { cleanUp } from "../gateway/processes.mjs";
import { readOptions } from "../options.mjs";
import { lines } from "./lines/index.mjs";
import { print, write } from "./report.mjs";
import { onStage } from "./stage.mjs";

/** How many lines run at a time. In the whole form each has the machine to itself. */
const lanes = { short: 3, whole: 1 };

const options = readOptions("faults", {
  one: "line",
  things: lines,
  short: "smaller numbers, as in CI",
  page: "docs/reference/faults.md",
});

async function play(line) {
  const began = performance.now();
  const played = await onStage(() => line.run({ isShort: options.short }))
    .then((figures) => ({ figures }))
    .catch((error) => ({ figures: [], error }));
  const isGood = played.error === undefined && played.figures.every(({ isHeld }) => isHeld);
  return { ...line, ...played, isGood, seconds: (performance.now() - began) / 1_000 };
}

async function main() {
  const results = [];
  const began = performance.now();
  const waiting = [...options.chosen];
  const playAll = async () => {
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
      results.push(await play(line));
      print(results.at(-1));
    }
  };
  const count = options.short ? lanes.short : lanes.whole;
  await Promise.all(Array.from({ length: count }, playAll));
  if (options.write) write(results, lines);
  const failed = results.filter(({ isGood }) => !isGood);
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(`\n${results.length} lines in ${seconds} s, ${results.length - failed.length} held`);
  if (failed.length > 0) console.log(`FAILED: ${failed.map(({ name }) => name).join(", ")}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

try {
  if (options !== undefined) await main();
} finally {
  cleanUp();
}
process.exit();
