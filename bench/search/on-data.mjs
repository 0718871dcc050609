// How well the search does on sets that others wrote (sets.mjs says of which form), beside a plain BM25.
// Fails when it is below a floor or below the plain BM25 on the queries that report.
import { ToolSearch } from "../../packages/gateway/dist/index.js";
import { plainBm25 } from "./plain-bm25.mjs";
import { ndcgAt5, readSets } from "./sets.mjs";

/** The least nDCG@5 of the sets that the project is measured by. */
const floors = { metatool: 0.58, "bfcl-live-multiple": 0.82 };

/** Returns whether all floors hold. */
export function measureOnData(folder) {
  const sets = readSets(folder);
  console.log("nDCG@5; queries of an even index tune, those of an odd one report\n");
  row("", "tools", "queries", "tuning", "reporting", "plain BM25", "floor");
  let holds = true;
  for (const { name, tools, tuning, reporting } of sets) {
    const search = new ToolSearch();
    search.follow([{ id: name, name: "", snapshotHash: name, tools }]);
    const found = (query, limit) => search.search(query, limit).map(({ tool }) => tool.key);
    const reported = ndcgAt5(found, reporting);
    const plain = ndcgAt5(plainBm25(tools), reporting);
    const floor = floors[name];
    const figures = [ndcgAt5(found, tuning), reported, plain].map((one) => one.toFixed(3));
    row(name, tools.length, tuning.length + reporting.length, ...figures, floor ?? "");
    if (reported >= plain && reported >= (floor ?? 0)) continue;
    holds = false;
    console.log(`  ${name} is below its floor, or the plain BM25 is above it.`);
  }
  return holds;
}

function row(name, ...cells) {
  console.log(name.padEnd(22) + cells.map((cell) => String(cell).padStart(11)).join(""));
}
