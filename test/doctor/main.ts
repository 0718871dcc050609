import { allFaults } from "./all-faults.js";
import { removeFiles, startHub } from "./stage.js";
import { tryFault, wrongIn } from "./try-fault.js";

/** What `npm run doctor:table` does: plants each fault and prints what the doctor says. Returns the exit code. */
export async function main(names: readonly string[]): Promise<number> {
  const chosen = allFaults.filter(
    ({ what }) => names.length === 0 || names.some((name) => what.includes(name)),
  );
  if (chosen.length === 0) throw new Error(`There is no fault ${names.join(", ")}.`);
  const hub = await startHub();
  let failed = 0;
  try {
    console.log("| planted | code | cause | fix | slowest way | all ways agree | the fix works |");
    console.log("| --- | --- | --- | --- | --- | --- | --- |");
    for (const fault of chosen) {
      const tried = await tryFault(fault, hub.url);
      const wrong = wrongIn(tried);
      const slowest = Math.max(...tried.answers.map(({ tookMs }) => tookMs));
      const { cause = "", fix = "" } = tried.answers[0]?.problem ?? {};
      const cells = [fault.what, fault.code, cause, fix, `${(slowest / 1_000).toFixed(1)} s`];
      const yes = (is: boolean) => (is ? "yes" : "NO");
      const row = [...cells, yes(wrong.length === 0), yes(tried.isMended)];
      console.log(`| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
      for (const line of wrong) console.log(`  ${line}`);
      if (wrong.length > 0 || !tried.isMended) failed += 1;
    }
    console.log(`\n${chosen.length} faults, ${failed} not diagnosed as they should be`);
    return failed === 0 ? 0 : 1;
  } finally {
    await hub.stop();
    removeFiles();
  }
}
