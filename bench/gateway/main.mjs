// The gateway part of the benchmark: calls, lists, progress, start and a silent server, through the hub and, in
// the same run, without it, through nginx and through a plain node:http proxy. The ratios are what counts.
// `--quick` measures the calls of one revision only, once, for a second look while working on the gateway.
import { cpus } from "node:os";
import { printBars } from "./bars.mjs";
import { callFigures, measureCalls, quickWorkloads, warmUp, warmUps, workloads } from "./calls.mjs";
import { startContenders } from "./contenders.mjs";
import { measureDead } from "./dead.mjs";
import { startGenerator } from "./generator.mjs";
import { measureLists } from "./lists.mjs";
import { watchOtherWork } from "./other-work.mjs";
import { cleanUp, stop } from "./processes.mjs";
import { measureProgress } from "./progress.mjs";

const isQuick = process.argv.includes("--quick");
const seconds = Number(process.env.BENCH_SECONDS ?? (isQuick ? 1 : 2));
const rounds = Number(process.env.BENCH_ROUNDS ?? (isQuick ? 1 : 3));
const options = { rounds, seconds };

/** What cannot be measured is said and leaves its bars open; the rest goes on. */
async function part(what, measure) {
  try {
    return await measure();
  } catch (error) {
    console.log(`\n${what} could not be measured: ${error.message}`);
    process.exitCode = 1;
    return {};
  }
}

async function measureHops(generator) {
  const { contenders, children } = await startContenders();
  await warmUp(generator, contenders, isQuick ? ["sixteen"] : warmUps);
  const sheets = {};
  for (const name of isQuick ? quickWorkloads : Object.keys(workloads)) {
    sheets[name] = await measureCalls(generator, contenders, workloads[name], options);
  }
  const progress = isQuick
    ? {}
    : await measureProgress(
        contenders.filter((one) => !one.isForLongAnswersOnly),
        options,
      );
  for (const child of children) await stop(child);
  return { ...callFigures(sheets), ...progress };
}

async function main() {
  console.log(
    `\nMCP Hub benchmark, gateway part: Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model.trim()}`,
  );
  console.log(`${rounds} round(s) of ${seconds} s in turns, medians; ratios within a round`);
  const otherWork = watchOtherWork();
  const generator = await startGenerator();
  const calls = await part("calls", () => measureHops(generator));
  if (isQuick) {
    printBars(calls, ["P1", "P2", "P3", "P4"]);
    console.log(`\n${otherWork()}`);
    return;
  }
  const lists = await part("lists", () => measureLists(generator, options));
  const dead = await part("a silent server", () => measureDead(generator));
  printBars({ ...calls, ...lists, ...dead });
  console.log(`\n${otherWork()}`);
}

try {
  await main();
} finally {
  cleanUp();
}
