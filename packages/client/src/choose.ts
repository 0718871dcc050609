import type { FoundTool, ServerSummary } from "@hub/api";
import { type Found, find, findTool } from "./find.js";
import { HubClientError } from "./hub-client-error.js";
import type { HubRoutes } from "./hub-routes.js";
import { everyServer } from "./pages.js";
import { isUsable, listed, quoted, whyNot } from "./words.js";

/** What a server is chosen for. What is said together must all hold; at least one of them is said. */
export interface Need {
  /** What the server should be able to do, in words. */
  readonly need?: string | undefined;
  /** The server's id, or its name. */
  readonly name?: string | undefined;
  /** A tag that the server has, or several, all of which it has. */
  readonly tag?: string | readonly string[] | undefined;
  /** The exact name of a tool that the server has, as the server calls it. */
  readonly tool?: string | undefined;
}

/** A server that would have fitted, and why it was not taken. */
export interface Passed {
  readonly server: ServerSummary;
  /** A sentence. */
  readonly reason: string;
}

/** The server that was chosen. */
export interface Choice {
  readonly server: ServerSummary;
  /** Its tool that fits best, where a need or a tool was named. Absent where only its own words fit. */
  readonly tool?: FoundTool;
  /** Why it was chosen, in a sentence or two. */
  readonly reason: string;
  readonly others: readonly Passed[];
}

/** How much of the best score a match must have, to stand in for a better one that cannot be used. */
const standsIn = 0.5;

/**
 * The one server to use: of those that fit, the best that is up. The same catalogue gives the same choice.
 * @throws TypeError when nothing was asked for.
 * @throws HubClientError `NOT_UP` (503) when what fits cannot be used now, `NOTHING_FITS` (404) when nothing does.
 */
export async function choose(hub: HubRoutes, need: Need, signal?: AbortSignal): Promise<Choice> {
  const sought = soughtIn(need);
  const fitting = (await candidates(hub, need, signal)).filter(({ server }) => fits(server, need));
  const best = bestOf(fitting);
  if (best === undefined) throw await nothing(hub, need, sought, fitting, signal);

  const { server, tools } = best;
  const [tool] = tools;
  return {
    server,
    ...(tool === undefined ? {} : { tool }),
    reason: reasonFor(best, sought, fitting),
    others: fitting
      .filter((one) => one !== best)
      .map((one) => ({ server: one.server, reason: whyPassed(one, best) })),
  };
}

/** What was asked for, in words. @throws TypeError when that is nothing. */
function soughtIn({ need, name, tag, tool }: Need): string {
  const tags = tag === undefined ? [] : [tag].flat();
  const parts = [
    ...(name === undefined ? [] : [`the name ${quoted(name)}`]),
    ...(tags.length === 0 ? [] : [`${tags.length === 1 ? "the tag" : "the tags"} ${listed(tags)}`]),
    ...(tool === undefined ? [] : [`a tool named ${quoted(tool)}`]),
    ...(need === undefined ? [] : [`the need ${quoted(need)}`]),
  ];
  const isEmpty = [need, name, tool, ...tags].some((text) => text?.trim() === "");
  if (parts.length === 0 || isEmpty)
    throw new TypeError(
      'Nothing says which server to choose. Expected one of need, name, tag and tool, such as { need: "a weather forecast" }, and none of them empty',
    );
  return parts.join(" and ");
}

/** Best first. Without a need, each is as good as the others, and they are in the order of their ids. */
async function candidates(
  hub: HubRoutes,
  wanted: Need,
  signal: AbortSignal | undefined,
): Promise<readonly Found[]> {
  const { need, tool, name } = wanted;
  // Who names a server means it also where an operator hid it.
  const hidden = name !== undefined;
  const having = tool === undefined ? undefined : await findTool(hub, tool, hidden, signal);
  if (having !== undefined && need === undefined) return having;
  if (need !== undefined) {
    const counts = (server: ServerSummary) =>
      isUsable(server) &&
      fits(server, wanted) &&
      having?.some((one) => one.server.id === server.id) !== false;
    const found = await find(hub, need, { atLeast: 1, hidden }, signal, counts);
    if (having === undefined) return found;
    return found.flatMap(({ server: { id } }) => having.filter(({ server }) => server.id === id));
  }
  const servers = await everyServer(hub, { hidden }, signal);
  const all = [...servers].sort((a, b) => (a.id < b.id ? -1 : 1));
  return all.map((server) => ({ server, tools: [], isUsable: isUsable(server), reason: "" }));
}

