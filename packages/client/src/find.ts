import type { FoundTool, ServerSummary, ToolList } from "@hub/api";
import type { HubRoutes } from "./hub-routes.js";
import { everyServer, everyTool } from "./pages.js";
import { firstSentence, isUsable, quoted, usableStatuses, whyNot } from "./words.js";

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

/** How far is looked for what fits. */
export interface FindQuery {
  /**
   * Tools are read, best first, until so many servers are among them. One server may have many tools that fit.
   * Default 10.
   */
  readonly atLeast?: number | undefined;
  /** Only servers that can be used now. Default: false. */
  readonly usable?: boolean | undefined;
  /** Those servers too that an operator hid. Default: false. */
  readonly hidden?: boolean | undefined;
}

/** Tools of the first look; they are enough for most questions. */
const firstHits = 50;
/** Tools that are looked at for one question. */
const mostHits = 1_000;

/**
 * The servers that fit a question, best first: those with tools that fit, in the order of the hub's search,
 * then those whose name, description, tags or tools contain all of its words.
 * @param counts Whether a server is one of those that `atLeast` counts.
 * @throws TypeError for a question without words.
 */
export async function find(
  hub: HubRoutes,
  question: string,
  { atLeast = 10, usable = false, hidden = false }: FindQuery,
  signal?: AbortSignal,
  counts: (server: ServerSummary) => boolean = () => true,
): Promise<readonly Found[]> {
  if (question.trim() === "")
    throw new TypeError('Expected a question in words, such as "a weather forecast"');
  const narrowed = { hidden, ...(usable ? { status: usableStatuses } : {}) };
  const sought = { ...narrowed, q: question.slice(0, 500) };
  const [all, first, named] = await Promise.all([
    everyServer(hub, narrowed, signal),
    hub.tools({ ...sought, limit: firstHits }, signal),
    everyServer(hub, { ...narrowed, q: question.slice(0, 200) }, signal),
  ]);
  const counted = new Set(all.filter(counts).map(({ id }) => id));
  const enough = Math.min(atLeast, counted.size);
  const isEnough = (tools: readonly FoundTool[]) =>
    new Set(tools.map(({ serverId }) => serverId).filter((id) => counted.has(id))).size >= enough;
  const next = (cursor: string) => hub.tools({ ...sought, limit: 200, cursor }, signal);
  return gather(all, await hitsFrom(first, next, isEnough), named);
}

/** Reads on from the first page until the tools are enough. */
async function hitsFrom(
  first: ToolList,
  next: (cursor: string) => Promise<ToolList>,
  isEnough: (tools: readonly FoundTool[]) => boolean,
): Promise<readonly FoundTool[]> {
  let hits = first.tools;
  let { nextCursor } = first;
  while (nextCursor !== undefined && hits.length < mostHits && !isEnough(hits)) {
    const page = await next(nextCursor);
    // A page of nothing leads nowhere, whatever its cursor says.
    if (page.tools.length === 0) break;
    hits = [...hits, ...page.tools];
    nextCursor = page.nextCursor;
  }
  return hits;
}

/** The servers that have a tool of exactly this name, ordered by id. */
export async function findTool(
  hub: HubRoutes,
  name: string,
  hidden: boolean,
  signal?: AbortSignal,
): Promise<readonly Found[]> {
  const all = await everyServer(hub, { hidden }, signal);
  const isIt = (tool: FoundTool) => tool.name === name;
  const likely = await everyTool(hub, { q: name.slice(0, 500), hidden }, signal);
  const hits = likely.some(isIt) ? likely : await everyTool(hub, { hidden }, signal);
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
