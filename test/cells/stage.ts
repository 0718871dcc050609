import { HubProcess, until } from "@hub/testing";
import type { Path } from "./cells.js";
import { type Running, type ServerKind, serverKinds } from "./servers/kinds.js";

/** The real hub with servers of all kinds registered at it. */
export class Stage {
  readonly #hub: HubProcess;
  readonly #running: Running[] = [];
  readonly #endpoints = new Map<ServerKind, string>();

  private constructor(hub: HubProcess) {
    this.#hub = hub;
  }

  static async open(servers: readonly ServerKind[]): Promise<Stage> {
    const stage = new Stage(await HubProcess.start());
    try {
      await Promise.all(servers.map((server) => stage.#start(server)));
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  url(server: ServerKind, path: Path): string {
    if (path === "aggregate") return `${this.#hub.url}/mcp`;
    if (path === "pass-through") return `${this.#hub.url}/servers/${serverKinds[server].id}/mcp`;
    return this.#endpoints.get(server) ?? "";
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((running) => running.close()));
    await this.#hub.stop();
  }

  async #start(server: ServerKind): Promise<void> {
    const { id, start } = serverKinds[server];
    this.#running.push(await start(id, this.#hub));
    await this.#hub.status(id, "up");
    const endpoint = await until(`the endpoint of ${id}`, async () => {
      const listed = (await this.#hub.servers()).find((entry) => entry.id === id);
      return listed?.endpoint;
    });
    this.#endpoints.set(server, endpoint);
  }
}
