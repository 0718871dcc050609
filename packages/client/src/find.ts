import type { FoundTool, ServerSummary } from "@hub/api";
import type { HubRoutes } from "./hub-routes.js";
import { everyServer, everyTool } from "./pages.js";
import { firstSentence, isUsable, quoted, whyNot } from "./words.js";

/** A server that fits a question. */
export interface Found {
  readonly server: ServerSummary;
  /** Its tools that fit, best first. Empty where only its own words do. */
  readonly tools: readonly FoundTool[];
  /** Whether it can be used now: it is up, or has an instance that is. */
  readonly isUsable: boolean;
  /** Why it fits, and what is in the way if it cannot be used. Sentences. */
  readonly reason: string;
}

/** Tools that are looked at for one question. */
const mostHits = 50;

/**
 * The servers that fit a question, best first: those with tools that fit, in the order of the hub's search,
 * then those whose name, description, tags or tools contain all of its words.
 * @throws TypeError for a question without words.
 */
export async function find(
  hub: HubRoutes,
  question: string,
  signal?: AbortSignal,
): Promise<readonly Found[]> {
  if (question.trim() === "")
    throw new TypeError('Expected a question in words, such as "a weather forecast"');
  const [all, { tools }, named] = await Promise.all([
    everyServer(hub, {}, signal),
    hub.tools({ q: question.slice(0, 500), limit: mostHits }, signal),
    everyServer(hub, { q: question.slice(0, 200) }, signal),
  ]);
  return gather(all, tools, named);
}

/** The servers that have a tool of exactly this name, ordered by id. */
export async function findTool(
  hub: HubRoutes,
  name: string,
  signal?: AbortSignal,
): Promise<readonly Found[]> {
  const all = await everyServer(hub, {}, signal);
  const isIt = (tool: FoundTool) => tool.name === name;
  const { tools } = await hub.tools({ q: name.slice(0, 500), limit: 200 }, signal);
  const hits = tools.some(isIt) ? tools : await everyTool(hub, {}, signal);
  const found = gather(all, hits.filter(isIt), []);
  return [...found].sort((a, b) => (a.server.id < b.server.id ? -1 : 1));
}

/** Puts hits together by server. A server that has come or gone in between is left out. */
function gather(
  all: readonly ServerSummary[],
  hits: readonly FoundTool[],
  named: readonly ServerSummary[],
): readonly Found[] {
  const servers = new Map(all.map((server) => [server.id, server]));
  const tools = new Map<string, FoundTool[]>();
  for (const hit of hits) tools.set(hit.serverId, [...(tools.get(hit.serverId) ?? []), hit]);
  for (const { id } of named) if (!tools.has(id)) tools.set(id, []);
  return [...tools].flatMap(([id, own]) => {
    const server = servers.get(id);
    return server === undefined ? [] : [foundOf(server, own)];
  });
}

function foundOf(server: ServerSummary, tools: readonly FoundTool[]): Found {
  const [best] = tools;
  const fits =
    best === undefined
      ? `${quoted(server.name)} has these words in its name, description, tags or tools.`
      : `The tool ${quoted(best.name)} of ${quoted(server.name)} fits${best.description === undefined ? "." : `: ${firstSentence(best.description)}`}`;
  const can = isUsable(server);
  return { server, tools, isUsable: can, reason: can ? fits : `${fits} But ${whyNot(server)}` };
}
