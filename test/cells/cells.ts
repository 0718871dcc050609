import { type ClientKind, clientKinds } from "./clients/kinds.js";
import { type FeatureName, features, type Names } from "./features.js";
import { limits } from "./limits.js";
import { type ServerKind, serverKinds } from "./servers/kinds.js";
import { Stage } from "./stage.js";

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

/** A client of 2025 has no words in common with a server that speaks nothing older than 2026-07-28. */
export function canTalk(client: ClientKind, server: ServerKind, path: Path): boolean {
  if (path !== "direct" || server === "stdio, hub-register") return true;
  return (client === "SDK v2 2026-07-28") === (server === "SDK v2 modern-only");
}

export function limitOf(server: ServerKind, feature: FeatureName): string | undefined {
  return limits[server]?.[feature];
}

/** Tries all that is wanted: the servers side by side, the clients of each one after the other. */
export async function tryCells(wanted: Wanted): Promise<readonly Cell[]> {
  const stage = await Stage.open(wanted.servers);
  const growing = new Turns();
  try {
    const lanes = wanted.servers.map(async (server) => {
      const cells: Cell[] = [];
      for (const client of wanted.clients)
        for (const path of wanted.paths)
          if (canTalk(client, server, path))
            cells.push(...(await tryPair(stage, growing, { client, server, path }, wanted)));
      return cells;
    });
    return (await Promise.all(lanes)).flat();
  } finally {
    await stage.close();
  }
}

/** A cell that hangs is one that fails. */
const mostMs = 6_000;

type Pair = Pick<Cell, "client" | "server" | "path">;

/** All features at once, as a client that is busy uses them. */
async function tryPair(
  stage: Stage,
  growing: Turns,
  pair: Pair,
  wanted: Wanted,
): Promise<readonly Cell[]> {
  const { id } = serverKinds[pair.server];
  const connecting = within(mostMs, clientKinds[pair.client](stage.url(pair.server, pair.path)));
  const cells = await Promise.all(
    wanted.features.map(async (feature): Promise<Cell> => {
      let began = performance.now();
      const tryIt = async () => {
        const driver = await connecting;
        began = performance.now();
        await within(mostMs, features[feature](driver, namesOf(id, pair.path)));
      };
      // A notice of another server could be taken for the one that is missing.
      const trying = feature === "list_changed" ? growing.take(tryIt) : tryIt();
      const missing = await trying.then(() => undefined, messageOf);
      return { ...pair, feature, missing, tookMs: performance.now() - began };
    }),
  );
  await connecting.then((driver) => within(mostMs, driver.close())).catch(() => undefined);
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

/** One after the other. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(run);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
