// How well the gateway finds tools, how quickly, and what search mode saves a model. Prints the tables of
// docs/reference/search.md; with --missed also what was not found among five.
import { hubTools, shortAnswer, ToolSearch } from "../../packages/gateway/dist/index.js";
import { judge, readCatalogue, readQueries } from "./catalogue.mjs";

const servers = readCatalogue();
const queries = readQueries();
const main = queries.filter(({ part }) => part !== "fresh");
const search = new ToolSearch();
const begin = performance.now();
search.follow(servers);
const indexMs = performance.now() - begin;

const tools = servers.flatMap(({ id, tools }) =>
  tools.map(({ definition }) => ({ ...definition, name: `${id}__${definition.name}` })),
);
console.log(`${tools.length} tools of ${servers.length} servers\n`);

const groups = [
  ["main queries", main],
  ["  easy", main.filter(({ difficulty }) => difficulty === "easy")],
  ["  medium", main.filter(({ difficulty }) => difficulty === "medium")],
  ["  hard", main.filter(({ difficulty }) => difficulty === "hard")],
  ["  the half that weights were tuned on", main.filter(({ part }) => part === "tuning")],
  ["  the other half", main.filter(({ part }) => part === "judging")],
  ["fresh queries", queries.filter(({ part }) => part === "fresh")],
];
row("", "queries", "recall@1", "recall@5", "MRR");
for (const [name, group] of groups) {
  const { queries: count, recallAt1, recallAt5, mrr } = judge(search, group);
  row(name, count, recallAt1.toFixed(2), recallAt5.toFixed(2), mrr.toFixed(2));
}

const times = [];
for (let round = 0; round < 20; round++) {
  for (const { text } of queries) {
    const start = performance.now();
    search.search(text, 5);
    times.push(performance.now() - start);
  }
}
times.sort((a, b) => a - b);
const percentile = (share) => times[Math.floor(times.length * share)].toFixed(2);
console.log(
  `\nsearch: p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms; to index all: ${indexMs.toFixed(0)} ms`,
);

// No tokenizer is the same for two models: four characters a token is the usual estimate for English JSON.
const tokensOf = (value) => Math.round(JSON.stringify(value).length / 4);
const answers = main.map(({ text }) => {
  const hits = search.search(text, 5).map(({ serverId, tool }) => ({
    server: serverId,
    definition: { ...tool.definition, name: `${serverId}__${tool.key}` },
  }));
  return tokensOf(shortAnswer(hits, {}));
});
const normal = tokensOf({ tools });
const inSearch = tokensOf({ tools: hubTools });
console.log("\nwhat a model reads, in tokens (characters / 4)");
row("tools/list, normal mode", normal.toLocaleString("en"));
row("tools/list, search mode", inSearch.toLocaleString("en"));
row("one answer with five tools, mean", Math.round(mean(answers)).toLocaleString("en"));
row("the longest of them", Math.max(...answers).toLocaleString("en"));
console.log(`search mode: ${((inSearch / normal) * 100).toFixed(1)} % of normal mode`);

if (process.argv.includes("--missed")) {
  for (const { query, place, found } of judge(search, queries).missed)
    console.log(
      `\n${query.part}, ${query.difficulty}: ${query.text}\n  place ${place || "none"}; first: ${found.join(", ")}`,
    );
}

function mean(numbers) {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function row(name, ...cells) {
  console.log(name.padEnd(38) + cells.map((cell) => String(cell).padStart(10)).join(""));
}
