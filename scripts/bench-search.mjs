// npm run bench:search: builds, then measures how well tools are found. See bench/search/run.mjs; with
// `-- --data <folder>` on sets that others wrote, see bench/search/on-data.mjs.
import { build, install } from "./prepare.mjs";

const [option, folder, ...more] = process.argv.slice(2);
if (option !== undefined && option !== "--missed" && (option !== "--data" || !folder || more[0])) {
  console.error(
    `Expected nothing, --missed or --data <folder>, got ${process.argv.slice(2).join(" ")}.`,
  );
  process.exit(2);
}
install();
build();
if (option === "--data") {
  const { measureOnData } = await import("../bench/search/on-data.mjs");
  process.exitCode = measured(() => measureOnData(folder)) ? 0 : 1;
} else await import("../bench/search/run.mjs");

/** A folder that is not there, or holds something else, is said in a line. */
function measured(measure) {
  try {
    return measure();
  } catch (error) {
    console.error(error.message);
    return false;
  }
}
