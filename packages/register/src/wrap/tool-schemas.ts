import { changedLists } from "@hub/mcp";
import type { Upstream } from "./upstream.js";

type Schema = Readonly<Record<string, unknown>>;

const maxPages = 64;

/**
 * Input schemas of the tools that take arguments from request headers (`x-mcp-header`), so that a
 * stateless request whose headers contradict its body can be refused. Read once per change.
 */
export class ToolSchemas {
  readonly #upstream: Upstream;
  #reading: Promise<ReadonlyMap<string, Schema>> | undefined;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    upstream.subscribers.watch(({ method }) => {
      if (changedLists(method) === "tools") this.#reading = undefined;
    });
  }

  current(): Promise<ReadonlyMap<string, Schema>> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read(): Promise<ReadonlyMap<string, Schema>> {
    const schemas = new Map<string, Schema>();
    let cursor: unknown;
    for (let page = 0; page < maxPages; page += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const outcome = await this.#upstream.request("tools/list", params);
      if (outcome.error !== undefined) {
        this.#reading = undefined;
        return schemas;
      }
      const { tools, nextCursor } = outcome.result;
      for (const tool of Array.isArray(tools) ? tools : []) {
        const { name, inputSchema } = tool as { name: string; inputSchema: Schema }; // per protocol
        if (JSON.stringify(inputSchema)?.includes("x-mcp-header")) schemas.set(name, inputSchema);
      }
      cursor = nextCursor;
      if (cursor === undefined) break;
    }
    return schemas;
  }
}
