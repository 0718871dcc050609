import { type ClientKind, clientKinds } from "./clients/kinds.js";
import { type FeatureName, features, type Names } from "./features.js";
import { limitOf } from "./limits.js";
import { type ServerKind, serverKinds } from "./servers/kinds.js";
import { OneHub, Stage, type StartHubs } from "./stage.js";

/** The aggregate, one server of the hub, and without the hub. */
export const paths = ["aggregate", "pass-through", "direct"] as const;
export type Path = (typeof paths)[number];

export type Cell = {
  readonly client: ClientKind;
  readonly server: ServerKind;
  readonly path: Path;
  readonly feature: FeatureName;
  /** What was missing; undefined when nothing was. */
  readonly missing: string | undefined;
  readonly tookMs: number;
};

export type Wanted = {
  readonly clients: readonly ClientKind[];
  readonly servers: readonly ServerKind[];
  readonly paths: readonly Path[];
  readonly features: readonly FeatureName[];
};

// The keys of an object that is constant are what its type says.
export const everything: Wanted = {
  clients: Object.keys(clientKinds) as ClientKind[],
  servers: Object.keys(serverKinds) as ServerKind[],
  paths,
  features: Object.keys(features) as FeatureName[],
};

/** A client of 2025 has no words in common with a server that speaks nothing older than 2026-07-28; one that speaks both has. */
function canTalk(client: ClientKind, server: ServerKind, path: Path): boolean {
  // The servers speak streamable HTTP.
  if (client === "SDK v1 HTTP+SSE") return path !== "direct";
  if (path !== "direct" || server === "stdio, hub-register" || client === "SDK v2 auto")
    return true;
  return (client === "SDK v2 2026-07-28") === (server === "SDK v2 modern-only");
}

/** Each client with each server once, at the aggregate and at the server's own endpoint in turn; no limits. */
export function isInSample({ client, server, path }: Pair, feature: FeatureName): boolean {
  const turn = everything.clients.indexOf(client) + everything.servers.indexOf(server);
  return path === paths[turn % 2] && limitOf({ client, server, path, feature }) === undefined;
}

/**
 * Tries all that is wanted: the servers side by side, the pairs of each one after the other where they must.
 * `isTried` leaves out cells. Default: none. `startHubs`: what they go through. Default: one hub.
 */
export async function tryCells(
  wanted: Wanted,
  isTried: (pair: Pair, feature: FeatureName) => boolean = () => true,
  startHubs: StartHubs = OneHub.start,
): Promise<readonly Cell[]> {
  const stage = await Stage.open(await startHubs(), wanted.servers);
  const turns = new Turns();
  try {
    const lanes = lanesOf(wanted).map(async (lane) => {
      const cells: Cell[] = [];
      for (const pair of lane) {
        const features = wanted.features.filter((feature) => isTried(pair, feature));
        if (features.length > 0) cells.push(...(await tryPair(stage, turns, pair, features)));
      }
      return cells;
    });
    return (await Promise.all(lanes)).flat();
  } finally {
    await stage.close();
  }
}

function lanesOf(wanted: Wanted): readonly (readonly Pair[])[] {
  return wanted.servers.flatMap((server) => {
    const lanes = wanted.paths.map((path) =>
      wanted.clients
        .filter((client) => canTalk(client, server, path))
        .map((client) => ({ client, server, path })),
    );
    // It takes a second to open a session, whoever asks.
    if (server === "npm fastmcp") return lanes;
    // Each session has a process of its own, as long as there are at most eight.
    if (server === "stdio, hub-register")
      return [
        ...lanes.map((lane) => lane.filter((pair) => !sharesProcess(pair))),
        lanes.flat().filter(sharesProcess),
      ];
    return [lanes.flat()];
  });
}

/** Over stdio: without sessions, all have one process. `SDK v2 auto` takes what hub-register offers where it is offered. */
function sharesProcess({ client, path }: Pair): boolean {
  return client === "SDK v2 2026-07-28" || (client === "SDK v2 auto" && path !== "aggregate");
}

/** A cell that hangs is one that fails: long after any that works, or soon where a limit is known. */
const mostMs = 120_000;
const mostMsOfLimits = 6_000;

type Pair = Pick<Cell, "client" | "server" | "path">;

/** Whose turn a feature waits for: a notice must not be taken for that of another pair. */
function turnOf(feature: FeatureName, server: ServerKind, isLimited: boolean): string | undefined {
  // Where no notice comes, the tool that it would tell of has a name of its own.
  if (feature === "list_changed") return isLimited ? undefined : "all servers";
  return feature === "subscribe" ? server : undefined;
}

/**
 * All features at once, as a client that is busy uses them. Over stdio one after the other: there, nothing
 * says which call a log or a question belongs to. What is known not to come there is waited for at once.
 */
async function tryPair(
  stage: Stage,
  turns: Turns,
  pair: Pair,
  wanted: readonly FeatureName[],
): Promise<readonly Cell[]> {
  const { id } = serverKinds[pair.server];
  const connecting = within(mostMs, clientKinds[pair.client](stage.url(pair.server, pair.path)));
  const isLimited = (feature: FeatureName) => limitOf({ ...pair, feature }) !== undefined;
  const tryOne = async (feature: FeatureName): Promise<Cell> => {
    let began = performance.now();
    const tryIt = async () => {
      const driver = await connecting;
      began = performance.now();
      const ms = isLimited(feature) ? mostMsOfLimits : mostMs;
      await within(ms, features[feature](driver, namesOf(id, pair.path)));
    };
    const turn = turnOf(feature, pair.server, isLimited(feature));
    const trying = turn === undefined ? tryIt() : turns.take(turn, tryIt);
    const missing = await trying.then(() => undefined, messageOf);
    return { ...pair, feature, missing, tookMs: performance.now() - began };
  };
  const cells: Cell[] = [];
  const inTurn =
    pair.server === "stdio, hub-register" ? wanted.filter((one) => !isLimited(one)) : [];
  for (const feature of inTurn) cells.push(await tryOne(feature));
  const atOnce = wanted.filter((one) => !inTurn.includes(one));
  cells.push(...(await Promise.all(atOnce.map(tryOne))));
  await connecting.then((driver) => within(mostMsOfLimits, driver.close())).catch(() => undefined);
  return cells;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function namesOf(id: string, path: Path): Names {
  const named = (name: string) => (path === "aggregate" ? `${id}__${name}` : name);
  return {
    tool: named,
    prompt: named("greet"),
    valueUri: `${id}://value`,
    shelfTemplate: `${id}://shelf/{key}`,
  };
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** One after the other, for each that is waited for. */
class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  take<T>(turn: string, run: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(turn) ?? Promise.resolve()).then(run);
    this.#last.set(
      turn,
      mine.catch(() => undefined),
    );
    return mine;
  }
}
