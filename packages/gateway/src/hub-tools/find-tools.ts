import type { JsonObject, JsonValue } from "@hub/core/json";
import { bytesOf } from "@hub/core/text";
import { findToolsLimit, hubToolNames } from "../catalogue/hub-tool-definitions.js";
import type { MissingServer } from "../catalogue/missing.js";
import type { View } from "../catalogue/view.js";
import type { SearchTools } from "../search/catalogue-search.js";
import { longestQuery } from "../search/terms.js";
import { type Hit, shortAnswer } from "./found-tools.js";

/** Of the servers that cannot be asked now, those that an answer names; `hub__list_servers` has them all. */
const mostMissing = 5;
/** No tool has a longer name here. */
const longestShownName = 100;
/** Words that matched nothing, as an answer says them, in bytes. */
const mostUnmatchedBytes = 120;

type Asked = {
  /** Undefined when only schemas are asked for. */
  readonly query: string | undefined;
  readonly limit: number;
  readonly schemaOf: readonly string[];
};

/**
 * The best tools for a query, each in short, and the whole definitions of those that `schemaOf` names; a text
 * for what was asked wrongly.
 */
export function findTools(view: View, search: SearchTools, args: JsonObject): JsonObject | string {
  const asked = readArguments(args);
  if (typeof asked === "string") return asked;
  const { schemaOf, query } = asked;
  const whole = schemaOf.flatMap((name): JsonObject[] => {
    const definition = definitionOf(view, name);
    return definition === undefined ? [] : [definition];
  });
  const unknown = schemaOf
    .filter((name) => view.tools.get(name) === undefined)
    .map((name) => name.slice(0, longestShownName));
  if (query === undefined && whole.length === 0)
    return `No tool is called ${unknown.join(" or ")} here. Give names as ${hubToolNames.findTools} gave them.`;
  const notKnown = unknown.length === 0 ? {} : { unknownNames: unknown };
  if (query === undefined) return { tools: whole, ...notKnown };
  const { tools, ...besides } = searched(view, search, { ...asked, query });
  return { tools: [...whole, ...tools], ...notKnown, ...besides };
}

function searched(
  view: View,
  search: SearchTools,
  { query, limit, schemaOf }: Asked & { readonly query: string },
): JsonObject & { readonly tools: readonly JsonValue[] } {
  let unmatched: readonly string[] = [];
  const hits = search(
    query.slice(0, longestQuery),
    limit,
    (serverId, name) => view.tools.of(serverId, name) !== undefined,
    (words) => {
      unmatched = words;
    },
  );
  const found = hits.flatMap(({ serverId, tool }): Hit[] => {
    const name = view.tools.of(serverId, tool.key)?.exposed;
    if (name === undefined || schemaOf.includes(name)) return [];
    const definition = definitionOf(view, name);
    return definition === undefined ? [] : [{ server: serverId, definition }];
  });
  const missed = view.missing.filter((one) => isMissed(view, one));
  const missing = missed.slice(0, mostMissing);
  const unmatchedWords = beginOf(unmatched, mostUnmatchedBytes);
  const { tools, ...besides } = shortAnswer(found, {
    ...(unmatchedWords.length === 0 ? {} : { unmatchedWords }),
    ...(hits.length === 0
      ? { hint: `No tool matches. Try other words, or ${hubToolNames.listServers}.` }
      : {}),
  });
  return {
    tools: Array.isArray(tools) ? tools : [],
    ...besides,
    ...(missing.length === 0
      ? {}
      : { missing: missing.map(({ server, status, reason }) => ({ server, status, reason })) }),
    ...(missed.length > missing.length ? { moreMissing: missed.length - missing.length } : {}),
  };
}

/** Whether the answer might be another one with it. What is long gone is missed by who asks for it by name. */
function isMissed({ selection }: View, { listed, status }: MissingServer): boolean {
  return listed || status !== "down" || selection.servers !== undefined;
}

/** As many of the first as the bytes allow, and at least one. */
function beginOf(words: readonly string[], bytes: number): readonly string[] {
  let left = bytes;
  return words.filter((word, at) => {
    left -= bytesOf(word);
    return left >= 0 || at === 0;
  });
}

function definitionOf(view: View, name: string): JsonObject | undefined {
  const shown = view.tools.get(name);
  return shown === undefined ? undefined : JSON.parse(shown.ready.text(shown.index));
}

/** What is asked for, or what is wrong with it. */
function readArguments({
  query,
  limit = findToolsLimit.default,
  schemaOf = [],
}: JsonObject): Asked | string {
  const areNames =
    Array.isArray(schemaOf) &&
    schemaOf.length <= findToolsLimit.schemas &&
    schemaOf.every((name) => typeof name === "string");
  if (!areNames)
    return `Expected schemaOf to be a list of at most ${findToolsLimit.schemas} names of tools, got ${shown(schemaOf)}.`;
  const isAsked = typeof query === "string" && query.trim() !== "";
  if (!isAsked && (query !== undefined || schemaOf.length === 0))
    return `Expected query to be a text such as "create an issue", got ${shown(query)}.`;
  if (typeof limit !== "number" || limit < 1 || limit > findToolsLimit.maximum)
    return `Expected limit to be 1-${findToolsLimit.maximum}, got ${shown(limit)}.`;
  return {
    query: isAsked ? query : undefined,
    limit: Math.floor(limit),
    schemaOf: [...new Set(schemaOf.map(String))],
  };
}

const shown = (value: JsonValue | undefined): string =>
  JSON.stringify(value)?.slice(0, 100) ?? "nothing";