function fits({ id, name: own, tags }: ServerSummary, { name, tag }: Need): boolean {
  const isNamed = name === undefined || id === name || folded(own) === folded(name);
  return isNamed && (tag === undefined ? [] : [tag].flat()).every((one) => tags.includes(one));
}

const folded = (name: string) => name.normalize("NFKC").trim().toLowerCase();

/** The first that can be used, those before others whose operator has not given them up. */
function bestOf(fitting: readonly Found[]): Found | undefined {
  const least = standsIn * Math.max(0, ...fitting.map(scoreOf));
  const possible = fitting.filter((one) => one.isUsable && scoreOf(one) >= least);
  const isKept = ({ server }: Found) => server.lifecycle !== "deprecated";
  // Of equals, one of which all instances are up.
  const isWhole = (one: Found) =>
    one.server.status === "up" && scoreOf(one) === scoreOf(possible[0]);
  return (
    possible.find((one) => isKept(one) && isWhole(one)) ?? possible.find(isKept) ?? possible[0]
  );
}

function scoreOf(found: Found | undefined): number {
  return found?.tools[0]?.score ?? 0;
}

function reasonFor(best: Found, sought: string, fitting: readonly Found[]): string {
  const { server, reason } = best;
  const why =
    reason === "" ? `${quoted(server.name)} has ${sought} and is ${server.status}.` : reason;
  const before = fitting.slice(0, fitting.indexOf(best)).filter((one) => !one.isUsable);
  const others = fitting.filter((one) => one !== best && one.isUsable).length;
  return [
    why,
    ...(before.length === 0
      ? []
      : [
          `${listed(before.map((one) => one.server.name))} would come first, but cannot be used now.`,
        ]),
    ...(others === 0
      ? []
      : [`${others} other${others === 1 ? "" : "s"} that can be used would fit too.`]),
  ].join(" ");
}

function whyPassed(one: Found, best: Found): string {
  if (!one.isUsable) return whyNot(one.server);
  const name = quoted(one.server.name);
  if (one.server.lifecycle === "deprecated") return `${name} is deprecated.`;
  if (scoreOf(one) !== scoreOf(best)) return `${name} fits less well.`;
  return one.server.status === best.server.status
    ? `${name} fits as well, and comes later in the alphabet.`
    : `${name} is ${one.server.status}.`;
}

async function nothing(
  hub: HubRoutes,
  need: Need,
  sought: string,
  fitting: readonly Found[],
  signal: AbortSignal | undefined,
): Promise<HubClientError> {
  const all = await everyServer(hub, {}, signal);
  const known =
    all.length === 0
      ? "The hub knows no server yet."
      : `The hub knows ${all.length === 1 ? "1 server" : `${all.length} servers`}: ${listed(all.map(({ name }) => name))}.`;
  const problem = {
    sought: need,
    fitting: fitting.map(({ server }) => server.id),
    servers: all.map(({ id }) => id),
  };
  if (fitting.length === 0)
    return new HubClientError({
      status: 404,
      code: "NOTHING_FITS",
      detail: `No server fits ${sought}. ${known}`,
      problem,
    });
  const weak = fitting.filter((one) => one.isUsable).map(({ server }) => server.name);
  const why = fitting
    .filter((one) => !one.isUsable)
    .slice(0, 3)
    .map(({ server }) => whyNot(server));
  const rest = weak.length === 0 ? [] : [`${listed(weak)} can be used, but fits far less well.`];
  return new HubClientError({
    status: 503,
    code: "NOT_UP",
    detail: [`What fits ${sought} cannot be used now.`, ...why, ...rest].join(" "),
    problem,
  });
}
