// Reads sets of tools and queries that others wrote, from a folder that the command names; the project has none.
// A set is a JSON file of one of these forms, where a query has one right tool or some:
//
//   {"tools": {name: description}, "queries": [{"query", "tool"}]}
//   {"functions": [{name, description, parameters}], "queries": [{"query", "tools"}]}
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** Queries of an even index tune, those of an odd one report. */
export function readSets(folder) {
  const place = resolve(folder);
  const files = filesOf(place);
  if (files.length === 0) throw new Error(`Expected JSON files with sets in ${place}, found none.`);
  return files.map((file) => {
    const { definitions, queries } = setOf(
      file,
      JSON.parse(readFileSync(join(place, file), "utf8")),
    );
    return {
      name: basename(file, ".json"),
      tools: definitions.map((definition) => ({ key: definition.name, definition })),
      tuning: queries.filter((_, index) => index % 2 === 0),
      reporting: queries.filter((_, index) => index % 2 === 1),
    };
  });
}

function filesOf(place) {
  try {
    return readdirSync(place)
      .filter((file) => file.endsWith(".json"))
      .sort();
  } catch (error) {
    throw new Error(`Expected a folder with sets of queries at ${place}: ${error.message}`);
  }
}

function setOf(file, { tools, functions, queries }) {
  const definitions = functions
    ? functions.map(({ parameters, ...rest }) => ({ inputSchema: parameters, ...rest }))
    : Object.entries(tools ?? {}).map(([name, description]) => ({ name, description }));
  const names = new Set(definitions.map(({ name }) => name));
  const asked = (queries ?? []).map(({ query, tool, tools: several }) => ({
    text: query,
    acceptable: several ?? [tool],
  }));
  if (
    asked.length < 2 ||
    !asked.every(({ acceptable }) => acceptable.every((one) => names.has(one)))
  )
    throw new Error(`Expected ${file} to have tools and queries whose right tools are among them.`);
  return { definitions, queries: asked };
}

/** Normalised discounted cumulative gain among the first five, of 0-1: the mean over the queries. */
export function ndcgAt5(namesFor, queries) {
  const gain = (place) => 1 / Math.log2(place + 2);
  let sum = 0;
  for (const { text, acceptable } of queries) {
    let gained = 0;
    for (const [place, name] of namesFor(text, 5).slice(0, 5).entries())
      if (acceptable.includes(name)) gained += gain(place);
    let most = 0;
    for (let place = 0; place < Math.min(5, acceptable.length); place++) most += gain(place);
    sum += gained / most;
  }
  return sum / queries.length;
}
