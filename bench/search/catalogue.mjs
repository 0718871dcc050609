// Reads the catalogue and the queries of the search benchmark. The data are lines, so that 700 tools can be
// read and mended by a person:
//
//   # id | Server name | tags
//   tool_name (Title) | description | parameter; parameter
//   parameter: path[?][:type] [description], where path is `name`, `outer.inner` or `list[].inner`
//   and type is str (default), int, num, bool, object, str[], int[], object[] or the values of an enum a|b
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const simple = { str: "string", int: "integer", num: "number", bool: "boolean", object: "object" };

function schemaOf(type) {
  if (type === undefined) return { type: "string" };
  if (type.endsWith("[]")) return { type: "array", items: schemaOf(type.slice(0, -2)) };
  if (type.includes("|")) return { type: "string", enum: type.split("|") };
  if (simple[type] === undefined) throw new Error(`No such type: ${type}`);
  return { type: simple[type] };
}

/** Puts a parameter into the schema of the object it belongs to, which it makes where it is missing. */
function addParameter(root, text) {
  const match = /^([\w.?[\]-]+?)(\?)?(?::(\S+))?(?: (.+))?$/.exec(text);
  if (match === null) throw new Error(`Not a parameter: ${text}`);
  const [, path, optional, type, description] = match;
  const names = path.split(".");
  let schema = root;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const [, plain, mayMiss, isList] = /^([\w-]+)(\?)?(\[\])?$/.exec(name);
    schema.properties ??= {};
    schema.properties[plain] ??= isLast
      ? { ...schemaOf(type), ...(description === undefined ? {} : { description }) }
      : isList
        ? { type: "array", items: { type: "object" } }
        : { type: "object" };
    if (!(isLast ? optional : mayMiss))
      schema.required = [...new Set([...(schema.required ?? []), plain])];
    const next = schema.properties[plain];
    schema = isList ? next.items : next;
  }
}

function toolOf(line) {
  const [heading, description, parameters = ""] = line.split(/ \| ?/);
  const [, name, title] = /^(\S+)(?: \((.+)\))?$/.exec(heading);
  const inputSchema = { type: "object", properties: {} };
  for (const parameter of parameters.split(/;\s*/).filter((one) => one !== ""))
    addParameter(inputSchema, parameter.trim());
  const definition = { name, ...(title === undefined ? {} : { title }), description, inputSchema };
  return { key: name, hash: digest(definition), definition };
}

const digest = (value) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** The servers with their tools, as the search follows them. */
export function readCatalogue() {
  const servers = [];
  for (const file of readdirSync(join(folder, "catalogue")).sort()) {
    for (const line of readFileSync(join(folder, "catalogue", file), "utf8").split("\n")) {
      if (line.startsWith("# ")) {
        const [id, name, tags] = line.slice(2).split(" | ");
        servers.push({ id, name, tags: tags.split(", "), tools: [] });
      } else if (line !== "") servers.at(-1).tools.push(toolOf(line));
    }
  }
  return servers.map((server) => ({ ...server, snapshotHash: digest(server.tools) }));
}

/**
 * Of the main queries every other one, of each difficulty, belongs to the half that the weights were tuned on.
 * The fresh ones were written when weights and synonyms stood, and nothing was changed after.
 */
export function readQueries() {
  const seen = {};
  const main = readLines("queries.txt").map((query) => {
    seen[query.difficulty] = (seen[query.difficulty] ?? 0) + 1;
    return { ...query, part: seen[query.difficulty] % 2 === 1 ? "tuning" : "judging" };
  });
  return [...main, ...readLines("fresh-queries.txt").map((query) => ({ ...query, part: "fresh" }))];
}

function readLines(name) {
  return readFileSync(join(folder, name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [difficulty, text, acceptable] = line.split(" | ");
      return { difficulty, text, acceptable: acceptable.split(", ") };
    });
}

/** Share of queries with an acceptable tool at the first place and among five, and mean reciprocal rank. */
export function judge(search, queries) {
  let first = 0;
  let five = 0;
  let reciprocal = 0;
  const missed = [];
  for (const query of queries) {
    const found = search
      .search(query.text, 50)
      .map(({ serverId, tool }) => `${serverId}/${tool.key}`);
    const place = found.findIndex((name) => query.acceptable.includes(name)) + 1;
    if (place === 1) first++;
    if (place >= 1 && place <= 5) five++;
    else missed.push({ query, place, found: found.slice(0, 5) });
    if (place > 0) reciprocal += 1 / place;
  }
  const share = (count) => count / queries.length;
  return {
    queries: queries.length,
    recallAt1: share(first),
    recallAt5: share(five),
    mrr: share(reciprocal),
    missed,
  };
}
