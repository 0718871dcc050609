import { HubAt, HubProcess, until } from "@hub/testing";
import type { Path } from "./cells.js";
import { type Running, type ServerKind, serverKinds } from "./servers/kinds.js";

/** What stands between clients and servers: one hub, or several as one. */
export type Hubs = {
  /** Where all of them are reached. */
  readonly url: string;
  /** Where each of them is. */
  readonly own: readonly string[];
  close(): Promise<unknown>;
};

export type StartHubs = () => Promise<Hubs>;

/** The hub on a file of its own. */
export const OneHub = {
  async start(): Promise<Hubs> {
    const hub = await HubProcess.start();
    return { url: hub.url, own: [hub.url], close: () => hub.stop() };
  },
};

/** Real hubs with servers of all kinds registered at them. */
export class Stage {
  readonly #hubs: Hubs;
  readonly #running: Running[] = [];
  readonly #endpoints = new Map<ServerKind, string>();

  private constructor(hubs: Hubs) {
    this.#hubs = hubs;
  }

  static async open(hubs: Hubs, servers: readonly ServerKind[]): Promise<Stage> {
    const stage = new Stage(hubs);
    try {
      await Promise.all(servers.map((server) => stage.#start(server)));
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  url(server: ServerKind, path: Path): string {
    if (path === "aggregate") return `${this.#hubs.url}/mcp`;
    if (path === "pass-through") return `${this.#hubs.url}/servers/${serverKinds[server].id}/mcp`;
    return this.#endpoints.get(server) ?? "";
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((running) => running.close()));
    await this.#hubs.close();
  }

  async #start(server: ServerKind): Promise<void> {
    const { id, start } = serverKinds[server];
    this.#running.push(await start(id, new HubAt(this.#hubs.url)));
    for (const own of this.#hubs.own) {
      const hub = new HubAt(own);
      await hub.status(id, "up");
      const endpoint = await until(`the endpoint of ${id} and what it offers`, async () => {
        const listed = (await hub.servers()).find((entry) => entry.id === id);
        return listed?.capabilities == null ? undefined : listed.endpoint;
      });
      this.#endpoints.set(server, endpoint);
    }
  }
}
