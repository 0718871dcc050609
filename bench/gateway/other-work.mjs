// How busy the machine was with work that is not the benchmark's: above a little, calls a second mean nothing.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { family } from "./processes.mjs";

const ticksPerSecond = 100;

/** How long the cores had nothing to do; what the host took from a virtual machine is not among it. */
function idleTicks() {
  const fields = readFileSync("/proc/stat", "utf8").split("\n", 1)[0].split(/\s+/);
  return Number(fields[4]) + Number(fields[5]);
}

/** Of this process, of those it started, and of those among them that have ended. */
function ownTicks() {
  const used = family(process.pid).map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  });
  return used.reduce((sum, value) => sum + value, 0);
}

/** Starts watching; the function it returns says in a sentence what was seen. */
export function watchOtherWork() {
  const begin = { at: performance.now(), idle: idleTicks(), own: ownTicks() };
  return () => {
    const took = ((performance.now() - begin.at) / 1_000) * ticksPerSecond;
    const busy = took * cpus().length - (idleTicks() - begin.idle);
    const other = busy - (ownTicks() - begin.own);
    const share = Math.max(0, other / took);
    const verdict = share > 0.15 ? "trust only the CPU figures" : "the machine was quiet";
    return `Other work took ${share.toFixed(2)} of ${cpus().length} cores meanwhile: ${verdict}.`;
  };
}
