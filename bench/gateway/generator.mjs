// Measures one contender under one load: the generator process does the work, this side reads what the
// contender's process paid for it.
import { cpuSeconds, startScript } from "./processes.mjs";

export async function startGenerator() {
  const { child } = await startScript("load.mjs");
  const order = (what, more = {}) =>
    new Promise((resolve, reject) => {
      const gone = (code) => reject(new Error(`the generator ended with exit code ${code}`));
      child.once("exit", gone);
      child.once("message", ({ value, error }) => {
        child.off("exit", gone);
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      child.send({ what, ...more });
    });

  return {
    /**
     * `job` is what load.mjs does: `{kind, target, callers, request, ...}`. `pid` is the process that pays,
     * undefined for the direct way. Throws when anything but a good answer came.
     */
    async measure({ job, pid, seconds }) {
      await order("open", { job });
      try {
        await order("run", { job, seconds: Math.min(0.5, seconds / 2) });
        const before = pid === undefined ? 0 : cpuSeconds(pid);
        const seen = await order("run", { job, seconds });
        const cpu = pid === undefined ? undefined : cpuSeconds(pid) - before;
        if (seen.failures > 0) throw new Error(`${seen.failures} failures: ${seen.failure}`);
        return { ...seen, cpuPer1000: cpu === undefined ? undefined : (cpu / seen.count) * 1_000 };
      } finally {
        await order("close");
      }
    },
  };
}
